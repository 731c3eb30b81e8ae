import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { serve, startWorkerProcess } from '../cli/run.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { receiveErrors } from '../setup/error-receiver.ts';
import { it } from '../setup/fixtures.ts';
import { insertPartner } from '../setup/partner.ts';

let token: string;
let parent: string;
it.beforeAll(async ({ database }) => {
  ({ apiKey: token, organizationId: parent } = await insertPartner(database.db));
});

/** Says at its end which packages a process has loaded. */
const TELLS_WHAT_IT_LOADS = `--import data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const loaded = new Set();
  registerHooks({
    resolve(specifier, context, next) {
      if (/^[@a-z]/.test(specifier)) loaded.add(specifier);
      return next(specifier, context);
    },
  });
  process.on('exit', () => process.stderr.write('loaded: ' + [...loaded].join(' ') + String.fromCharCode(10)));
`)}`;

/** The lines at the level of information: the database of the tests is warned of. */
const parse = (stderr: string): object[] =>
  stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { level: number })
    .filter(({ level }) => level === 30);

describe('a gateway', () => {
  it('says in its log what it started with, each request, and how it ended, nothing of it where people read, loads nothing that exports telemetry, and reports what failed', async ({
    database,
  }) => {
    await using receiver = await receiveErrors();
    const settings = {
      ERROR_WEBHOOK_URL: receiver.url,
      NODE_OPTIONS: TELLS_WHAT_IT_LOADS,
      DATABASE_URL: database.url,
      WORKER: 'separate',
      ORGANIZATION_HEADER: 'X-Org',
      STRIPE_API_KEY: 'sk_hidden',
    };
    const gateway = await serve(settings);
    const ask = (query: string): Promise<Response> =>
      fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      });
    const answer = await ask('query Mine { viewer { scopes } }');
    expect(answer.status).toBe(200);
    await answer.text();
    await sql`create function fail_now() returns trigger language plpgsql as $$ begin raise exception 'no reason'; end $$`.execute(
      database.db,
    );
    await sql`create trigger fail_now before insert on organizations execute function fail_now()`.execute(
      database.db,
    );
    const failed = await ask(
      `mutation { createOrganization(input: { name: "Failed", slug: "failed", parentId: "${parent}" }) { __typename } }`,
    );
    await failed.text();
    await sql`drop function fail_now cascade`.execute(database.db);
    const { code, stdout, stderr: written } = await gateway.end('SIGTERM');
    const [, loaded = ''] = /loaded: (.*)\n/.exec(written) ?? [];
    expect(loaded.split(' ')).toContain('pino');
    expect(loaded).not.toContain('opentelemetry');
    const stderr = written.replace(/loaded: .*\n/, '');
    expect(code).toBe(0);
    expect(stdout).not.toContain('{');
    for (const secret of [token, 'sk_hidden', new URL(database.url).password, database.url])
      expect(stderr).not.toContain(secret);
    const { NODE_OPTIONS: _options, ...given } = settings;
    const [started, ...rest] = parse(stderr);
    expect(started).toMatchObject({
      msg: 'started',
      version: packageJson.version,
      node: process.version,
      url: gateway.url,
      database: 'server',
      migrations: [],
      worker: 'separate',
      durationMs: expect.any(Number),
      settings: {
        ...given,
        ERROR_WEBHOOK_URL: '[set]',
        DATABASE_URL: '[set]',
        STRIPE_API_KEY: '[set]',
        PORT: '0',
      },
    });
    expect(receiver.reports).toMatchObject([
      {
        version: packageJson.version,
        errors: [{ msg: 'a request failed', requestId: failed.headers.get('x-request-id') }],
      },
    ]);
    expect(rest).toMatchObject([
      {
        msg: 'request',
        operationName: 'Mine',
        status: 200,
        requestId: answer.headers.get('x-request-id'),
      },
      { msg: 'request', code: 'INTERNAL_SERVER_ERROR' },
      { msg: 'stopping', requestsUnderWay: 0 },
      { msg: 'stopped', requests: 2, cut: 0, durationMs: expect.any(Number) },
    ]);
  });
});

describe('a worker', () => {
  it('says in its log what it started with and how it ended, answers who asks for its metrics, and sends them and its traces', async ({
    database,
  }) => {
    const received = new Set<string>();
    await using collector = createServer((request, response) => {
      request.resume().on('end', () => {
        received.add(`${request.url} ${request.headers['content-type']}`);
        response.end();
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    await sql`select graphile_worker.add_job('sweep_budgets', '{}')`.execute(database.db);
    const worker = await startWorkerProcess({
      DATABASE_URL: database.url,
      INVITATION_URL: 'https://app.example/{token}',
      METRICS_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    });
    const [, metrics = ''] = /Metrics: (\S+)/.exec(worker.printed) ?? [];
    const answer = await fetch(metrics);
    const text = await answer.text();
    await expect.poll(async () => (await fetch(metrics)).text()).toContain('sweep_budgets');
    for (const name of ['db_client_connection_count', 'banyan_usage_rollup_age_seconds'])
      expect(text).toMatch(new RegExp(`^${name}(\\{.*\\})? \\d`, 'm'));
    const { code, stderr } = await worker.end('SIGTERM');
    expect(code).toBe(0);
    collector.closeAllConnections();
    // The rest is sent before the process ends.
    expect([...received].toSorted()).toEqual([
      '/v1/metrics application/x-protobuf',
      '/v1/traces application/x-protobuf',
    ]);
    expect(parse(stderr)).toMatchObject([
      {
        msg: 'started',
        metrics,
        settings: { DATABASE_URL: '[set]', INVITATION_URL: '[set]' },
      },
      { msg: 'stopping' },
      { msg: 'stopped', durationMs: expect.any(Number) },
    ]);
  });
});
