/** A worker that loses its connection while it starts. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { enqueue } from '../../src/jobs/queue.ts';
import { startWorker, type Tasks } from '../../src/jobs/worker.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { startProxy, type Proxy } from './proxy.ts';

let database: TestDatabase;
let proxy: Proxy;
beforeAll(async () => {
  database = await createDatabase();
  proxy = await startProxy(database.gatewayUrl);
});
afterAll(async () => {
  await proxy.close();
  await database.close();
});

it('A worker whose first statements are lost does its jobs all the same', async () => {
  const done: string[] = [];
  const tasks = {
    verify_domain: async ({ organizationId }: { organizationId: string }) =>
      void done.push(organizationId),
  } as Partial<Tasks> as Tasks;
  // With these the queue looks up the ids of its tasks, once.
  proxy.lose('statement', '_private_tasks as tasks');
  const stop = await startWorker({
    url: proxy.through(database.gatewayUrl),
    tasks,
    log: createLogger('silent'),
  });
  await enqueue(database.db, 'verify_domain', [{ key: 'one', payload: { organizationId: 'one' } }]);
  await expect.poll(() => done).toEqual(['one']);
  await stop();
});
