import { request as httpRequest } from 'node:http';
import pg from 'pg';
import { describe, expect } from 'vitest';
import { DatabaseClock } from '../../src/database/clock.ts';
import { connect } from '../../src/database/connect.ts';
import { Readiness } from '../../src/database/readiness.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { it } from '../setup/fixtures.ts';
import { createWorld, gatewayOver, type World } from '../setup/world.ts';

interface Body {
  data?: unknown;
  errors?: { message: string; extensions: { code: string } & Record<string, unknown> }[];
}

async function post(
  world: World,
  body: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Body }> {
  const response = await fetch(world.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: (await response.json()) as Body };
}

describe('a request that is no question', () => {
  const bodies = [
    '',
    '{',
    '{"query":',
    'null',
    '5',
    '"text"',
    '[]',
    '[{"query":"{ __typename }"}]',
    '{}',
    '{"query":null}',
    '{"query":5}',
    '{"variables":{}}',
    '{"query":"{ __typename }","variables":[]}',
    '{"query":"{ __typename }","variables":"x"}',
    '{"query":"{ __typename }","extra":1}',
  ];
  it.for(bodies)(
    'is answered with 400 and a code, whatever the client accepts: %s',
    async (body, { world }) => {
      for (const accept of ['application/json', 'application/graphql-response+json', '*/*']) {
        const answer = await post(world, body, { accept });
        expect({
          accept,
          status: answer.status,
          code: answer.body.errors?.[0]?.extensions.code,
        }).toEqual({
          accept,
          status: 400,
          code: 'BAD_USER_INPUT',
        });
      }
    },
  );

  it.for([
    '',
    '?query=',
    '?variables={}',
    '?query={__typename}&variables={',
    '?query={__typename}&extensions=x',
  ])('is answered with 400 as a GET: %s', async (search, { world }) => {
    const response = await fetch(`${world.endpoint}${search}`, {
      headers: { accept: 'application/json' },
    });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    });
  });

  it('is refused by its bytes also when its length is not announced', async ({ world }) => {
    const send = (bytes: number) =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = httpRequest(
          world.endpoint,
          { method: 'POST', headers: { 'content-type': 'application/json' } },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        );
        request.on('error', reject);
        const text = JSON.stringify({
          query: '{ __typename }',
          variables: { x: 'x'.repeat(bytes) },
        });
        for (let at = 0; at < text.length; at += 4_000) request.write(text.slice(at, at + 4_000));
        request.end();
      });
    expect(await send(10_000)).toBe(200);
    expect(await send(30_000)).toBe(413);
  });
});

describe('the id of a request', () => {
  it('is always ours; what the client sent stands beside it in the log', async () => {
    const broken = await createWorld();
    const logged: object[] = [];
    const log = createLogger('silent');
    log.error = (entry: object) => void logged.push(entry);
    const gateway = gatewayOver(broken.db, { log });
    await broken.db.destroy();
    const response = await gateway.fetch('http://banyan.test/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${broken.token('key@acme')}`,
        'x-request-id': 'request-42',
      },
      body: '{"query":"{ viewer { scopes } }"}',
    });
    const requestId = response.headers.get('x-request-id');
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { requestId } }] });
    expect(logged).toMatchObject([{ requestId, clientRequestId: 'request-42' }]);
    await broken.close();
  });
});

describe('a database that has no connection free', () => {
  it('is answered with 503, a code and when to try again, and the gateway is still ready', async ({
    world,
  }) => {
    const db = connect({
      url: world.url,
      poolSize: 1,
      poolWaitMs: 200,
      log: createLogger('silent'),
    });
    const readiness = new Readiness({
      url: world.url,
      clock: new DatabaseClock(createLogger('silent')),
    });
    const gateway = gatewayOver(db, { ready: () => readiness.check() });
    const ask = () =>
      gateway.fetch('http://banyan.test/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${world.token('key@acme')}`,
        },
        body: '{"query":"{ viewer { scopes } }"}',
      });
    await db.connection().execute(async () => {
      const answer = await ask();
      expect({ status: answer.status, retryAfter: answer.headers.get('retry-after') }).toEqual({
        status: 503,
        retryAfter: '1',
      });
      expect(await answer.json()).toMatchObject({
        errors: [{ extensions: { code: 'UNAVAILABLE' } }],
      });
      expect((await gateway.fetch('http://banyan.test/ready')).status).toBe(200);
    });
    expect((await ask()).status).toBe(200);
    readiness.close();
    await db.destroy();
  });

  it('that cannot be reached at all is answered with 503, and the gateway is not ready', async ({
    world,
  }) => {
    const db = connect({
      url: 'postgres://nobody@127.0.0.1:1/none',
      poolSize: 1,
      log: createLogger('silent'),
    });
    const readiness = new Readiness({
      url: 'postgres://nobody@127.0.0.1:1/none',
      clock: new DatabaseClock(createLogger('silent')),
    });
    const gateway = gatewayOver(db, { ready: () => readiness.check() });
    const answer = await gateway.fetch('http://banyan.test/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${world.token('key@acme')}`,
      },
      body: '{"query":"{ viewer { scopes } }"}',
    });
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 503,
      body: { errors: [{ extensions: { code: 'UNAVAILABLE' } }] },
    });
    expect((await gateway.fetch('http://banyan.test/ready')).status).toBe(503);
    await db.destroy();
  });

  it('that drops its connections is ready again with the next question', async ({ world }) => {
    const readiness = new Readiness({
      url: world.url,
      clock: new DatabaseClock(createLogger('silent')),
    });
    expect(await readiness.check()).toMatchObject({ status: 'ready' });
    const client = new pg.Client({ connectionString: world.url });
    await client.connect();
    await client.query(
      "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'banyan readiness' and datname = current_database()",
    );
    await client.end();
    // The first may still meet the lost connection.
    await readiness.check();
    expect(await readiness.check()).toMatchObject({ status: 'ready' });
    readiness.close();
  });
});
