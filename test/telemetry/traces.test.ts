import { SpanKind } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runDueJobs } from '../../src/jobs/worker.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { describeProcess } from '../../src/telemetry/resource.ts';
import { openTracer, PARTS_MAX } from '../../src/telemetry/traces/library-tracer.ts';
import type { SamplerName } from '../../src/telemetry/traces/sampler.ts';
import { inSpan } from '../../src/telemetry/traces/span.ts';
import { createWorld, gatewayOver, type World } from '../setup/world.ts';

const exporter = new InMemorySpanExporter();
const tracerWith = (name: SamplerName, ratio = 1) =>
  openTracer({
    resource: describeProcess('test'),
    sampler: { name, ratio },
    processor: new SimpleSpanProcessor({ exporter }),
  }).tracer;
const tracer = tracerWith('parentbased_always_on');
let world: World;
beforeAll(async () => {
  world = await createWorld({ tracer });
});
afterAll(() => world.close());
beforeEach(() => exporter.reset());

const TRACE = '0123456789abcdef0123456789abcdef';
const traceparent = (flags = '01') => ({ traceparent: `00-${TRACE}-0123456789abcdef-${flags}` });

/** The spans of the requests so far, once the last of them has ended. */
async function spans(requests = 1): Promise<ReadableSpan[]> {
  const roots = () => exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.SERVER);
  await expect.poll(roots).toHaveLength(requests);
  return exporter.getFinishedSpans();
}

/** Names from a span up to the request. */
function wayOf(span: ReadableSpan, all: readonly ReadableSpan[]): string[] {
  const parent = all.find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId);
  return [span.name, ...(parent ? wayOf(parent, all) : [])];
}

const statementsIn = (all: readonly ReadableSpan[]) =>
  all.filter(({ name }) => name.startsWith('sql '));

describe('the trace of a request', () => {
  it('leads from HTTP to the one statement of a query, in the trace of the caller', async () => {
    const document = 'query Mine { organization { slug } }';
    await world.ask(document, { as: 'key@acme' });
    await spans();
    exporter.reset();
    const answer = await world.ask(document, { as: 'key@acme', headers: traceparent() });
    const all = await spans();
    expect(all.map((span) => wayOf(span, all))).toEqual([['sql with', 'query'], ['query']]);
    const [statement, request] = all;
    expect(request?.spanContext().traceId).toBe(TRACE);
    expect(request?.parentSpanContext?.spanId).toBe('0123456789abcdef');
    expect(request?.attributes).toMatchObject({
      'http.response.status_code': 200,
      'graphql.operation.type': 'query',
      'banyan.path': 'fast',
      'banyan.execution': 'compiled',
      'banyan.statements': 1,
      'banyan.request_id': answer.headers.get('x-request-id'),
    });
    expect(statement?.attributes).toMatchObject({
      'db.system.name': 'postgresql',
      'db.operation.name': 'WITH',
      'db.query.text': expect.stringContaining('$1'),
      'banyan.statement': expect.stringMatching(/^[\w-]{22}$/),
    });
  });

  it('leads through groups of resolvers', async () => {
    const gateway = gatewayOver(world.gatewayDb, { tracer, compiled: false });
    await gateway.fetch('http://banyan.test/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${world.token('key@acme')}`,
      },
      body: '{"query":"{ organization { children(first: 5) { nodes { members { totalCount } } } } }"}',
    });
    const all = await spans();
    const loads = all.filter(({ name }) => name.startsWith('load '));
    expect(loads.length).toBeGreaterThanOrEqual(2);
    expect(loads.map(({ attributes }) => attributes['banyan.batch.keys'])).toContain(2);
    for (const load of loads) {
      const below = all.filter(
        (span) => span.parentSpanContext?.spanId === load.spanContext().spanId,
      );
      expect(statementsIn(below)).toHaveLength(1);
    }
  });

  it('leads through a change to the job that it queued', async () => {
    const mutation =
      'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }';
    const input = { name: 'Traced', slug: 'traced', parentId: world.org('north') };
    const answer = await world.ask(mutation, { as: 'key@acme', headers: traceparent() }, { input });
    expect(answer.data).toMatchObject({
      createOrganization: { __typename: 'CreateOrganizationPayload' },
    });
    const all = await spans();
    const ways = statementsIn(all).map((span) => wayOf(span, all).slice(1));
    expect(ways).toContainEqual(['command createOrganization', 'mutation']);
    const change = all.find(({ name }) => name === 'command createOrganization');
    exporter.reset();
    const payloads: unknown[] = [];
    const tasks = new Proxy({} as never, {
      ownKeys: () => ['provision'],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      get: () => async (payload: unknown) => {
        payloads.push(payload);
        await sql`select ${'hunter2'}::text`.execute(world.gatewayDb);
      },
    });
    await runDueJobs({
      url: world.url,
      tasks,
      log: createLogger('silent'),
      concurrency: 1,
      tracer,
    });
    const jobs = exporter.getFinishedSpans();
    expect(payloads[0]).toEqual({ organizationId: expect.any(String), step: expect.any(String) });
    const job = jobs.find(({ name }) => name === 'job provision');
    expect(job?.spanContext().traceId).toBe(TRACE);
    expect(job?.parentSpanContext?.spanId).toBe(change?.spanContext().spanId);
    expect(statementsIn(jobs).map((span) => wayOf(span, jobs))).toContainEqual([
      'sql select',
      'job provision',
    ]);
  });

  it('has a bounded number of parts, and takes no malformed header for a trace', async () => {
    const root = tracer.start('request', 'server', null);
    for (let part = 0; part < PARTS_MAX + 5; part++) root?.start('part', {})?.end();
    root?.end();
    const all = await spans();
    expect(all).toHaveLength(PARTS_MAX + 1);
    expect(all.at(-1)?.attributes).toMatchObject({ 'banyan.spans.dropped': 5 });
    exporter.reset();
    const malformed = [
      `00-${'0'.repeat(32)}-0123456789abcdef-01`,
      `00-${TRACE}-${'0'.repeat(16)}-01`,
      `00-${TRACE}-0123456789abcdef-01-${'x'.repeat(10_000)}`,
      `ff-${TRACE}-0123456789abcdef-01`,
      'hunter2',
    ];
    for (const header of malformed) tracer.start('request', 'server', header)?.end();
    expect((await spans(malformed.length)).map((span) => span.parentSpanContext)).toEqual(
      malformed.map(() => undefined),
    );
  });

  it('is made for those that the sampler takes', () => {
    const header = traceparent('00').traceparent;
    expect(tracer.start('request', 'server', header)).toBeUndefined();
    expect(tracerWith('always_on').start('request', 'server', header)).toBeDefined();
    expect(
      tracerWith('always_off').start('request', 'server', traceparent().traceparent),
    ).toBeUndefined();
    expect(
      tracerWith('parentbased_always_off').start('request', 'server', traceparent().traceparent),
    ).toBeDefined();
    expect(tracerWith('traceidratio', 0).start('request', 'server', null)).toBeUndefined();
    expect(
      tracerWith('parentbased_traceidratio', 1).start('request', 'server', null),
    ).toBeDefined();
  });
});

describe('all spans together', () => {
  it('hold no value, no address and no credential', async () => {
    const secrets = [
      world.token('key@acme'),
      world.token('admin@acme'),
      'somebody@private.example',
      'admin@acme',
      'hunter2',
      world.uuid('acme'),
      world.uuid('north'),
    ];
    const input = {
      organizationId: world.org('north'),
      email: 'somebody@private.example',
      roles: ['user'],
    };
    const invite =
      'mutation hunter2($input: CreateInvitationInput!) { createInvitation(input: $input) { __typename } }';
    const search =
      'query ($word: String) { organization { descendants(search: $word, first: 5) { nodes { slug members { nodes { user { email } } } } } } }';
    const headers = {
      'x-request-id': 'hunter2',
      tracestate: 'hunter2=hunter2',
      baggage: 'hunter2=1',
    };
    let requests = 0;
    for (const as of ['key@acme', 'admin@acme'] as const)
      for (let time = 0; time < 2; time++) {
        await world.ask(invite, { as, headers }, { input });
        await world.ask(search, { as, headers }, { word: 'hunter2' });
        await world.ask('query hunter2 { node(id: "hunter2") { id } }', { as, headers });
        await world.ask('{ organization(slug: "hunter2") { hunter2: name } }', { as, headers });
        requests += 4;
      }
    await world.ask('{ viewer { scopes } }', { token: `${world.token('key@acme')}x`, headers });
    // A failure of the database, whose message and detail repeat what was sent.
    await sql`create function fail_now() returns trigger language plpgsql as $$ begin
      raise exception 'bad value %', new.name using detail = 'Failing row contains (hunter2).', hint = 'hunter2'; end $$`.execute(
      world.db,
    );
    await sql`create trigger fail_now before insert on organizations for each row execute function fail_now()`.execute(
      world.db,
    );
    await world.ask(
      'mutation { createOrganization(input: { name: "hunter2", slug: "hunter-2" }) { __typename } }',
      {
        as: 'admin@acme',
        headers,
      },
    );
    const root = tracer.start('request', 'server', null);
    if (!root) throw new Error('nothing is traced');
    await expect(inSpan(root, () => Promise.reject(new TypeError('hunter2')))).rejects.toThrow(
      'hunter2',
    );
    const all = await spans(requests + 3);
    const failed = all.filter(({ attributes }) => attributes['error.type'] === 'P0001');
    expect(failed.map(({ name }) => name)).toContain('command createOrganization');
    const text = JSON.stringify(
      all.map(({ name, attributes, events, status, links }) => ({
        name,
        attributes,
        events,
        status,
        links,
      })),
    );
    for (const secret of secrets) expect(text).not.toContain(secret);
  });
});
