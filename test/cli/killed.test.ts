/** A worker that is killed in the middle of a job, beside a gateway that does none. `test/faults/kills.ts` kills gateways. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../src/values/ids.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { startListener, type Listener } from '../setup/listener.ts';
import { runHere, serve, startWorkerProcess, type RunningGateway } from './run.ts';

let database: TestDatabase;
let service: Listener;
let dataDir: string;
let environment: Record<string, string>;
let token: string;
let parentId: string;
let running: RunningGateway | undefined;

/** What the service made: one thing for each idempotency key, however often it is asked. */
const effects = new Map<string, string>();

beforeAll(async () => {
  database = await createDatabase();
  dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-killed-'));
  await chmod(dataDir, 0o755);
  service = await startListener(({ headers }) => {
    const key = String(headers['idempotency-key']);
    const resourceId = effects.get(key) ?? `made-${effects.size}`;
    effects.set(key, resourceId);
    return { status: 200, body: JSON.stringify({ resourceId }) };
  });
  environment = {
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    PROVISIONING_IDENTITY: 'webhook',
    PROVISIONING_WEBHOOK_URL: service.url,
    PROVISIONING_WEBHOOK_SECRET: 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTMy',
  };
  const { id } = await database.db
    .insertInto('organizations')
    .values({ slug: 'partner', name: 'Partner' })
    .returning('id')
    .executeTakeFirstOrThrow();
  parentId = encodeId('Organization', id);
  token = await insertApiKey(database.db, id, 'partner');
});
afterAll(async () => {
  await running?.end('SIGTERM');
  await service.close();
  await database.close();
  await rm(dataDir, { recursive: true });
});

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  // Asking without a pause would take the processor from the process that is waited for.
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
const rows = async <Row>(statement: ReturnType<typeof sql<Row>>): Promise<Row[]> =>
  (await statement.execute(database.db)).rows;
const unfinished = async (): Promise<number> =>
  (await rows(sql`select from provisioning_steps where status <> 'DONE'`)).length;

interface Created {
  createOrganization: {
    __typename: string;
    organization: { id: string };
    invitations: { id: string }[];
  };
}

/** Asks once; undefined when the gateway did not answer. */
async function create(slug: string): Promise<Created | undefined> {
  const users = [
    { email: `a@${slug}.example` },
    { email: `b@${slug}.example` },
    { email: `c@${slug}.example` },
  ];
  const input = {
    name: 'Killed',
    slug,
    parentId,
    domain: `${slug}.example`,
    users,
    idempotencyKey: `key of ${slug}`,
  };
  const query = `mutation ($input: CreateOrganizationInput!) {
    createOrganization(input: $input) { __typename ... on CreateOrganizationPayload { organization { id } invitations { id } } }
  }`;
  try {
    const response = await fetch(running?.url ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables: { input } }),
    });
    return response.ok ? ((await response.json()) as { data: Created }).data : undefined;
  } catch {
    return undefined;
  }
}

describe('a worker of its own', () => {
  it('does what gateways with WORKER=separate leave alone, and another one ends what a killed one began', async () => {
    expect(await runHere(['phone-numbers', 'add', '+12025550300'], environment)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Added 1 /),
    });
    running = await serve({ ...environment, WORKER: 'separate' });
    const { reply } = service;
    service.reply = (call) => {
      reply(call);
      return 'hang';
    };
    await create('handed-over');
    expect(await unfinished()).toBe(5);
    const first = await startWorkerProcess(environment);
    // The service has done it, and its answer never comes.
    await until(async () => service.calls.length === 1 && (await unfinished()) === 1);
    await first.end('SIGKILL');
    service.reply = reply;
    const second = await startWorkerProcess(environment);
    await until(async () => (await unfinished()) === 0);
    expect(service.calls).toHaveLength(2);
    expect(new Set(service.calls.map((call) => call.headers['idempotency-key'])).size).toBe(1);
    expect(effects.size).toBe(1);
    const [step] = await rows(sql`
      select s.status, s.attempts, s.resource_id from provisioning_steps s join organizations o on o.id = s.organization_id
      where o.slug = 'handed-over' and s.name = 'IDENTITY'`);
    expect(step).toEqual({ status: 'DONE', attempts: 2, resource_id: 'made-0' });
    expect(await second.end('SIGTERM')).toMatchObject({ code: 0 });
  }, 60_000);
});

describe('half a configuration', () => {
  it.each([
    [
      { PROVISIONING: 'webhook' },
      'PROVISIONING_WEBHOOK_URL is missing: a step of provisioning is done by webhook.',
    ],
    [
      { PROVISIONING_BILLING: 'webhook', PROVISIONING_WEBHOOK_URL: 'https://hooks.example/' },
      'PROVISIONING_WEBHOOK_SECRET is missing: a step of provisioning is done by webhook.',
    ],
    [
      { PROVISIONING_BILLING: 'stripe', STRIPE_API_KEY: 'sk_1' },
      'STRIPE_PRICE_ID is missing: a step of provisioning is done by stripe.',
    ],
    [{ PROVISIONING_IDENTITY: 'stripe' }, 'PROVISIONING_IDENTITY is not valid'],
    [
      { PROVISIONING_WEBHOOK_URL: 'http://hooks.example/' },
      'PROVISIONING_WEBHOOK_URL is not valid',
    ],
    [{ PROVISIONING_WEBHOOK_SECRET: 'secret' }, 'PROVISIONING_WEBHOOK_SECRET is not valid'],
    [{ DNS_SERVERS: 'ns.example' }, 'DNS_SERVERS is not valid'],
    [{ WORKER: 'none' }, 'WORKER is not valid'],
    [{ RETENTION_DAYS: '0' }, 'RETENTION_DAYS is not valid'],
  ])('%o keeps the process from starting', async (settings, message) => {
    const {
      PROVISIONING_IDENTITY: _identity,
      PROVISIONING_WEBHOOK_URL: _url,
      PROVISIONING_WEBHOOK_SECRET: _secret,
      ...rest
    } = environment;
    const { code, stderr } = await runHere(['serve'], {
      ...rest,
      PORT: '0',
      ...(settings as Record<string, string>),
    });
    expect(code).toBe(1);
    expect(stderr).toContain(`banyan: ${message}`);
  });
});
