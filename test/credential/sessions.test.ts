import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/read.ts';
import { Sessions } from '../../src/authentication/session.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { CreatePersonalAccessTokenDocument } from '../generated/graphql.ts';
import { startIssuer, type Issuer, type SessionOptions } from '../setup/issuer.ts';
import {
  code,
  createWorld,
  insertMembership,
  payload,
  type RequestOptions,
  type World,
} from '../setup/world.ts';

let world: World;
let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
  world = await createWorld({
    sessions: new Sessions(issuer.settings, createLogger('silent'), {
      timeoutMs: 300,
      cooldownMs: 0,
    }),
  });
});
afterAll(async () => {
  await world.close();
  await issuer.close();
});

interface Viewer {
  viewer: {
    user: { id: string; email: string; name: string | null };
    credential: { kind: string; id: null; name: null; expiresAt: string };
  };
}
const WHO =
  '{ viewer { user { id email name } credential { kind id name expiresAt } organization { slug } scopes } }';
const who = (options: RequestOptions) => world.ask<Viewer>(WHO, options);
const signIn = async (subject: string, email: string, options?: SessionOptions) =>
  who({ token: await issuer.session(subject, email, options) });

describe('a session (D2, L4, decision 2)', () => {
  it('makes its person at first sight, and finds it again', async () => {
    const first = await signIn('subject-1', 'First.Seen@x.example', {
      claims: { name: 'First Seen' },
    });
    expect(first.data?.viewer).toMatchObject({
      user: { email: 'First.Seen@x.example', name: 'First Seen' },
      credential: { kind: 'SESSION', id: null, name: null, expiresAt: expect.any(String) },
      organization: null,
    });
    const again = await signIn('subject-1', 'First.Seen@x.example');
    expect(again.data?.viewer.user).toEqual({ ...first.data?.viewer.user, name: 'First Seen' });
    expect(
      await world.rows(sql`select from users where canonical_email = 'first.seen@x.example'`),
    ).toHaveLength(1);
  });

  it('makes one person when its first requests come at once', async () => {
    const token = await issuer.session('at-once', 'at.once@x.example');
    const answers = await Promise.all(Array.from({ length: 12 }, () => who({ token })));
    expect(new Set(answers.map((answer) => answer.data?.viewer.user.id)).size).toBe(1);
    const others = await Promise.all(
      Array.from({ length: 6 }, async (_, n) =>
        who({ token: await issuer.session(`race-${n}`, 'race@x.example') }),
      ),
    );
    // One subject got the address; the others are told that it is taken.
    expect(others.filter((answer) => answer.data)).toHaveLength(1);
    expect(
      await world.rows(sql`select from users where canonical_email = 'race@x.example'`),
    ).toHaveLength(1);
  });

  it("is the account that has the verified address already, and nobody else's", async () => {
    const taken = await signIn('admin-subject', 'ADMIN@north.example');
    expect(taken.data?.viewer.user.id).toBe(world.person('admin@north'));
    const other = await signIn('another-subject', 'admin@north.example');
    expect(other.status).toBe(403);
    expect(code(other)).toBe('FORBIDDEN');
  });

  it('gets nothing from an address that is not verified', async () => {
    const answer = await signIn('pretender', 'admin@acme.example', {
      claims: { email_verified: false },
    });
    expect(answer.data?.viewer.user.id).not.toBe(world.person('admin@acme'));
    expect(answer.data?.viewer.user.email).toBe('admin@acme.example');
    for (const verified of [false, 'true', 1, undefined]) {
      const token = await issuer.session('pretender', 'admin@acme.example', {
        claims: { email_verified: verified },
      });
      expect(code(await who({ token, organization: 'acme' }))).toBe('NOT_FOUND');
    }
    // The owner of the address is not kept out by whoever claimed it before.
    expect((await signIn('true-owner', 'admin@acme.example')).data?.viewer.user.id).toBe(
      world.person('admin@acme'),
    );
  });

  it('follows a change of address at the issuer, verification included', async () => {
    const first = await signIn('mover', 'old@x.example');
    const moved = await signIn('mover', 'new@x.example', { claims: { email_verified: false } });
    expect(moved.data?.viewer.user).toEqual({ ...first.data?.viewer.user, email: 'new@x.example' });
    expect(
      await world.rows(sql`select canonical_email from users where email = 'new@x.example'`),
    ).toEqual([{ canonical_email: null }]);
    await signIn('mover', 'new@x.example');
    expect(
      await world.rows(sql`select canonical_email from users where email = 'new@x.example'`),
    ).toEqual([{ canonical_email: 'new@x.example' }]);
  });

  it('acts in an organization that the header names, as a native member only', async () => {
    const token = await issuer.session('worker', 'worker@x.example');
    expect(code(await world.ask('{ organization { slug } }', { token }))).toBe(
      'ORGANIZATION_REQUIRED',
    );
    expect((await who({ token, organization: 'shop-1' })).status).toBe(404);
    const [user] = await world.rows(
      sql<{ id: string }>`select id from users where email = 'worker@x.example'`,
    );
    await insertMembership(world, world.uuid('north'), user?.id ?? '', ['admin']);
    expect((await who({ token, organization: 'north' })).data).toMatchObject({
      viewer: { organization: { slug: 'north' } },
    });
    expect(
      (
        await world.ask('{ organization(slug: "shop-1") { slug } }', {
          token,
          organization: 'north',
        })
      ).data,
    ).toEqual({
      organization: { slug: 'shop-1' },
    });
    expect((await who({ token, organization: 'shop-1' })).status).toBe(404);
  });

  it('may make a personal token that works', async () => {
    const token = await issuer.session('maker', 'maker@x.example');
    const made = (
      await world.query(CreatePersonalAccessTokenDocument, { input: { name: 'cli' } }, { token })
    ).data?.createPersonalAccessToken;
    expect(
      (await who({ token: payload(made, 'CreatePersonalAccessTokenPayload').secret })).data?.viewer
        .user.email,
    ).toBe('maker@x.example');
  });
});

describe('what is no session', () => {
  it.each<[string, () => Promise<string>]>([
    [
      'another audience',
      () => issuer.session('s', 's@x.example', { claims: { aud: 'elsewhere' } }),
    ],
    [
      'another issuer',
      () => issuer.session('s', 's@x.example', { claims: { iss: 'https://evil.example/' } }),
    ],
    [
      'an expired one',
      () =>
        issuer.session('s', 's@x.example', { claims: { exp: Math.floor(Date.now() / 1000) - 60 } }),
    ],
    [
      'one without an end',
      () => issuer.session('s', 's@x.example', { claims: { exp: undefined } }),
    ],
    [
      'one from the future',
      () =>
        issuer.session('s', 's@x.example', {
          claims: { nbf: Math.floor(Date.now() / 1000) + 600 },
        }),
    ],
    [
      'one without a subject',
      () => issuer.session('s', 's@x.example', { claims: { sub: undefined } }),
    ],
    [
      'one without an address',
      () => issuer.session('s', 's@x.example', { claims: { email: undefined } }),
    ],
    ['one with an address that cannot be used', () => issuer.session('s', 'not an address')],
    ['an unknown key', () => issuer.session('s', 's@x.example', { kid: 'nobody' })],
    [
      'the signature of another key',
      async () =>
        issuer.session('s', 's@x.example', { key: (await generateKeyPair('ES256')).privateKey }),
    ],
    [
      'another algorithm',
      async () =>
        issuer.session('s', 's@x.example', {
          algorithm: 'RS256',
          key: (await generateKeyPair('RS256')).privateKey,
        }),
    ],
    [
      'a shared secret',
      () =>
        issuer.session('s', 's@x.example', {
          algorithm: 'HS256',
          key: new TextEncoder().encode('x'.repeat(32)),
        }),
    ],
    [
      'no signature',
      () =>
        Promise.resolve(
          new UnsecuredJWT({ sub: 's', email: 's@x.example', email_verified: true })
            .setIssuer(issuer.settings.issuer)
            .setAudience(issuer.settings.audience)
            .setExpirationTime('5m')
            .encode(),
        ),
    ],
    [
      'one inside another',
      async () => {
        const { privateKey } = await generateKeyPair('ES256');
        const inner = await issuer.session('s', 's@x.example');
        return new SignJWT({ nested: inner })
          .setProtectedHeader({ alg: 'ES256', cty: 'JWT' })
          .sign(privateKey);
      },
    ],
    [
      'an altered one',
      async () =>
        (await issuer.session('s', 's@x.example')).replace(
          /\.(.)/,
          (_all, letter: string) => `.${letter === 'e' ? 'f' : 'e'}`,
        ),
    ],
    ['a truncated one', async () => (await issuer.session('s', 's@x.example')).slice(0, -2)],
  ])('%s is refused with 401', async (_name, make) => {
    const answer = await who({ token: await make() });
    expect(answer.status).toBe(401);
    expect(code(answer)).toBe('UNAUTHENTICATED');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="banyan"');
  });

  it('is anything that looks like one where no issuer is configured', async () => {
    const plain = await createWorld();
    expect(
      (
        await plain.ask('{ viewer { scopes } }', {
          token: await issuer.session('s', 's@x.example'),
        })
      ).status,
    ).toBe(401);
    await plain.close();
  });
});

describe('the keys of the issuer', () => {
  it('are fetched anew when it rotates them, and old ones stop working', async () => {
    const before = await issuer.session('rotating', 'rotating@x.example');
    expect((await who({ token: before })).status).toBe(200);
    await issuer.rotate();
    expect(
      (await who({ token: await issuer.session('rotating', 'rotating@x.example') })).status,
    ).toBe(200);
    expect((await who({ token: before })).status).toBe(401);
  });

  it.each(['silent', 'broken'] as const)(
    'refuse sessions while their endpoint is %s, and nothing else',
    async (manner) => {
      const own = await startIssuer();
      own.behave(manner);
      const apart = await createWorld({
        sessions: new Sessions(own.settings, createLogger('silent'), {
          timeoutMs: 300,
          cooldownMs: 0,
        }),
      });
      const token = await own.session('s', 's@x.example');
      const [session, key] = await Promise.all([
        apart.ask('{ viewer { scopes } }', { token }),
        apart.ask('{ organization { slug } }', { as: 'key@north' }),
      ]);
      expect(session.status).toBe(401);
      expect(session.errors?.[0]).toMatchObject({
        message: expect.stringContaining('Sessions cannot be checked'),
        extensions: { code: 'UNAUTHENTICATED' },
      });
      expect(session.text).not.toContain('127.0.0.1');
      expect(key.data).toEqual({ organization: { slug: 'north' } });
      own.behave('well');
      expect((await apart.ask('{ viewer { scopes } }', { token })).status).toBe(200);
      await apart.close();
      await own.close();
    },
  );

  it('are not fetched for every made-up key name', async () => {
    const own = await startIssuer();
    const calm = new Sessions(own.settings, createLogger('silent'), {
      timeoutMs: 1_000,
      cooldownMs: 60_000,
    });
    await calm.verify(await own.session('s', 's@x.example'), new Date());
    for (let n = 0; n < 50; n++)
      await expect(
        calm.verify(await own.session('s', 's@x.example', { kid: `made-up-${n}` }), new Date()),
      ).rejects.toThrow();
    expect(own.fetches()).toBe(1);
    await own.close();
  });
});

describe('the configuration of sessions', () => {
  const whole = {
    JWT_JWKS_URL: 'https://id.example/jwks',
    JWT_ISSUER: 'https://id.example/',
    JWT_AUDIENCE: 'banyan',
    JWT_ALGORITHMS: 'RS256, ES256',
  };

  it('is whole or absent', () => {
    expect(readConfig({}).sessions).toBeUndefined();
    expect(readConfig(whole).sessions).toEqual({
      jwksUrl: 'https://id.example/jwks',
      issuer: 'https://id.example/',
      audience: 'banyan',
      algorithms: ['RS256', 'ES256'],
    });
    for (const name of Object.keys(whole))
      expect(() => readConfig({ ...whole, [name]: '' })).toThrow(
        `half configured: ${name} missing`,
      );
    for (const [name, value] of Object.entries(whole))
      expect(() => readConfig({ [name]: value })).toThrow('half configured');
  });

  it('takes no shared secrets, no unsigned tokens and no unprotected key endpoint', () => {
    for (const algorithms of ['HS256', 'none', 'RS256,HS512', ',']) {
      expect(() => readConfig({ ...whole, JWT_ALGORITHMS: algorithms })).toThrow('JWT_ALGORITHMS');
    }
    for (const url of ['http://id.example/jwks', 'ftp://id.example', 'nonsense'])
      expect(() => readConfig({ ...whole, JWT_JWKS_URL: url })).toThrow('JWT_JWKS_URL');
    expect(
      readConfig({ ...whole, JWT_JWKS_URL: 'http://127.0.0.1:1/jwks' }).sessions,
    ).toBeDefined();
  });
});
