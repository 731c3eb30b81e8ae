import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databaseReading } from '../../src/commands/database-reading.ts';
import { poolState } from '../../src/database/connect.ts';
import { createBudgets } from '../../src/limits/caller-budgets.ts';
import { defaultBudgets } from '../../src/limits/budget-settings.ts';
import { sealAuditLog } from '../../src/modules/audit/seal.ts';
import { addTrustedDocuments } from '../../src/modules/trusted-documents/queries.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { histograms } from '../../src/telemetry/metrics/histograms.ts';
import { instruments } from '../../src/telemetry/metrics/instruments.ts';
import { Metrics } from '../../src/telemetry/metrics/metrics.ts';
import { CountTable } from '../../src/telemetry/metrics/table.ts';
import { keepLines } from '../setup/log-lines.ts';
import { samplesIn, serveMetrics, type Scraper } from '../setup/scrape.ts';
import { createWorld, gatewayOver, type World } from '../setup/world.ts';

const kept = keepLines();
const metrics = new Metrics();
let world: World;
let scraper: Scraper;
beforeAll(async () => {
  world = await createWorld({
    log: kept.log,
    metrics,
    trustedDocuments: 'allow',
    budgets: createBudgets(defaultBudgets(), createLogger('silent')),
  });
  metrics.reads({
    pool: () => poolState(world.gatewayDb),
    database: databaseReading(world.gatewayDb, 0),
  });
  scraper = await serveMetrics(metrics);
});
afterAll(async () => {
  await scraper[Symbol.asyncDispose]();
  await world.close();
});
beforeEach(() => void kept.texts.splice(0));

/** What some work adds to the sum of a metric with these labels. */
async function added(
  work: () => Promise<unknown>,
  name: string,
  labels?: Record<string, string>,
): Promise<number> {
  const before = await scraper.sum(name, labels);
  await work();
  return (await scraper.sum(name, labels)) - before;
}

const RENAME =
  'mutation Rename($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { __typename } }';

describe('the metrics of requests', () => {
  it('count a request by its type, the path that executed it and its code', async () => {
    const document = '{ organization { slug } }';
    const ask = () => world.ask(document, { as: 'key@acme' });
    const compiled = { graphql_operation_type: 'query', banyan_path: 'compiled', error_type: '' };
    expect(await added(ask, 'banyan_requests_total', compiled)).toBe(1);
    const fast = { ...compiled, banyan_path: 'fast' };
    expect(await added(ask, 'banyan_requests_total', fast)).toBe(1);
    const missing = () => world.ask('{ organization(slug: "rival") { slug } }', { as: 'key@acme' });
    const resolved = { ...compiled, banyan_path: 'resolvers', error_type: 'NOT_FOUND' };
    expect(await added(missing, 'banyan_requests_total', resolved)).toBe(1);
    const refused = {
      graphql_operation_type: 'none',
      banyan_path: 'none',
      error_type: 'UNAUTHENTICATED',
    };
    const stranger = () => world.ask(document, { token: 'ak_nobody' });
    expect(await added(stranger, 'banyan_requests_total', refused)).toBe(1);
  });

  it('add up durations, statements, cost and entries of the audit log', async () => {
    const input = { id: world.org('kiosk'), name: 'Measured' };
    const rename = () => world.ask(RENAME, { as: 'key@acme' }, { input });
    const labels = { graphql_operation_type: 'mutation', http_response_status_code: '200' };
    expect(await added(rename, 'http_server_request_duration_seconds_count', labels)).toBe(1);
    expect(
      await added(rename, 'http_server_request_duration_seconds_bucket', { ...labels, le: '+Inf' }),
    ).toBe(1);
    const type = { graphql_operation_type: 'mutation' };
    kept.texts.splice(0);
    const statements = await added(rename, 'banyan_operation_statements_sum', type);
    expect(kept.lines()).toMatchObject([{ statements }]);
    expect(await added(rename, 'banyan_cost_charged_total')).toBeGreaterThan(0);
    expect(await added(rename, 'banyan_audit_entries_total')).toBe(1);
    const foreign = () =>
      world.ask(RENAME, { as: 'key@acme' }, { input: { ...input, id: world.org('rival') } });
    expect(await added(foreign, 'banyan_audit_entries_total')).toBe(1);
  });

  it('count why queries were left to the resolvers exactly as the log tells it', async () => {
    const before = await scraper.samples('banyan_compiler_falls_total');
    const asked = [
      '{ __schema { queryType { name } } }',
      'mutation { createOrganization(input: { name: "N", slug: "acme" }) { __typename } }',
      '{ organization { children(first: -1) { nodes { slug } } } }',
      '{ node(id: "org_x") { id } }',
      '{ organization(slug: "rival") { name } }',
      '{ organization { name } }',
    ];
    for (const document of asked) await world.ask(document, { as: 'admin@acme' });
    const told = Map.groupBy(kept.lines(), ({ execution }) => execution);
    told.delete(undefined);
    expect(told.delete('compiled')).toBe(true);
    expect([...told.keys()]).toEqual(
      expect.arrayContaining(['unsupported', 'mutation', 'arguments', 'refused']),
    );
    const after = await scraper.samples('banyan_compiler_falls_total');
    const counts = after.map(({ labels, value }) => {
      const reason = labels['banyan_reason'];
      const earlier = before.find((sample) => sample.labels['banyan_reason'] === reason);
      return [reason, value - (earlier?.value ?? 0)];
    });
    expect(Object.fromEntries(counts.filter(([, count]) => count !== 0))).toEqual(
      Object.fromEntries([...told].map(([reason, lines]) => [reason, lines.length])),
    );
  });

  it('count refusals by the budget that was used up', async () => {
    const own = new Metrics();
    await using ownScraper = await serveMetrics(own);
    const settings = defaultBudgets({
      RATE_ANONYMOUS_REQUESTS_PER_MINUTE: '1',
      RATE_COST_PER_MINUTE: '1',
    });
    const gateway = gatewayOver(world.gatewayDb, {
      metrics: own,
      budgets: createBudgets(settings, createLogger('silent')),
    });
    const authorization = `Bearer ${world.token('key@acme')}`;
    for (const headers of [{}, {}, { authorization }, { authorization }] as Record<
      string,
      string
    >[])
      await gateway.fetch('http://banyan.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"query":"{ __typename }"}',
      });
    expect(await ownScraper.samples('banyan_budget_refusals_total')).toMatchObject([
      { labels: { banyan_budget: 'anonymousRequests' }, value: 1 },
      { labels: { banyan_budget: 'credentialCost' }, value: 1 },
    ]);
  });

  it('name operations of trusted documents, and no others', async () => {
    const document = 'query Registered { __typename }';
    const hash = createHash('sha256').update(document).digest('hex');
    await addTrustedDocuments(world.db, 'test', [{ hash: Buffer.from(hash, 'hex'), document }]);
    const send = (body: object) =>
      fetch(world.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).then((response) => response.text());
    await send({ documentId: `sha256:${hash}` });
    await send({ documentId: `sha256:${hash}`, operationName: 'Mine' });
    await send({ query: 'query Mine { __typename }' });
    const samples = await scraper.samples('banyan_operation_duration_seconds_count');
    expect(samples).toMatchObject([{ labels: { graphql_operation_name: 'Registered' }, value: 1 }]);
  });

  it('hold no word of a caller, no tenant and no credential', async () => {
    const hostile = 'hostile_word';
    const init = {
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${hostile}`,
        'x-organization': hostile,
        'x-request-id': hostile,
        'user-agent': hostile,
      },
      body: JSON.stringify({ query: `query ${hostile} { ${hostile} }`, operationName: hostile }),
    };
    for (const method of ['POST', 'PUT', 'HOSTILE_WORD', 'PATCH'])
      await fetch(world.endpoint, { ...init, method }).then((response) => response.text());
    await world.ask(`query ${hostile} { organization { ${hostile}: name } }`, {
      as: 'admin@north',
    });
    const text = (await scraper.text()).toLowerCase();
    for (const word of [
      hostile,
      world.uuid('north'),
      world.token('admin@north'),
      'admin@north',
      'key@acme',
    ])
      expect(text).not.toContain(word.toLowerCase());
    const methods = (await scraper.samples('http_server_request_duration_seconds_count')).map(
      ({ labels }) => labels['http_request_method'],
    );
    expect(methods).toContain('_OTHER');
    expect(methods).not.toContain('HOSTILE_WORD');
  });
});

describe('a table of counts', () => {
  it('keeps a bounded number, and counts what exceeds it together', () => {
    const table = new CountTable(3);
    for (let index = 0; index < 10; index++) table.add(`${index}`, () => ({ index }));
    expect(table.totals()).toEqual([
      { labels: { index: 0 }, value: 1 },
      { labels: { index: 1 }, value: 1 },
      { labels: { index: 2 }, value: 1 },
      { labels: { 'otel.metric.overflow': true }, value: 7 },
    ]);
  });
});

describe('the metrics of the process and of the database', () => {
  it('show the pool, the queues, the caches and the process', async () => {
    await world.ask('{ organization { slug } }', { as: 'key@acme' });
    expect(await scraper.sum('db_client_connection_max')).toBe(8);
    expect(await scraper.sum('db_client_connection_count')).toBeGreaterThan(0);
    expect(
      await scraper.sum('banyan_cache_size_bytes', { banyan_cache: 'documents' }),
    ).toBeGreaterThan(0);
    expect(await scraper.samples('banyan_admission_operations')).toHaveLength(4);
    expect(await scraper.sum('banyan_database_outage')).toBe(0);
    for (const name of [
      'process_cpu_time_seconds_total',
      'process_memory_usage_bytes',
      'v8js_memory_heap_used_bytes',
    ])
      expect(await scraper.sum(name)).toBeGreaterThan(0);
  });

  it('count jobs and pending usage, but look at ten thousand rows at most', async () => {
    const job = sql`(select id from graphile_worker._private_tasks where identifier = 'provision')`;
    await sql`select graphile_worker.add_job('provision', '{}')`.execute(world.db);
    await sql`insert into graphile_worker._private_jobs (task_id, attempts, max_attempts) values (${job}, 3, 3)`.execute(
      world.db,
    );
    await sql`insert into graphile_worker._private_jobs (task_id, run_at) values (${job}, now() - interval '1 hour')`.execute(
      world.db,
    );
    const states = async () =>
      Object.fromEntries(
        (await scraper.samples('banyan_jobs'))
          .filter(({ labels }) => labels['banyan_task'] === 'provision')
          .map(({ labels, value }) => [labels['banyan_state'], value]),
      );
    const { failed, waiting = 0 } = await states();
    expect(failed).toBe(1);
    expect(waiting).toBeGreaterThanOrEqual(2);
    expect(await scraper.sum('banyan_jobs_oldest_age_seconds')).toBeGreaterThanOrEqual(3_600);
    await sql`insert into graphile_worker._private_jobs (task_id) select ${job} from generate_series(1, 10050)`.execute(
      world.db,
    );
    await sql`insert into usage_tail (organization_id, hour, slot, own) select ${world.uuid('acme')}, now(), 1, 0 from generate_series(1, 10050)`.execute(
      world.db,
    );
    expect(await scraper.sum('banyan_jobs')).toBe(10_000);
    expect(await scraper.sum('banyan_usage_pending')).toBe(10_000);
  });

  it('tell how many events of the audit log wait for their seal, and for how long', async () => {
    await sealAuditLog(world.db);
    expect(await scraper.sum('banyan_audit_unsealed')).toBe(0);
    expect(await scraper.sum('banyan_audit_unsealed_age_seconds')).toBe(0);
    await world.ask(
      RENAME,
      { as: 'key@acme' },
      { input: { id: world.org('kiosk'), name: 'Open' } },
    );
    expect(await scraper.sum('banyan_audit_unsealed')).toBe(1);
    expect(await scraper.sum('banyan_audit_unsealed_age_seconds')).toBeGreaterThan(0);
  });

  it('ask the database once, however many ask meanwhile and soon after', async () => {
    const read = databaseReading(world.gatewayDb);
    const first = read();
    expect(read()).toBe(first);
    await first;
    expect(read()).toBe(first);
  });

  it('are answered without what the database knows while it cannot be asked', async () => {
    const own = new Metrics();
    own.reads({ database: databaseReading({} as World['db']) });
    await using ownScraper = await serveMetrics(own);
    const text = await ownScraper.text();
    expect(samplesIn(text).map(({ name }) => name)).toContain('process_uptime_seconds');
    expect(text).not.toMatch(/^banyan_usage_pending/m);
  });

  it('are at one address, for those who read', async () => {
    expect((await fetch(scraper.url, { method: 'POST' })).status).toBe(404);
    expect((await fetch(new URL('/', scraper.url))).status).toBe(404);
    expect((await fetch(scraper.url)).headers.get('content-type')).toMatch(
      /^text\/plain; version=0/,
    );
  });
});

describe('the guide', () => {
  it('lists every metric by the name that Prometheus sees', async () => {
    const guide = (await readFile('docs/guide/observability.md', 'utf8')).replaceAll(
      '`…_',
      '`nodejs_eventloop_delay_',
    );
    const listed = new Set(
      [...guide.matchAll(/`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`/g)].map(([, name]) => name),
    );
    const suffixes: Record<string, string> = { s: '_seconds', By: '_bytes' };
    const exported = [...instruments, ...histograms].map((instrument) => {
      const isCounter = 'kind' in instrument && instrument.kind === 'counter';
      const name = instrument.name.replaceAll('.', '_');
      return `${name}${suffixes[instrument.unit] ?? ''}${isCounter ? '_total' : ''}`;
    });
    expect(exported.filter((name) => !listed.has(name))).toEqual([]);
  });
});
