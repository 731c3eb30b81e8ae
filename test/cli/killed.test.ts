/** A worker that is killed in the middle of a job, beside a gateway that does none. `test/faults/kills.ts` kills gateways. */
import { sql } from 'kysely';
import { afterAll, describe, expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import {
  createBelow,
  insertPartner,
  startProvisioner,
  wholeInput,
  type Provisioner,
} from '../setup/partner.ts';
import { makeDataFolder, removeDataFolder } from './data-folder.ts';
import { runHere, serve, startWorkerProcess, type RunningGateway } from './run.ts';

let provisioner: Provisioner;
let dataDir: string;
let environment: Record<string, string>;
let running: RunningGateway | undefined;

it.beforeAll(async ({ database }) => {
  dataDir = await makeDataFolder('killed');
  provisioner = await startProvisioner();
  environment = {
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    ...provisioner.environment,
  };
});
afterAll(async () => {
  await running?.end('SIGTERM');
  await provisioner.service.close();
  await removeDataFolder(dataDir);
});

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  // Asking without a pause would take the processor from the process that is waited for.
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
describe('a worker of its own', () => {
  it('does what gateways with WORKER=separate leave alone, and another one ends what a killed one began', async ({
    database,
  }) => {
    const rows = async <Row>(statement: ReturnType<typeof sql<Row>>): Promise<Row[]> =>
      (await statement.execute(database.db)).rows;
    const unfinished = async (): Promise<number> =>
      (await rows(sql`select from provisioning_steps where status <> 'DONE'`)).length;
    const partner = await insertPartner(database.db);
    expect(await runHere(['phone-numbers', 'add', '+12025550300'], environment)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Added 1 /),
    });
    running = await serve({ ...environment, WORKER: 'separate' });
    const { service, effects } = provisioner;
    const { reply } = service;
    service.reply = (call) => {
      void reply(call);
      return 'hang';
    };
    const { data } = await createBelow(running.url, partner, wholeInput('handed-over'));
    expect(data?.createOrganization.__typename).toBe('CreateOrganizationPayload');
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
