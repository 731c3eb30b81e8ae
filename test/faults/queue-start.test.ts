/** A worker whose database fails it while it starts. */
import { afterAll, afterEach, expect, vi } from 'vitest';
import { startJobs } from '../../src/commands/jobs.ts';
import { readConfig } from '../../src/config/read.ts';
import { enqueue } from '../../src/jobs/queue.ts';
import { startWorker, type Tasks } from '../../src/jobs/worker.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { startWorkerProcess } from '../cli/run.ts';
import { it } from '../setup/fixtures.ts';
import { startProxy, type Proxy } from './proxy.ts';

let proxy: Proxy;
it.beforeAll(async ({ database }) => {
  proxy = await startProxy(database.gatewayUrl);
});
afterEach(() => void vi.useRealTimers());
afterAll(async () => {
  await proxy.close();
});

/** With these the queue looks up the ids of its tasks, once. */
const FIRST = '_private_tasks as tasks';

it('A worker whose first statements are lost does its jobs all the same', async ({ database }) => {
  const done: string[] = [];
  const tasks = {
    verify_domain: async ({ organizationId }: { organizationId: string }) =>
      void done.push(organizationId),
  } as Partial<Tasks> as Tasks;
  proxy.lose('statement', FIRST);
  const stop = await startWorker({
    url: proxy.through(database.gatewayUrl),
    tasks,
    log: createLogger('silent'),
  });
  await enqueue(database.db, 'verify_domain', [{ key: 'one', payload: { organizationId: 'one' } }]);
  await expect.poll(() => done).toEqual(['one']);
  await stop();
});

it('A worker that is stopped while it waits for them writes nothing but lines of the log', async ({
  database,
}) => {
  proxy.lose('statement', FIRST);
  const worker = await startWorkerProcess({ DATABASE_URL: proxy.through(database.gatewayUrl) });
  const { code, stderr } = await worker.end('SIGTERM');
  expect(code).toBe(0);
  for (const line of stderr.split('\n').filter(Boolean))
    expect(JSON.parse(line)).toBeTypeOf('object');
});

it('A worker that cannot start leaves nothing behind that goes on', async ({ database }) => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  proxy.refuse(true);
  const opened = { db: database.gatewayDb, directUrl: proxy.through(database.gatewayUrl) };
  const telemetry = { metrics: undefined, tracer: undefined };
  const log = createLogger('silent');
  await expect(
    startJobs(readConfig({}), opened, 'http://127.0.0.1', log, telemetry),
  ).rejects.toThrow();
  expect(vi.getTimerCount()).toBe(0);
  proxy.refuse(false);
});
