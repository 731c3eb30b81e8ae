import { serverAudits } from 'graphql-http';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createDatabase } from '../setup/database.ts';
import { code, createWorld, gatewayOver, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(world.endpoint, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${world.token('key@acme')}`,
      ...headers,
    },
  });

describe('GraphQL over HTTP', () => {
  // The audits know nothing of credentials and ask only for __typename, which everybody may.
  const audits = serverAudits({ url: () => world.endpoint, fetchFn: fetch });
  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    '%s %s',
    async (_id, _name, audit) => {
      const result = await audit.fn();
      expect({ status: result.status, reason: 'reason' in result ? result.reason : '' }).toEqual({
        status: expect.stringMatching(/ok|notice|warn/),
        reason: result.status === 'error' ? '' : expect.anything(),
      });
    },
  );

  it('takes bodies in JSON only', async () => {
    for (const type of [
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
      'application/graphql',
    ]) {
      const response = await post('query={viewer{scopes}}', { 'content-type': type });
      expect({ type, status: response.status }).toEqual({ type, status: 415 });
    }
  });

  it('answers pages of other origins only when they are configured', async () => {
    const preflight = (
      endpoint: (input: string, init: RequestInit) => Promise<Response> | Response,
    ) =>
      endpoint('http://banyan.test/graphql', {
        method: 'OPTIONS',
        headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
      });
    const { gatewayDb: db, close } = await createDatabase();
    const [closed, open] = [
      gatewayOver(db),
      gatewayOver(db, { corsOrigins: ['https://app.example'] }),
    ];
    expect(
      (await preflight((url, init) => closed.fetch(url, init))).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull();
    const allowed = await preflight((url, init) => open.fetch(url, init));
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(allowed.headers.get('access-control-allow-credentials')).not.toBe('true');
    await close();
  });

  it('tells whether it lives and whether it is ready', async () => {
    const alive = await fetch(new URL('/health', world.endpoint));
    expect([alive.status, await alive.text()]).toEqual([200, 'ok\n']);
    expect((await fetch(`${world.endpoint}?query={}&operationName=/health`)).status).toBe(400);
    expect((await fetch(new URL('/ready', world.endpoint))).status).toBe(200);
    expect(
      (await fetch(new URL('/', world.endpoint), { redirect: 'manual' })).headers.get('location'),
    ).toBe('/graphql');
    expect((await fetch(new URL('/elsewhere', world.endpoint))).status).toBe(404);
  });
});

describe('a document', () => {
  it('that is wrong is refused without suggestions, names of ours or a stack', async () => {
    for (const document of [
      '{ organizatio { id } }',
      '{ organization { nam } }',
      '{',
      '{ organization(id: 5.5) { id } }',
      'query ($x: Nope) { viewer { scopes } }',
      '{ organization { children(orderBy: SLUG) { totalCount } } }',
      'mutation { x }',
    ]) {
      const answer = await world.ask(document, { as: 'key@acme' });
      expect({ document, code: code(answer) }).toEqual({ document, code: 'BAD_USER_INPUT' });
      expect(answer.text).not.toMatch(/Did you mean|node_modules|\.ts:|stack/);
    }
  });

  it('that is too long, too deep, too broad or may ask for too much is refused', async () => {
    const deep = `{ organization ${'{ parent '.repeat(25)} { id } ${'}'.repeat(25)} }`;
    const broad = `{ ${Array.from({ length: 900 }, (_, n) => `a${n}: __typename`).join(' ')} ${Array.from({ length: 1_100 }, (_, n) => `b${n}: __typename`).join(' ')} }`;
    const costly =
      '{ organization { children(first: 100) { nodes { children(first: 100) { nodes { children(first: 100) { nodes { members(first: 100) { nodes { id } } } } } } } } } }';
    expect(code(await world.ask(deep, { as: 'key@acme' }))).toBe('LIMIT_EXCEEDED');
    expect(code(await world.ask(costly, { as: 'key@acme' }))).toBe('LIMIT_EXCEEDED');
    expect(code(await world.ask(broad, { as: 'key@acme' }))).toBe('LIMIT_EXCEEDED');
    for (const nested of [
      `{ a(b: ${'['.repeat(5_000)}${']'.repeat(5_000)}) }`,
      `${'{ a '.repeat(5_000)}${'}'.repeat(5_000)}`,
    ])
      expect(code(await world.ask(nested, { as: 'key@acme' }))).toMatch(
        /LIMIT_EXCEEDED|BAD_USER_INPUT/,
      );
    expect(
      (
        await post(
          JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(500_000) } }),
        )
      ).status,
    ).toBe(413);
  });

  it('with hostile keys in its variables leaves objects as they are', async () => {
    await post(
      '{"query":"{ __typename }","variables":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}},"extensions":{"__proto__":{"polluted":true}}}',
    );
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('of every field with odd text never ends in an internal error or tells of the database', async () => {
    const odd = [
      '\u0000',
      '\ud800',
      'x'.repeat(5_000),
      "'; drop table organizations; --",
      '%',
      '\\',
      '\u202e',
      '9'.repeat(400),
      '{}',
      '-1',
    ];
    const fields = [
      'organization(id: $x) { id }',
      'organization(slug: $x) { id }',
      'node(id: $x) { id }',
      'slugAvailability(slug: $x) { available }',
      'invitationPreview(token: $x) { email }',
      'viewer { can(scope: $x) }',
      'viewer { can(scope: "usage:read", organizationId: $x) }',
      'organization { children(after: $x) { totalCount nodes { id } } }',
      'organization { descendants(search: $x) { totalCount nodes { id } } }',
      'organization { descendants(before: $x) { nodes { id } } }',
      'organization { members(search: $x) { totalCount nodes { id } } }',
      'organization { members(roles: [$x]) { totalCount } }',
      'organization { people(search: $x) { totalCount nodes { user { id } } } }',
      'organization { auditLog(actions: [$x]) { totalCount } }',
      'organization { usage(from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { metrics(keys: [$x]) { value } } }',
      'organization { usage(from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { byChild(metric: $x) { edges { own } } } }',
      'organization { descendants { edges { path(separator: $x) } } }',
    ];
    for (const field of fields) {
      for (const x of odd) {
        const type = /\b(id|organizationId): \$x/.test(field) ? 'ID!' : 'String!';
        const answer = await world.ask(
          `query ($x: ${type}) { ${field} }`,
          { as: 'key@acme' },
          { x },
        );
        const codes = answer.errors?.map((error) => error.extensions.code) ?? [];
        expect({
          field,
          x: x.slice(0, 20),
          status: answer.status,
          bad: codes.filter((one) => !['BAD_USER_INPUT', 'NOT_FOUND'].includes(one)),
        }).toEqual({ field, x: x.slice(0, 20), status: 200, bad: [] });
        expect(answer.text).not.toMatch(
          /22P02|22021|SQLSTATE|invalid input syntax|pg_|relation "|column "/,
        );
      }
    }
  });
});

describe('introspection', () => {
  it('is open, for those with a credential, or for nobody, as configured', async () => {
    const { gatewayDb: db, close } = await createDatabase();
    const ask = async (
      introspection: 'public' | 'authenticated' | 'off',
      headers: Record<string, string> = {},
    ) => {
      const gateway = gatewayOver(db, { introspection });
      const response = await gateway.fetch('http://banyan.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ __schema { queryType { name } } }' }),
      });
      return (await response.json()) as {
        data?: unknown;
        errors?: { extensions: { code: string } }[];
      };
    };
    expect(await ask('public')).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
    expect((await ask('authenticated')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect((await ask('off')).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    await close();
  });
});

describe('a statement that takes too long', () => {
  it('is cancelled, and the caller is told so', async () => {
    const slow = await createDatabase({ statementTimeoutMs: 100 });
    const gateway = gatewayOver(slow.gatewayDb);
    const { apiKey } = await bootstrap(slow.db, {
      slug: 'slow-one',
      name: 'Slow',
      email: 'slow@x.example',
    });
    const blocker = new pg.Client({ connectionString: slow.url });
    await blocker.connect();
    await blocker.query('begin; lock table usage_metrics in access exclusive mode');
    const response = await gateway.fetch('http://banyan.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: '{"query":"{ usageMetrics { key } }"}',
    });
    expect(await response.json()).toMatchObject({
      data: { usageMetrics: null },
      errors: [{ extensions: { code: 'LIMIT_EXCEEDED' } }],
    });
    await blocker.end();
    await slow.close();
  });
});

describe('a failure of ours', () => {
  it('is one constant sentence with the request id, and HTTP 500 when nothing could be run', async () => {
    const broken = await createDatabase();
    const logged: string[] = [];
    const log = createLogger('silent');
    log.error = (entry: { requestId: string }) => void logged.push(entry.requestId);
    const gateway = gatewayOver(broken.gatewayDb, { log });
    await broken.close();
    const response = await gateway.fetch('http://banyan.test/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${world.token('key@acme')}`,
      },
      body: '{"query":"{ viewer { scopes } }"}',
    });
    const requestId = response.headers.get('x-request-id');
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'Something went wrong on our side.',
          extensions: {
            code: 'INTERNAL_SERVER_ERROR',
            type: 'INTERNAL',
            timestamp: expect.any(String),
            requestId,
          },
        },
      ],
    });
    expect(logged).toEqual([requestId]);
    expect((await gateway.fetch('http://banyan.test/ready')).status).toBe(503);
  });
});
