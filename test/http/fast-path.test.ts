/**
 * Queries that are answered before Yoga is asked: the same answers as from the resolvers, and none for
 * anyone whom the statement itself does not authenticate.
 */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fingerprintOf } from '../../src/authentication/secret.ts';
import { Sessions } from '../../src/authentication/session.ts';
import type { GatewayOptions } from '../../src/http/gateway.ts';
import { defaultBudgets } from '../../src/limits/budget-settings.ts';
import { createBudgets, type CallerBudgets } from '../../src/limits/caller-budgets.ts';
import { REQUEST_LIMITS } from '../../src/limits/settings.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import {
  createWorld,
  insertKey,
  insertMembership,
  insertUser,
  type World,
} from '../setup/world.ts';
import {
  ask,
  bearer,
  bodyOf,
  comparable,
  serveOver,
  type Answer,
  type Asked,
  type Line,
  type Served,
} from './served.ts';

const ALL = ['child_organizations:manage', 'members:read'];
const DOCUMENT = `query Page($slug: String) {
  viewer { credential { kind name expiresAt } user { email } organization { slug } scopes }
  organization(slug: $slug) { slug children(first: 5) { totalCount nodes { slug name } } }
}`;

let issuer: Issuer;
let world: World;
/** Gateways over one database: with the fast path, and with resolvers only. */
let fast: Served;
let general: Served;

const serve = (options: Partial<GatewayOptions>): Promise<Served> =>
  serveOver(world.gatewayDb, {
    sessions: new Sessions(issuer.settings, createLogger('silent')),
    ...options,
  });

beforeAll(async () => {
  issuer = await startIssuer();
  world = await createWorld();
  fast = await serve({});
  general = await serve({ compiled: false });
});

afterAll(async () => {
  fast.close();
  general.close();
  await world.close();
  await issuer.close();
});

/** Asks twice, and returns the second answer with its log line. */
async function askTwice(
  asked: Asked,
  served: Served = fast,
): Promise<{ answer: Answer; line: Line }> {
  await ask(served, asked);
  served.lines.length = 0;
  const answer = await ask(served, asked);
  const line = served.lines.find(({ msg }) => msg === 'request');
  if (!line) throw new Error('nothing was logged');
  return { answer, line };
}

/** The second answer to a request, which has to be that of the resolvers, from one statement. */
async function answeredFast(asked: Asked): Promise<Answer> {
  const { answer, line } = await askTwice(asked);
  expect(line).toMatchObject({ execution: 'compiled', statements: 1, status: 200 });
  expect(comparable(answer)).toEqual(comparable(await ask(general, asked)));
  return answer;
}

/** The second answer to a request, which has to be that of the resolvers, found by them. */
async function passedOn(asked: Asked): Promise<Answer> {
  const { answer } = await askTwice(asked);
  expect(comparable(answer)).toEqual(comparable(await ask(general, asked)));
  return answer;
}

/** A new person with a membership, and a token. */
async function newPerson(slug: 'north' | 'shop-1', role: string) {
  const id = await insertUser(world, `person-${Math.random().toString(36).slice(2)}@x.example`);
  const membership = await insertMembership(world, world.uuid(slug), id, [role]);
  return { id, membership, token: await insertPersonalAccessToken(world.db, id, 'token') };
}

describe('a query that was valid before, of a caller who was accepted before', () => {
  const body = bodyOf(DOCUMENT, { slug: 'north' });

  it('is one statement for a key, whether its organization is named or not', async () => {
    const headers = bearer(world.token('key@north'));
    for (const organization of [undefined, 'north', world.org('north')]) {
      const named = organization === undefined ? {} : { 'x-organization': organization };
      const answer = await answeredFast({ headers: { ...headers, ...named }, body });
      expect(answer.text).toContain('"slug":"shop-1"');
    }
  });

  it('is one statement for a person, in the organization that they name', async () => {
    const headers = bearer(world.token('admin@north'));
    for (const organization of ['north', world.org('north')])
      await answeredFast({ headers: { ...headers, 'x-organization': organization }, body });
    await answeredFast({ headers, body: bodyOf('{ viewer { credential { name } scopes } }') });
  });

  it('is one statement for a session', async () => {
    const subject = 'fast-subject';
    const email = 'fast-session@x.example';
    const session = await issuer.session(subject, email, { claims: { name: 'Fast Session' } });
    const query = bodyOf('{ viewer { credential { kind } user { email name } } }');
    const answer = await answeredFast({ headers: bearer(session), body: query });
    expect(answer.text).toContain('Fast Session');
  });

  it('has the headers and the media type that it has from Yoga', async () => {
    const headers = bearer(world.token('key@north'));
    for (const accept of [
      '*/*',
      'application/json',
      'application/graphql-response+json',
      'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8',
      'application/json;q=0.5, application/graphql-response+json;q=0.9',
      'text/html, application/*',
      'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
    ])
      await answeredFast({ headers: { ...headers, accept }, body });
    for (const accept of [
      '*/json, application/graphql-response+json',
      'application/json/x, application/graphql-response+json',
      '*/*;charset=utf-8',
    ])
      await answeredFast({ headers: { ...headers, accept }, body });
    for (const accept of [
      'text/html',
      'text/json',
      'application/json; charset=latin1',
      'constructor',
      '__proto__',
      ',',
    ])
      await passedOn({ headers: { ...headers, accept }, body });
  });

  it('may be read by pages of the origins that are configured', async () => {
    const headers = bearer(world.token('key@north'));
    for (const corsOrigins of [
      ['https://one.example'],
      ['https://one.example', 'https://two.example'],
    ]) {
      const served = await serve({ corsOrigins });
      const resolved = await serve({ corsOrigins, compiled: false });
      for (const origin of [
        'https://one.example',
        'https://two.example',
        'https://other.example',
        'null',
      ]) {
        const asked = { headers: { ...headers, origin }, body };
        const { answer, line } = await askTwice(asked, served);
        expect(line).toMatchObject({ statements: 1 });
        expect(comparable(answer)).toEqual(comparable(await ask(resolved, asked)));
      }
      const asked = { headers, body };
      const { answer, line } = await askTwice(asked, served);
      expect(line).toMatchObject({ statements: 1 });
      expect(comparable(answer)).toEqual(comparable(await ask(resolved, asked)));
      const asking = {
        headers: {
          ...headers,
          origin: 'https://one.example',
          'access-control-request-headers': 'x-one',
        },
        body,
      };
      const { answer: allowed } = await askTwice(asking, served);
      expect(comparable(allowed)).toEqual(comparable(await ask(resolved, asking)));
      served.close();
      resolved.close();
    }
  });

  it('is compressed for those who accept it, if it is long', async () => {
    const headers = bearer(world.token('key@acme'));
    const long = bodyOf(
      `{ viewer { scopes } organization { ${'abcdefghijklmnop'
        .split('')
        .map((alias) => `${alias}: children { nodes { slug name kind status } }`)
        .join(' ')} } }`,
    );
    for (const encoding of ['gzip', 'br', 'gzip, br;q=0.5', 'br;q=0, gzip', 'zstd']) {
      await answeredFast({ headers: { ...headers, 'accept-encoding': encoding }, body: long });
      await answeredFast({ headers: { ...headers, 'accept-encoding': encoding }, body });
    }
  });

  it('is logged, and its credential counts as used', async () => {
    const used: unknown[] = [];
    const served = await serve({ credentialUsed: (...use) => void used.push(use) });
    const { line } = await askTwice(
      { headers: { ...bearer(world.token('key@north')), 'x-request-id': 'mine' }, body },
      served,
    );
    const { line: theirs } = await askTwice(
      { headers: { ...bearer(world.token('key@north')), 'x-request-id': 'mine' }, body },
      general,
    );
    expect(Object.keys(line)).toEqual(expect.arrayContaining(Object.keys(theirs)));
    expect({ ...line, execution: '', ...OF_ONE_REQUEST }).toEqual({
      ...theirs,
      execution: '',
      ...OF_ONE_REQUEST,
    });
    expect(used).toEqual([
      ['API_KEY', expect.any(String), expect.any(Date)],
      ['API_KEY', expect.any(String), expect.any(Date)],
    ]);
    served.close();
  });
});

const OF_ONE_REQUEST = { time: 0, requestId: '', durationMs: 0, statements: 0 };

describe('a caller who was accepted before', () => {
  const body = bodyOf(DOCUMENT, { slug: 'north' });

  /** Changes something, and returns the answers before and after. */
  async function before(asked: Asked, change: () => Promise<unknown>): Promise<Answer> {
    await answeredFast(asked);
    await change();
    const after = await ask(fast, asked);
    expect(comparable(after)).toEqual(comparable(await ask(general, asked)));
    return after;
  }

  it('is refused once the key is revoked or has expired', async () => {
    const revoked = await insertKey(world, 'north', ALL);
    const id = (token: string): string => token.slice(3, 35);
    expect(
      await before({ headers: bearer(revoked), body }, () =>
        sql`update api_keys set revoked_at = now() where id = ${id(revoked)}::uuid`.execute(
          world.db,
        ),
      ),
    ).toMatchObject({ status: 401 });
    const expired = await insertKey(world, 'north', ALL);
    expect(
      await before({ headers: bearer(expired), body }, () =>
        sql`update api_keys set expires_at = now() where id = ${id(expired)}::uuid`.execute(
          world.db,
        ),
      ),
    ).toMatchObject({ status: 401 });
  });

  it('is refused with another secret of the same key', async () => {
    const token = await insertKey(world, 'north', ALL);
    await answeredFast({ headers: bearer(token), body });
    const other = await insertKey(world, 'north', ALL);
    const mixed = token.slice(0, 36) + other.slice(36);
    expect(await ask(fast, { headers: bearer(mixed), body })).toMatchObject({ status: 401 });
    await sql`update api_keys set secret_hash = sha256('other') where id = ${token.slice(3, 35)}::uuid`.execute(
      world.db,
    );
    expect(await ask(fast, { headers: bearer(token), body })).toMatchObject({ status: 401 });
  });

  it('has the scopes that the key has now', async () => {
    const token = await insertKey(world, 'north', ALL);
    const asked = { headers: bearer(token), body: bodyOf(DOCUMENT, { slug: 'shop-1' }) };
    const after = await before(asked, () =>
      sql`update api_keys set scopes = '{members:read}' where id = ${token.slice(3, 35)}::uuid`.execute(
        world.db,
      ),
    );
    expect(after.text).toContain('"organization":null');
    // And with the scopes back, the organization below is there again.
    await sql`update api_keys set scopes = ${ALL}::text[] where id = ${token.slice(3, 35)}::uuid`.execute(
      world.db,
    );
    const back = await answeredFast(asked);
    expect(back.text).toContain('"slug":"shop-1"');
  });

  it('has the name, and the time of expiry, that the key has now', async () => {
    const token = await insertKey(world, 'north', ALL);
    const asked = { headers: bearer(token), body };
    const renamed = await before(asked, () =>
      sql`update api_keys set name = 'renamed', expires_at = '2031-01-01T00:00:00.123456Z' where id = ${token.slice(3, 35)}::uuid`.execute(
        world.db,
      ),
    );
    expect(renamed.text).toContain('"name":"renamed","expiresAt":"2031-01-01T00:00:00.123Z"');
    await answeredFast(asked);
  });

  it('is refused while the organization, or one above it, is suspended', async () => {
    const token = await insertKey(world, 'shop-1', ALL);
    const asked = { headers: bearer(token), body: bodyOf(DOCUMENT, { slug: 'shop-1' }) };
    for (const slug of ['shop-1', 'north'] as const) {
      const set = (status: string) => () =>
        sql`update organizations set status = ${status} where id = ${world.uuid(slug)}::uuid`.execute(
          world.db,
        );
      expect(await before(asked, set('SUSPENDED'))).toMatchObject({ status: 401 });
      await set('ACTIVE')();
      await ask(fast, asked);
    }
  });

  it('sees what the organization is below now', async () => {
    const asked = {
      headers: bearer(await insertKey(world, 'acme', ALL)),
      body: bodyOf('{ organization(slug: "depot") { slug breadcrumbs { slug } } }'),
    };
    const [depot] = await world.rows(
      sql<{ parent_id: string }>`select parent_id from organizations where slug = 'depot'`,
    );
    const move = (parent: string) =>
      sql`update organizations set parent_id = ${parent}::uuid where slug = 'depot'`.execute(
        world.db,
      );
    await ask(fast, asked);
    const after = await ask(fast, asked);
    await move(world.uuid('rival')).catch(() => undefined);
    expect(comparable(await ask(fast, asked))).toEqual(comparable(await ask(general, asked)));
    await move(depot?.parent_id ?? '').catch(() => undefined);
    expect(after.status).toBe(200);
  });

  it('is refused in an organization that they are no member of any more', async () => {
    const { id, token } = await newPerson('north', 'admin');
    const headers = { ...bearer(token), 'x-organization': 'north' };
    expect(
      await before({ headers, body }, () =>
        sql`delete from memberships where user_id = ${id}::uuid`.execute(world.db),
      ),
    ).toMatchObject({ status: 404 });
  });

  it('has the roles that the person has now', async () => {
    const { membership, token } = await newPerson('north', 'admin');
    const headers = { ...bearer(token), 'x-organization': 'north' };
    const asked = { headers, body: bodyOf(DOCUMENT, { slug: 'shop-1' }) };
    const after = await before(asked, async () => {
      await sql`delete from membership_roles where membership_id = ${membership}::uuid`.execute(
        world.db,
      );
      await sql`insert into membership_roles (membership_id, role_id) select ${membership}, id from roles where built_in and key = 'user'`.execute(
        world.db,
      );
    });
    expect(after.text).toContain('"organization":null');
  });

  it('is refused once a personal access token is revoked', async () => {
    const { token } = await newPerson('north', 'admin');
    const headers = { ...bearer(token), 'x-organization': 'north' };
    const revoke = () =>
      sql`update personal_access_tokens set revoked_at = now() where id = ${token.slice(4, 36)}::uuid`.execute(
        world.db,
      );
    expect(await before({ headers, body }, revoke)).toMatchObject({ status: 401 });
  });

  it('is refused once the organization is deleted', async () => {
    const query = bodyOf('{ viewer { organization { slug } scopes } }');
    const deleted = (at: string | null) => () =>
      sql`update organizations set deleted_at = ${at}::timestamptz, status = ${at ? 'DELETED' : 'ACTIVE'} where id = ${world.uuid('kiosk')}::uuid`.execute(
        world.db,
      );
    const key = { headers: bearer(await insertKey(world, 'kiosk', ALL)), body: query };
    const { id, token } = await newPerson('north', 'admin');
    await insertMembership(world, world.uuid('kiosk'), id, ['admin']);
    const person = { headers: { ...bearer(token), 'x-organization': 'kiosk' }, body: query };
    await answeredFast(person);
    expect(await before(key, deleted('2026-01-01'))).toMatchObject({ status: 401 });
    expect(await ask(fast, person)).toMatchObject({ status: 404 });
    await deleted(null)();
  });

  it('is who the identity provider says that they are', async () => {
    const session = await issuer.session('another-subject', 'another@x.example', {
      claims: { name: 'First' },
    });
    const asked = { headers: bearer(session), body: bodyOf('{ viewer { user { email name } } }') };
    await answeredFast(asked);
    // Another session of the same person changes the account, which this one changes back.
    const renamed = await issuer.session('another-subject', 'another@x.example', {
      claims: { name: 'Second' },
    });
    const second = await ask(fast, { ...asked, headers: bearer(renamed) });
    expect(second.text).toContain('Second');
    expect((await ask(fast, asked)).text).toContain('First');
    const ends = new Date(Date.now() + 1_000);
    const short = await issuer.session('short-subject', 'short@x.example', {
      claims: { exp: Math.floor(ends.getTime() / 1_000) - 4 },
    });
    await ask(fast, { ...asked, headers: bearer(short) });
    await expect
      .poll(async () => (await ask(fast, { ...asked, headers: bearer(short) })).status, {
        timeout: 10_000,
      })
      .toBe(401);
  });

  it('is who the identity provider says, whether or not each of their sessions names them', async () => {
    const email = 'sometimes-named@x.example';
    const unnamed = bearer(await issuer.session('sometimes-named', email));
    const named = bearer(
      await issuer.session('sometimes-named', email, { claims: { name: 'Named' } }),
    );
    const query = bodyOf('query SometimesNamed { viewer { user { name } } }');
    await ask(fast, { headers: named, body: query });
    await answeredFast({ headers: unnamed, body: query });
    await sql`update users set name = 'Renamed' where email = ${email}`.execute(world.db);
    expect((await ask(fast, { headers: unnamed, body: query })).text).toContain('Renamed');
    expect((await ask(fast, { headers: named, body: query })).text).toContain('"Named"');
  });

  it('waits for the keys of the identity provider once, if they are not available', async () => {
    const sessions = new Sessions(issuer.settings, createLogger('silent'), {
      timeoutMs: 300,
      cooldownMs: 5_000,
    });
    const served = await serve({ sessions });
    const exp = Math.floor(Date.now() / 1_000) + 7_200;
    const session = await issuer.session('waiting', 'waiting@x.example', { claims: { exp } });
    const asked = {
      headers: bearer(session),
      body: bodyOf('{ viewer { user { email } } }'),
    };
    const { line } = await askTwice(asked, served);
    expect(line).toMatchObject({ execution: 'compiled', statements: 1 });
    const fetches = issuer.fetches();
    issuer.behave('silent');
    // The keys are too old to be used without asking for them again.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    try {
      const answer = await ask(served, asked);
      expect(answer).toMatchObject({ status: 401, headers: { 'retry-after': '5' } });
      expect(issuer.fetches() - fetches).toBe(1);
    } finally {
      vi.useRealTimers();
      issuer.behave('well');
      served.close();
    }
  });

  it('looks nobody up twice who was refused before, and asks nothing twice that was refused', async () => {
    const token = await insertKey(world, 'north', ALL);
    const statementsOf = async (served: Served, asked: Asked): Promise<number | undefined> => {
      served.lines.length = 0;
      await ask(served, asked);
      return served.lines.find(({ msg }) => msg === 'request')?.statements;
    };
    const missing = { headers: bearer(token), body: bodyOf(DOCUMENT, { slug: 'rival' }) };
    await ask(fast, missing);
    const ofResolvers = await statementsOf(general, missing);
    expect(await statementsOf(fast, missing)).toBe((ofResolvers ?? 0) + 1);
    await answeredFast({ headers: bearer(token), body });
    await sql`update api_keys set revoked_at = now() where id = ${token.slice(3, 35)}::uuid`.execute(
      world.db,
    );
    const refused = { headers: bearer(token), body };
    expect(await statementsOf(fast, refused)).toBe(2);
    expect(await statementsOf(fast, refused)).toBe(1);
  });

  it('is never answered after a revocation that was acknowledged, whatever runs meanwhile', async () => {
    for (let round = 0; round < 20; round++) {
      const token = await insertKey(world, 'north', ALL);
      const asked = { headers: bearer(token), body };
      await ask(fast, asked);
      let isRevoked = false;
      const late: number[] = [];
      const callers = Array.from({ length: 6 }, async () => {
        for (let n = 0; n < 12; n++) {
          const wasRevoked = isRevoked;
          const { status } = await ask(fast, asked);
          if (wasRevoked) late.push(status);
        }
      });
      await sql`update api_keys set revoked_at = now() where id = ${token.slice(3, 35)}::uuid`.execute(
        world.db,
      );
      isRevoked = true;
      await Promise.all(callers);
      expect(late.filter((status) => status !== 401)).toEqual([]);
    }
  });
});

describe('what is passed on to Yoga', () => {
  const headers = (): Record<string, string> => bearer(world.token('key@north'));

  it('is answered like without the fast path, whatever it is', async () => {
    const deep = `{"query":"{ __typename }","variables":{"a":${'['.repeat(200)}${']'.repeat(200)}}}`;
    const bodies = [
      bodyOf('{ organization { nonsense } }'),
      bodyOf('{ organization '),
      bodyOf('{ __schema { queryType { name } } }'),
      bodyOf('mutation { leaveOrganization(input: { organizationId: "x" }) { __typename } }'),
      bodyOf('query ($id: ID!) { organization(id: $id) { slug } }', { id: 7 }),
      bodyOf('query ($id: ID!) { organization(id: $id) { slug } }', { id: 'org_nonsense' }),
      bodyOf('query ($id: ID!) { organization(id: $id) { slug } }', { id: world.org('rival') }),
      bodyOf('query ($id: ID!) { organization(id: $id) { slug } }'),
      bodyOf('query ($first: Int) { organization { children(first: $first) { totalCount } } }', {
        first: 1_000,
      }),
      bodyOf('query A { viewer { scopes } } query B { viewer { scopes } }'),
      bodyOf(`{ viewer { scopes } } ${'#'.repeat(200_000)}`),
      deep,
      '',
      '{',
      '[]',
      'null',
      '{"query":7}',
      '{"variables":{}}',
      '{"query":"{ viewer { scopes } }","variables":[1]}',
      '{"query":"{ viewer { scopes } }","operationName":7}',
      bodyOf('{ viewer { scopes } }') + ' '.repeat(REQUEST_LIMITS.bodyBytes),
      // More variables than any document may have.
      bodyOf(
        '{ viewer { scopes } }',
        Object.fromEntries(
          Array.from({ length: REQUEST_LIMITS.document.variables + 1 }, (_, n) => [`v${n}`, n]),
        ),
      ),
      '{"query":"{ viewer { scopes } }","operationName":""}',
      '{"query":"{ viewer { scopes } }","extensions":{}}',
      '{"query":"{ viewer { scopes } }","documentId":"sha256:00"}',
      '{"query":"{ viewer { scopes } }","unknown":1}',
      '{"query":"{ viewer { scopes } }","operationName":"Missing"}',
      `\u{feff}${bodyOf('{ viewer { scopes } }')}`,
    ];
    await answeredFast({ headers: headers(), body: bodyOf('{ viewer { scopes } }') });
    for (const body of bodies) await passedOn({ headers: headers(), body });
  });

  it('is answered like without the fast path, however it is sent', async () => {
    const body = bodyOf('{ viewer { scopes } }');
    await answeredFast({ headers: headers(), body });
    const token = world.token('key@north');
    const ways: Asked[] = [
      { headers: { ...headers(), 'transfer-encoding': 'chunked' }, body },
      { headers: { ...headers(), 'content-type': 'text/plain' }, body },
      { headers: { ...headers(), 'content-type': 'application/json; charset=utf-8' }, body },
      { headers: { ...headers(), 'content-encoding': 'gzip' }, body },
      { headers: { ...headers(), 'content-encoding': 'gzip' }, body: gzipSync(body) },
      { headers: { ...headers(), origin: 'https://page.example' }, body },
      { headers: { authorization: `bearer ${token}` }, body },
      { headers: { authorization: `Bearer  ${token}` }, body },
      { headers: { authorization: `Basic ${token}` }, body },
      { headers: { authorization: `Bearer ${token}x` }, body },
      { headers: { ...headers(), 'x-organization': 'rival' }, body },
      { headers: { ...headers(), 'x-organization': '' }, body },
      { headers: {}, body },
      { method: 'PUT', headers: headers(), body },
    ];
    for (const way of ways) await passedOn(way);
    for (const url of ['/graphql?query=%7B__typename%7D', '/graphql/', '/other', '//graphql']) {
      const at = ({ url: base }: Served) => ({ url: new URL(base.origin + url) });
      const asked = { headers: headers(), body };
      expect(comparable(await ask(at(fast), asked))).toEqual(
        comparable(await ask(at(general), asked)),
      );
    }
  });

  it('is refused if it costs too much, whatever the same document cost before', async () => {
    const page = (fields: string): string => `children(first: $first) { nodes { slug ${fields} } }`;
    const query = `query ($first: Int) { organization { ${page(page(page(page(''))))} } }`;
    await answeredFast({ headers: headers(), body: bodyOf(query, { first: 2 }) });
    const answer = await passedOn({ headers: headers(), body: bodyOf(query, { first: 100 }) });
    expect(answer.text).toContain('LIMIT_EXCEEDED');
  });

  it('is refused under a host name that is not served', async () => {
    const served = await serve({ allowedHosts: ['api.example'] });
    const body = bodyOf('{ viewer { scopes } }');
    const { answer } = await askTwice(
      { headers: { ...headers(), host: 'api.example' }, body },
      served,
    );
    expect(answer.status).toBe(200);
    const other = { headers: { ...headers(), host: 'other.example' }, body };
    expect(await ask(served, other)).toMatchObject({ status: 421 });
    served.close();
  });
});

describe('a registered document', () => {
  it('is one statement for those who name it, and required where the policy says so', async () => {
    const document = '{ viewer { scopes } }';
    const sha256 = hash('sha256', document, 'hex');
    await sql`insert into trusted_documents (hash, document, client) values (decode(${sha256}, 'hex'), ${document}, 'test')`.execute(
      world.db,
    );
    const headers = bearer(world.token('key@north'));
    for (const trustedDocuments of ['allow', 'require'] as const) {
      const served = await serve({ trustedDocuments });
      const resolved = await serve({ trustedDocuments, compiled: false });
      const bodies = [
        JSON.stringify({ documentId: `sha256:${sha256}` }),
        JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256 } } }),
      ];
      for (const body of bodies) {
        const { answer, line } = await askTwice({ headers, body }, served);
        expect(line).toMatchObject({ execution: 'compiled', documentHash: sha256, status: 200 });
        expect(comparable(answer)).toEqual(comparable(await ask(resolved, { headers, body })));
      }
      served.lines.length = 0;
      await ask(served, { headers, body: bodies[0] ?? '' });
      expect(served.lines).toMatchObject([{ statements: 1 }]);
      for (const params of [
        { query: document },
        { query: document, documentId: `sha256:${sha256}` },
        { documentId: sha256 },
        { documentId: `sha256:${sha256.replace(/./g, 'a')}` },
        { extensions: { persistedQuery: { sha256Hash: 7 } } },
        { query: document, extensions: { other: true } },
      ]) {
        const asked = { headers, body: JSON.stringify(params) };
        const { answer } = await askTwice(asked, served);
        expect(comparable(answer)).toEqual(comparable(await ask(resolved, asked)));
      }
      served.close();
      resolved.close();
    }
  });
});

describe('budgets', () => {
  const body = bodyOf('{ viewer { scopes } }');
  const costOf = ({ text }: Answer) =>
    (
      JSON.parse(text) as {
        extensions?: { cost?: { charged: number; remaining: number } };
      }
    ).extensions?.cost;

  async function limited(
    variables: Parameters<typeof defaultBudgets>[0],
  ): Promise<Served & { limits: CallerBudgets }> {
    const log = createLogger('silent');
    const limits = createBudgets(defaultBudgets(variables), log, world.gatewayUrl);
    return { ...(await serve({ budgets: limits })), limits };
  }

  it('are charged once, whether the fast path answers, passes on or cannot answer', async () => {
    const served = await limited({});
    const token = await insertKey(world, 'north', ALL);
    const remaining = async (query: string, variables = {}) =>
      costOf(await ask(served, { headers: bearer(token), body: bodyOf(query, variables) }));
    await remaining('{ viewer { scopes } }');
    let last = (await remaining('{ viewer { scopes } }'))?.remaining ?? 0;
    const refused = '{ organization { auditLog { totalCount } } }';
    for (const query of [
      '{ viewer { scopes } }',
      refused,
      // Known from now on, and refused by its statement.
      refused,
      '{ organization(slug: "rival") { slug } }',
      '{ organization(slug: "rival") { slug } }',
      '{ __schema { queryType { name } } }',
      '{ viewer { scopes } }',
    ]) {
      const cost = await remaining(query);
      expect(last - (cost?.remaining ?? 0)).toBe(cost?.charged);
      last = cost?.remaining ?? 0;
    }
    served.close();
  });

  it('are told as the general path tells them, and without them what is requested', async () => {
    const headers = bearer(await insertKey(world, 'north', ALL));
    const all = { requested: 22, charged: 22, limit: expect.any(Number) };
    const left = { remaining: expect.any(Number), resetAt: expect.stringMatching(/^20.*Z$/) };
    for (const [served, told] of [
      [await limited({}), { ...all, ...left }],
      [await limited({ RATE_COST_PER_MINUTE: '0' }), all],
      [await serve({}), all],
    ] as const) {
      const { line, answer } = await askTwice({ headers, body }, served);
      expect(line).toMatchObject({ statements: 1 });
      expect(costOf(answer)).toEqual(told);
      expect(JSON.stringify(JSON.parse(answer.text))).toBe(answer.text);
      served.close();
    }
  });

  it('refuse once they are used up, and count each request once', async () => {
    const served = await limited({ RATE_REQUESTS_PER_MINUTE: '10' });
    const token = await insertKey(world, 'north', ALL);
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++)
      statuses.push((await ask(served, { headers: bearer(token), body })).status);
    expect(statuses).toEqual([...Array<number>(10).fill(200), 429, 429]);
    const dear = await limited({ RATE_COST_PER_MINUTE: '60' });
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push(await ask(dear, { headers: bearer(token), body }));
    const spent = answers.filter(({ status }) => status === 200).length;
    expect(spent).toBe(
      Math.floor(60 / (costOf(answers[0] ?? ({ text: '{}' } as Answer))?.charged ?? 1)),
    );
    expect(answers.at(-1)).toMatchObject({
      status: 429,
      headers: { 'retry-after': expect.any(String) },
    });
    served.close();
    dear.close();
  });

  it('count what is passed on once', async () => {
    const served = await limited({ RATE_REQUESTS_PER_MINUTE: '10' });
    const token = await insertKey(world, 'north', ALL);
    const queries = [
      '{ viewer { scopes } }',
      '{ __schema { queryType { name } } }',
      '{ organization(slug: "rival") { slug } }',
    ];
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++) {
      const query = queries[n % queries.length] ?? '';
      statuses.push(
        (await ask(served, { headers: bearer(token), body: bodyOf(query) })).status === 429 ? 1 : 0,
      );
    }
    expect(statuses).toEqual([...Array<number>(10).fill(0), 1, 1]);
    served.close();
  });

  it('count a caller that budgets do not know as one that is looked up', async () => {
    const log = createLogger('silent');
    const budgets = createBudgets(defaultBudgets({}), log, world.gatewayUrl);
    const served = await serve({ budgets });
    const headers = bearer(await insertKey(world, 'north', ALL));
    await askTwice({ headers, body }, served);
    budgets.known.remove(fingerprintOf(headers['authorization'] ?? ''));
    served.lines.length = 0;
    await ask(served, { headers, body });
    await ask(served, { headers, body });
    expect(served.lines.map(({ statements }) => statements)).toEqual([2, 1]);
    served.close();
  });

  it('are given back by what is passed on, and its turn as well', async () => {
    const served = await limited({ CONCURRENCY_PER_CREDENTIAL: '1', QUEUE_TIMEOUT_MS: '500' });
    const headers = bearer(await insertKey(world, 'north', ALL));
    const missing = bodyOf('{ organization(slug: "rival") { slug } }');
    for (let n = 0; n < 4; n++)
      expect((await ask(served, { headers, body: missing })).text).toContain('NOT_FOUND');
    served.close();
  });

  it('run large operations that are one statement side by side, but one by one while others work', async () => {
    const served = await limited({ HEAVY_OPERATION_NODES: '20' });
    const asked = {
      headers: bearer(await insertKey(world, 'north', ALL)),
      body: bodyOf('{ organization { children(first: 50) { nodes { slug } } } }'),
    };
    const locked = async (): Promise<number> =>
      (
        await world.rows(
          sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`,
        )
      )[0]?.count ?? 0;
    /** How many statements wait for the table, and how many operations for their turn. */
    const waiting = async (): Promise<{ locked: number; queued: number }> => ({
      locked: await locked(),
      queued: served.limits.admission.waiting,
    });
    /** Sends three while a table is locked, of which that many have a statement that waits for it. */
    const expectStatements = async (most: number): Promise<void> => {
      let answers: Promise<Answer[]> | undefined;
      await world.db.transaction().execute(async (tx) => {
        await sql`lock table organizations in access exclusive mode`.execute(tx);
        answers = Promise.all(Array.from({ length: 3 }, () => ask(served, asked)));
        await expect.poll(waiting).toEqual({ locked: most, queued: 3 - most });
      });
      expect((await answers)?.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(served.lines.every(({ statements }) => statements === 1)).toBe(true);
    };
    await askTwice(asked, served);
    served.lines.length = 0;
    await expectStatements(3);
    const { line } = await askTwice({ headers: bearer(world.token('key@rival')), body }, served);
    expect(line).toMatchObject({ statements: 1 });
    await expectStatements(1);
    served.close();
  });

  it('let no more operations of one credential run at a time than they allow', async () => {
    const served = await limited({ CONCURRENCY_PER_CREDENTIAL: '2' });
    const token = await insertKey(world, 'north', ALL);
    const asked = { headers: bearer(token), body: bodyOf('{ organization { slug } }') };
    await askTwice(asked, served);
    served.lines.length = 0;
    const waiting = async (): Promise<number> =>
      (
        await world.rows(
          sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`,
        )
      )[0]?.count ?? 0;
    let answers: Promise<Answer[]> | undefined;
    await world.db.transaction().execute(async (tx) => {
      await sql`lock table organizations in access exclusive mode`.execute(tx);
      answers = Promise.all(Array.from({ length: 6 }, () => ask(served, asked)));
      await expect.poll(waiting).toBe(2);
    });
    expect((await answers)?.map(({ status }) => status)).toEqual(Array<number>(6).fill(200));
    expect(served.lines.map(({ statements }) => statements)).toEqual(Array<number>(6).fill(1));
    served.close();
  });
});
