/** The queue's connections when the network swallows everything: the worker heals by itself, and no job is left behind. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enqueue } from '../../src/jobs/queue.ts';
import { startWorker, type Tasks } from '../../src/jobs/worker.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { sized } from '../setup/size.ts';
import { startProxy, type Proxy } from './proxy.ts';

const JOBS = 20;
const SILENT_MS = sized(3_000, 60_000);
/** All jobs are done this long after packets pass again: those that were lost on the way are looked for after ten seconds. */
const HEALS_MS = 20_000;

let database: TestDatabase;
let proxy: Proxy;
let stop: () => Promise<void>;
/** How often each job was done, by its key. */
const done = new Map<string, number>();
/** Called when a job begins; it goes on when the promise is resolved. */
let during: (key: string) => Promise<void> = async () => undefined;

beforeAll(async () => {
  database = await createDatabase();
  proxy = await startProxy(database.gatewayUrl);
  const tasks = {
    async verify_domain({ organizationId }: { organizationId: string }) {
      await during(organizationId);
      done.set(organizationId, (done.get(organizationId) ?? 0) + 1);
    },
  } as Partial<Tasks> as Tasks;
  stop = await startWorker({
    url: proxy.through(database.gatewayUrl),
    tasks,
    log: createLogger('silent'),
  });
});
afterAll(async () => {
  proxy.mode('pass');
  await stop();
  await proxy.close();
  await database.close();
});

const add = (keys: readonly string[]): Promise<void> =>
  enqueue(
    database.db,
    'verify_domain',
    keys.map((key) => ({ key, payload: { organizationId: key } })),
  );
const left = async (): Promise<number> =>
  (await sql`select from graphile_worker._private_jobs`.execute(database.db)).rows.length;
const pass = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function expectDone(what: string, keys: readonly string[]): Promise<void> {
  const started = performance.now();
  await expect.poll(left, { timeout: HEALS_MS, interval: 50 }).toBe(0);
  process.stdout.write(
    `${what}: all jobs done ${((performance.now() - started) / 1_000).toFixed(1)} s after the return\n`,
  );
  expect(keys.filter((key) => !done.has(key))).toEqual([]);
}

describe('a worker whose network swallows everything', () => {
  it.each((['swallow replies', 'swallow'] as const).slice(0, sized(1, 2)))(
    'does the jobs that were queued meanwhile soon after its return (%s)',
    async (mode) => {
      const keys = Array.from({ length: JOBS }, (_, n) => `${mode} ${n}`);
      await add([`${mode} before`]);
      await expectDone(`${mode}, before`, [`${mode} before`]);
      proxy.mode(mode);
      const [first = '', ...others] = keys;
      await add([first]);
      await pass(SILENT_MS / 2);
      await add(others);
      await pass(SILENT_MS / 2);
      expect(others.filter((key) => done.has(key))).toEqual([]);
      proxy.mode('pass');
      await expectDone(mode, keys);
      expect(keys.filter((key) => done.get(key) !== 1)).toEqual([]);
    },
  );

  it('does a job again whose end could not be recorded, and leaves one alone that still runs', async () => {
    // Nobody waits for the end of a job to be recorded; commands have a handler for such promises.
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    const unhandled: unknown[] = [];
    process.on('unhandledRejection', (error) => unhandled.push(error));
    const goOn = new Map<string, () => void>();
    const begun: string[] = [];
    during = (key) => {
      begun.push(key);
      return done.has(key) ? Promise.resolve() : new Promise((resolve) => goOn.set(key, resolve));
    };
    await add(['short', 'long']);
    await expect.poll(() => goOn.size).toBe(2);
    proxy.mode('swallow');
    goOn.get('short')?.();
    await expect.poll(() => done.get('short')).toBe(1);
    await pass(SILENT_MS);
    proxy.mode('pass');
    await add(['other']);
    await expect.poll(() => begun.includes('other'), { timeout: HEALS_MS }).toBe(true);
    goOn.get('other')?.();
    goOn.get('long')?.();
    await expectDone('ended meanwhile', ['short', 'long']);
    process.removeAllListeners('unhandledRejection');
    for (const other of others) process.on('unhandledRejection', other);
    expect(unhandled).toHaveLength(1);
    expect(begun.toSorted()).toEqual(['long', 'other', 'short', 'short']);
  });

  it('is stopped without waiting for the network', async () => {
    proxy.mode('swallow');
    const started = performance.now();
    await stop();
    expect(performance.now() - started).toBeLessThan(HEALS_MS);
    stop = async () => undefined;
    proxy.mode('pass');
  });
});
