import { request as httpRequest } from 'node:http';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken, parseToken, tokenHash } from '../../src/authentication/secret.ts';
import { LastUsed } from '../../src/authentication/last-used.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { insertApiKey, insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { ViewerDocument } from '../generated/graphql.ts';
import { code, createWorld, insertUser, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const WHO = '{ viewer { organization { slug } } }';
const whoWith = (token: string, organization: string | null = null) =>
  world.ask(WHO, { token, organization });

describe('a caller', () => {
  it("with an API key acts in the key's organization with the key's scopes", async () => {
    const { data } = await world.query(ViewerDocument, {}, { as: 'key@north' });
    expect(data?.viewer).toMatchObject({
      credential: { kind: 'API_KEY', name: 'key@north', expiresAt: null },
      user: null,
      organization: { slug: 'north' },
    });
    expect(data?.viewer.credential.id).toMatch(/^key_[0-9a-f]{32}$/);
    expect(data?.viewer.scopes).toHaveLength(10);
  });

  it('with a token acts in the organization that the header names, by slug or by id, with the scopes of the roles held there', async () => {
    for (const organization of ['acme', world.org('acme')]) {
      const { data } = await world.query(ViewerDocument, {}, { as: 'viewer@acme', organization });
      expect(data?.viewer).toMatchObject({
        credential: { kind: 'PERSONAL_ACCESS_TOKEN' },
        user: { email: 'viewer@acme.example' },
        organization: { slug: 'acme' },
        scopes: ['members:read', 'usage:read', 'audit:read'],
      });
    }
  });

  it('with a token and no header gets what is its own and is asked for an organization by everything else', async () => {
    const { data, errors } = await world.query(
      ViewerDocument,
      {},
      { as: 'admin@acme', organization: null },
    );
    expect(errors).toBeUndefined();
    expect(data?.viewer).toMatchObject({
      organization: null,
      scopes: [],
      user: { email: 'admin@acme.example' },
    });
    expect(
      (
        await world.ask(
          '{ viewer { memberships { nodes { organization { slug } } } personalAccessTokens { name } } slugAvailability(slug: "free-slug") { available } }',
          { as: 'admin@acme', organization: null },
        )
      ).data,
    ).toEqual({
      viewer: {
        memberships: { nodes: [{ organization: { slug: 'acme' } }] },
        personalAccessTokens: [{ name: 'test' }],
      },
      slugAvailability: { available: true },
    });
    for (const document of [
      '{ organization { id } }',
      `{ organization(id: "${world.org('acme')}") { id } }`,
      `{ node(id: "${world.org('acme')}") { id } }`,
      `{ nodes(ids: ["${world.org('acme')}"]) { id } }`,
      '{ scopes { key } }',
      '{ usageMetrics { key } }',
    ]) {
      expect(code(await world.ask(document, { as: 'admin@acme', organization: null }))).toBe(
        'ORGANIZATION_REQUIRED',
      );
    }
  });

  it('without a credential gets 401 and nothing else', async () => {
    for (const document of [
      WHO,
      '{ organization { id } }',
      '{ scopes { key } }',
      '{ slugAvailability(slug: "abc") { available } }',
      '{ invitationPreview(token: "x") { email } }',
      `{ node(id: "${world.org('acme')}") { id } }`,
    ]) {
      const answer = await world.ask(document);
      expect({ document, status: answer.status, code: code(answer) }).toEqual({
        document,
        status: 401,
        code: 'UNAUTHENTICATED',
      });
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
  });
});

describe('a credential', () => {
  it('that is malformed or unknown is refused with one indistinguishable answer', async () => {
    const real = world.token('key@north');
    const expected = (await whoWith('nonsense')).text;
    const wrong = [
      'nonsense',
      real.slice(0, -1),
      `${real}A`,
      real.replace('ak_', 'pat_'),
      real.toUpperCase(),
      ` ${real} x`,
      real.split('.')[0] ?? '',
      createToken('ak', '01900000-0000-7000-8000-000000000000'),
      createToken('pat', '01900000-0000-7000-8000-000000000000'),
    ];
    const sameIdOtherSecret = createToken('ak', parseToken(real)?.id ?? '');
    for (const token of [...wrong, sameIdOtherSecret]) {
      const answer = await whoWith(token);
      expect({ token, status: answer.status, text: answer.text }).toEqual({
        token,
        status: 401,
        text: expected,
      });
      expect(answer.text).not.toMatch(/select|pg_|at .*\.ts/);
    }
    for (const authorization of ['Basic abc', real, `Token ${real}`, 'Bearer', '']) {
      expect((await world.ask(WHO, { headers: { authorization } })).status).toBe(401);
    }
  });

  it('that is mistyped never reaches the database', async () => {
    const real = world.token('key@north');
    const before = world.statements.length;
    for (let index = real.indexOf('.') + 1; index < real.length; index++) {
      const other = real[index] === 'A' ? 'B' : 'A';
      expect(parseToken(real.slice(0, index) + other + real.slice(index + 1))).toBeUndefined();
    }
    await whoWith(`${real.slice(0, -1)}${real.endsWith('A') ? 'B' : 'A'}`);
    expect(world.statements.length).toBe(before);
  });

  it('stops working on the very next request when it is revoked or expires', async () => {
    for (const change of [sql`revoked_at = now()`, sql`expires_at = now()`]) {
      const key = await insertApiKey(world.db, world.uuid('north'), 'short-lived');
      const user = await insertUser(
        world,
        `gone-${change.toOperationNode().sqlFragments.join('')}@x.example`.replaceAll(
          /[ ()=]/g,
          '',
        ),
      );
      const token = await insertPersonalAccessToken(world.db, user, 'short-lived');
      expect((await whoWith(key)).status).toBe(200);
      expect((await whoWith(token)).status).toBe(200);
      await sql`update api_keys set ${change} where name = 'short-lived'`.execute(world.db);
      await sql`update personal_access_tokens set ${change} where name = 'short-lived'`.execute(
        world.db,
      );
      expect((await whoWith(key)).status).toBe(401);
      expect((await whoWith(token)).status).toBe(401);
    }
  });

  it('of an organization that is suspended, or lies below one, is refused, and works again afterwards', async () => {
    const set = (status: string) =>
      sql`update organizations set status = ${status} where slug = 'north'`.execute(world.db);
    await set('SUSPENDED');
    expect((await world.ask(WHO, { as: 'key@shop-1' })).status).toBe(401);
    expect(code(await world.ask(WHO, { as: 'admin@shop-1' }))).toBe('FORBIDDEN');
    expect(
      (await world.ask('{ organization(slug: "north") { status } }', { as: 'key@acme' })).data,
    ).toEqual({
      organization: { status: 'SUSPENDED' },
    });
    await set('ACTIVE');
    expect((await world.ask(WHO, { as: 'key@shop-1' })).status).toBe(200);
  });

  it('with the id of one that works and another well-formed secret is refused', async () => {
    for (const [kind, as] of [
      ['ak', 'key@acme'],
      ['pat', 'admin@acme'],
    ] as const) {
      const id = parseToken(world.token(as))?.id ?? '';
      expect((await world.ask('{ viewer { scopes } }', { token: world.token(as) })).status).toBe(
        200,
      );
      const forged = await world.ask('{ viewer { scopes } }', { token: createToken(kind, id) });
      expect({ as, status: forged.status, code: code(forged) }).toEqual({
        as,
        status: 401,
        code: 'UNAUTHENTICATED',
      });
    }
  });

  it('of a person does not act in an organization that was deleted', async () => {
    const deleted = (state: boolean) =>
      sql`update organizations set deleted_at = ${state ? sql`now()` : null}, status = ${state ? 'DELETED' : 'ACTIVE'} where slug = 'south'`;
    const ask = () => world.ask('{ viewer { scopes } }', { as: 'admin@south' });
    expect((await ask()).status).toBe(200);
    await deleted(true).execute(world.db);
    expect(code(await ask())).toBe('NOT_FOUND');
    await deleted(false).execute(world.db);
    expect((await ask()).status).toBe(200);
  });

  it('of a deleted organization is refused', async () => {
    const key = await insertApiKey(world.db, world.uuid('depot'), 'depot');
    await sql`update organizations set status = 'DELETED', deleted_at = now() where slug = 'depot'`.execute(
      world.db,
    );
    expect((await whoWith(key)).status).toBe(401);
    await sql`update organizations set status = 'ACTIVE', deleted_at = null where slug = 'depot'`.execute(
      world.db,
    );
  });

  it('is stored as a hash alone and shows when it was last used', async () => {
    const lastUsed = new LastUsed(world.gatewayDb, createLogger('silent'));
    const { id = '' } = parseToken(world.token('key@acme')) ?? {};
    lastUsed.note('API_KEY', id, new Date('2026-05-01T00:00:00Z'));
    lastUsed.note('API_KEY', id, new Date('2026-05-02T00:00:00Z'));
    await lastUsed.close();
    const { data } = await world.ask<{ organization: { apiKeys: { nodes: object[] } } }>(
      '{ organization { apiKeys { nodes { name preview scopes expiresAt revokedAt lastUsedAt } } } }',
      { as: 'key@acme' },
    );
    expect(data?.organization.apiKeys.nodes).toEqual([
      expect.objectContaining({
        name: 'key@acme',
        lastUsedAt: '2026-05-02T00:00:00.000Z',
        expiresAt: null,
        revokedAt: null,
      }),
    ]);
    const [row] = await world.rows(
      sql<{
        text: string;
        secret_hash: Buffer;
      }>`select k::text as text, secret_hash from api_keys k where id = ${id}`,
    );
    expect(row?.text).not.toContain(world.token('key@acme').split('.')[1]);
    expect(row?.secret_hash).toEqual(tokenHash(world.token('key@acme')));
    expect(row?.secret_hash).toHaveLength(32);
  });

  it('of 20,000 with one character changed is never accepted', () => {
    const real = world.token('admin@acme');
    const alphabet = 'ABCDEFabcdef0123456789-_.';
    for (let n = 0; n < 20_000; n++) {
      const at = n % real.length;
      const changed =
        real.slice(0, at) + (alphabet[n % alphabet.length] ?? '') + real.slice(at + 1);
      if (changed === real) continue;
      const parsed = parseToken(changed);
      expect(parsed === undefined || !tokenHash(parsed.token).equals(tokenHash(real))).toBe(true);
    }
  });
});

describe('the organization header', () => {
  it('that names a foreign organization is answered exactly like one that names none', async () => {
    const missing = await whoWith(world.token('admin@north'), 'nobody-has-this');
    expect(code(missing)).toBe('NOT_FOUND');
    // Below, above, beside and elsewhere: native membership alone counts, even for the admin of an ancestor.
    for (const organization of [
      'rival',
      'acme',
      'south',
      'shop-1',
      world.org('rival'),
      world.org('shop-1'),
    ]) {
      const answer = await whoWith(world.token('admin@north'), organization);
      expect({ organization, status: answer.status, text: answer.text }).toEqual({
        organization,
        status: missing.status,
        text: missing.text,
      });
    }
  });

  it('must agree with an API key', async () => {
    for (const organization of ['north', world.org('north')])
      expect((await whoWith(world.token('key@north'), organization)).status).toBe(200);
    const answers = await Promise.all(
      ['shop-1', 'rival', 'nobody-has-this', world.org('acme')].map((organization) =>
        whoWith(world.token('key@north'), organization),
      ),
    );
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(code(answers[0] ?? (await whoWith('')))).toBe('NOT_FOUND');
  });

  it('that is malformed is refused by name', async () => {
    for (const organization of [
      'North',
      'no rth',
      'org_123',
      'usr_019ac2f1d0b87a3e8c5f4b2a1d0e9f87',
      'north,south',
      '-north',
      'x'.repeat(64),
      'a--b',
    ]) {
      const answer = await whoWith(world.token('admin@north'), organization);
      expect({
        organization,
        code: code(answer),
        argument: answer.errors?.[0]?.extensions['argument'],
      }).toEqual({
        organization,
        code: 'BAD_USER_INPUT',
        argument: 'X-Organization',
      });
    }
  });

  it('sent twice is refused, even with one value', async () => {
    const status = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(
        world.endpoint,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${world.token('admin@north')}`,
            'x-organization': ['north', 'north'],
          },
        },
        (response) => {
          let body = '';
          response
            .setEncoding('utf8')
            .on('data', (text: string) => (body += text))
            .on('end', () => resolve(body));
        },
      );
      request.on('error', reject).end(JSON.stringify({ query: WHO }));
    });
    expect(status).toContain('BAD_USER_INPUT');
  });
});

describe('an answer', () => {
  it('is never cached, carries a request id of ours and nothing to sniff', async () => {
    const answer = await world.ask(WHO, {
      as: 'key@acme',
      headers: { 'x-request-id': 'caller-chosen-1' },
    });
    expect(
      Object.fromEntries(
        ['cache-control', 'vary', 'x-request-id', 'x-content-type-options'].map((name) => [
          name,
          answer.headers.get(name),
        ]),
      ),
    ).toEqual({
      'cache-control': 'no-store',
      vary: 'authorization, x-organization, accept, accept-encoding',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-content-type-options': 'nosniff',
    });
    expect(
      (
        await world.ask(WHO, { as: 'key@acme', headers: { 'x-request-id': 'no spaces!' } })
      ).headers.get('x-request-id'),
    ).toMatch(/^[0-9a-f-]{36}$/);
  });
});
