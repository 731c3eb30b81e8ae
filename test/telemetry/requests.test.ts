import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBudgets } from '../../src/limits/caller-budgets.ts';
import { defaultBudgets } from '../../src/limits/budget-settings.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { addTrustedDocuments } from '../../src/modules/trusted-documents/queries.ts';
import { keepLines, type LogLine } from '../setup/log-lines.ts';
import { createWorld, gatewayOver, type World } from '../setup/world.ts';

const kept = keepLines();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
let world: World;
beforeAll(async () => {
  world = await createWorld({
    log: kept.log,
    trustedDocuments: 'allow',
    allowedHosts: ['127.0.0.1'],
    budgets: createBudgets(
      defaultBudgets({ RATE_TREE_COST_PER_MINUTE: 'off' }),
      createLogger('silent'),
    ),
  });
});
afterAll(() => world.close());
beforeEach(() => void kept.texts.splice(0));

/** The one line of the requests since the test began. */
function line(): LogLine {
  const lines = kept.lines();
  expect(lines.map(({ msg }) => msg)).toEqual(['request']);
  return lines[0] as LogLine;
}

async function send(body: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(world.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  await response.text();
  return response;
}

const unknown = {
  operationName: null,
  operationType: null,
  documentHash: null,
  credentialKind: null,
  credentialId: null,
  organizationId: null,
  statements: 0,
  costRequested: 0,
  costCharged: 0,
};

describe('the line of a request', () => {
  it('tells what was asked for, by whom, where, and what it took', async () => {
    const document =
      'query Names($first: Int!) { organization { name children(first: $first) { nodes { name } } } }';
    const answer = await world.ask(
      document,
      { as: 'admin@north', headers: { 'x-request-id': 'mine-1' } },
      { first: 7 },
    );
    expect(answer.status).toBe(200);
    const [token] = await world.rows(
      sql<{
        id: string;
      }>`select t.id from personal_access_tokens t join users u on u.id = t.user_id where u.email = 'admin@north.example'`,
    );
    const { cost } = (JSON.parse(answer.text) as { extensions: { cost: { charged: number } } })
      .extensions;
    expect(line()).toEqual({
      level: 30,
      time: expect.any(Number),
      pid: process.pid,
      hostname: expect.any(String),
      msg: 'request',
      requestId: answer.headers.get('x-request-id'),
      clientRequestId: 'mine-1',
      method: 'POST',
      status: 200,
      durationMs: expect.any(Number),
      operationName: 'Names',
      operationType: 'query',
      documentHash: sha256(document),
      credentialKind: 'PERSONAL_ACCESS_TOKEN',
      credentialId: token?.id,
      organizationId: world.uuid('north'),
      execution: 'compiled',
      statements: 2,
      costRequested: cost.charged,
      costCharged: cost.charged,
      code: null,
      errors: 0,
      bytes: Buffer.byteLength(answer.text),
    });
  });

  it('has nobody and nothing for an anonymous caller, whose operation has no name', async () => {
    await world.ask('{ __typename }');
    expect(line()).toMatchObject({
      ...unknown,
      operationType: 'query',
      documentHash: sha256('{ __typename }'),
      costRequested: 1,
      costCharged: 1,
      code: null,
    });
  });

  it('counts the statements of a mutation, those of its transaction too', async () => {
    const document =
      'mutation M($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { __typename } }';
    await world.ask(
      document,
      { as: 'key@acme' },
      { input: { id: world.org('kiosk'), name: 'Other' } },
    );
    const { statements, ...rest } = line();
    expect(rest).toMatchObject({
      operationName: 'M',
      operationType: 'mutation',
      credentialKind: 'API_KEY',
      code: null,
      status: 200,
    });
    expect(statements).toBeGreaterThan(5);
  });

  it('names the failure of a mutation, though the answer is no error', async () => {
    const document =
      'mutation { createOrganization(input: { name: "N", slug: "acme" }) { __typename } }';
    expect((await world.ask(document, { as: 'admin@acme' })).data).toMatchObject({
      createOrganization: { __typename: 'SlugTakenError' },
    });
    expect(line()).toMatchObject({
      status: 200,
      code: 'SLUG_TAKEN',
      errors: 0,
      operationType: 'mutation',
    });
  });

  it('counts errors and names the first', async () => {
    await world.ask(
      '{ a: organization(slug: "rival") { name } b: organization(slug: "none") { name } }',
      { as: 'key@acme' },
    );
    expect(line()).toMatchObject({ status: 200, code: 'NOT_FOUND', errors: 2 });
  });

  it('has the hash of a trusted document, also of one that is not registered', async () => {
    const document = 'query Trusted { __typename }';
    await addTrustedDocuments(world.db, 'test', [
      { hash: Buffer.from(sha256(document), 'hex'), document },
    ]);
    await send(JSON.stringify({ documentId: `sha256:${sha256(document)}` }));
    expect(line()).toMatchObject({
      documentHash: sha256(document),
      operationName: 'Trusted',
      status: 200,
      code: null,
    });
    kept.texts.splice(0);
    await send(JSON.stringify({ documentId: `sha256:${sha256('none')}` }));
    expect(line()).toMatchObject({
      documentHash: sha256('none'),
      status: 404,
      code: 'PERSISTED_DOCUMENT_NOT_FOUND',
    });
  });

  it('holds a hundred characters of a name, and nothing that is no name', async () => {
    const name = 'n'.repeat(3_000);
    await world.ask(`query ${name} { __typename }`);
    expect(line()).toMatchObject({ operationName: 'n'.repeat(100) });
    kept.texts.splice(0);
    await send(
      JSON.stringify({
        query: 'query A { __typename } query B { __typename }',
        operationName: 'pat_secret of mine',
      }),
    );
    expect(line()).toMatchObject({ operationName: null, status: 400, code: 'BAD_USER_INPUT' });
  });

  it.each([
    ['a body that is no JSON', '{', {}, { status: 400, code: 'BAD_USER_INPUT' }],
    [
      'another content type',
      '{}',
      { 'content-type': 'text/plain' },
      { status: 415, code: 'BAD_USER_INPUT' },
    ],
    [
      'a body that is too large',
      `"${'x'.repeat(2_000_000)}"`,
      {},
      { status: 413, code: 'LIMIT_EXCEEDED' },
    ],
    [
      'a bad credential',
      '{"query":"{ __typename }"}',
      { authorization: 'Bearer ak_nothing' },
      { status: 401, code: 'UNAUTHENTICATED' },
    ],
  ])('is written for %s', async (_what, body, headers, expected) => {
    const response = await send(body, headers);
    expect(line()).toMatchObject({
      ...unknown,
      ...expected,
      requestId: response.headers.get('x-request-id'),
    });
  });

  it('is written for what is wrong with a document', async () => {
    await world.ask('query Q { nothing }', { as: 'key@acme' });
    expect(line()).toMatchObject({
      status: 200,
      code: 'BAD_USER_INPUT',
      documentHash: sha256('query Q { nothing }'),
      credentialKind: 'API_KEY',
    });
  });

  it('is written for a host that is not served', async () => {
    await new Promise<void>((resolve, reject) => {
      const asked = httpRequest(
        world.endpoint,
        { method: 'POST', headers: { host: 'elsewhere.example' } },
        (response) => response.resume().on('end', resolve),
      );
      asked.on('error', reject).end('{}');
    });
    expect(line()).toMatchObject({ ...unknown, status: 421, code: 'BAD_USER_INPUT' });
  });

  it('is written for a request over a budget, whether it was looked into or not', async () => {
    const settings = defaultBudgets({
      RATE_ANONYMOUS_REQUESTS_PER_MINUTE: '1',
      RATE_COST_PER_MINUTE: '1',
    });
    const gateway = gatewayOver(world.gatewayDb, {
      log: kept.log,
      budgets: createBudgets(settings, createLogger('silent')),
    });
    const ask = async (headers: Record<string, string> = {}): Promise<number> => {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"query":"{ __typename }"}',
      };
      return (await gateway.fetch('http://banyan.test/graphql', init)).status;
    };
    const authorization = `Bearer ${world.token('key@acme')}`;
    expect([
      await ask(),
      await ask(),
      await ask({ authorization }),
      await ask({ authorization }),
    ]).toEqual([200, 429, 200, 429]);
    expect(kept.lines()).toMatchObject([
      { status: 200, code: null, costCharged: 1 },
      { ...unknown, status: 429, code: 'RATE_LIMITED' },
      { status: 200, code: null, costCharged: 1, credentialKind: 'API_KEY' },
      {
        status: 429,
        code: 'RATE_LIMITED',
        costCharged: 0,
        costRequested: 1,
        credentialKind: 'API_KEY',
      },
    ]);
  });

  it('is written for a client that has gone, and says so', async () => {
    await world.db.transaction().execute(async (tx) => {
      await sql`lock table usage_metrics in access exclusive mode`.execute(tx);
      const gone = new AbortController();
      const asking = world.endpoint;
      const answer = fetch(asking, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${world.token('key@acme')}`,
        },
        body: '{"query":"{ usageMetrics { key } }"}',
        signal: gone.signal,
      }).catch(() => 'gone');
      await expect
        .poll(
          async () =>
            (
              await sql`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`.execute(
                world.db,
              )
            ).rows,
        )
        .toHaveLength(1);
      gone.abort();
      expect(await answer).toBe('gone');
      await expect.poll(() => kept.lines()).toHaveLength(1);
    });
    expect(line()).toMatchObject({ aborted: true, code: 'UNAVAILABLE', credentialKind: 'API_KEY' });
  });

  it('is not written for probes', async () => {
    const origin = new URL(world.endpoint).origin;
    for (const path of ['/health', '/ready'])
      expect((await fetch(`${origin}${path}`)).status).toBe(200);
    expect(kept.texts).toEqual([]);
  });

  it('is written at the level of information, and not above', async () => {
    const quiet = keepLines('warn');
    const gateway = gatewayOver(world.gatewayDb, { log: quiet.log });
    expect((await gateway.fetch('http://banyan.test/graphql?query={__typename}')).status).toBe(200);
    expect(quiet.texts).toEqual([]);
  });
});

describe('all lines together', () => {
  it('hold no credential, no value of a variable and no address', async () => {
    const secrets = [
      world.token('key@acme'),
      world.token('admin@acme'),
      'somebody@private.example',
      'hunter2',
      '127.0.0.1',
      'Bearer',
    ];
    const input = {
      organizationId: world.org('north'),
      email: 'somebody@private.example',
      roles: ['user'],
    };
    const mutation =
      'mutation I($input: CreateInvitationInput!) { createInvitation(input: $input) { __typename } }';
    for (const as of ['key@acme', 'admin@acme'] as const)
      await world.ask(mutation, { as }, { input });
    await world.ask(
      'query ($id: ID!) { node(id: $id) { id } }',
      { as: 'key@acme' },
      { id: 'hunter2' },
    );
    await world.ask('{ viewer { scopes } }', { token: `${world.token('key@acme')}x` });
    await send('{"query":"{ __typename }","variables":{"x":"hunter2"}}', {
      'x-request-id': 'a b hunter2',
      'x-organization': 'hunter2',
    });
    await send('{"query":"{ __typename hunter2', { authorization: `Basic hunter2` });
    // Failures that are logged with their cause, which repeats what the caller sent.
    await sql`create function fail_now() returns trigger language plpgsql as $$ begin
      if new.name = '22' then raise invalid_text_representation using message = 'bad value hunter2', detail = 'hunter2'; end if;
      raise exception 'no reason' using detail = 'Failing row contains (hunter2).', hint = 'hunter2'; end $$`.execute(
      world.db,
    );
    await sql`create trigger fail_now before insert on organizations for each row execute function fail_now()`.execute(
      world.db,
    );
    for (const name of ['hunter2', '22']) {
      const made = { parentId: world.org('north'), name, slug: 'hunter2' };
      await world.ask(
        'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }',
        { as: 'key@acme' },
        { input: made },
      );
    }
    await sql`drop trigger fail_now on organizations`.execute(world.db);
    expect(kept.lines('request')).toHaveLength(8);
    expect(kept.lines('a request failed')).toMatchObject([
      { err: { message: 'no reason' } },
      { err: { code: '22P02' } },
    ]);
    for (const secret of secrets)
      expect(
        kept.texts.filter((text) => text.includes(secret)),
        secret,
      ).toEqual([]);
  });
});
