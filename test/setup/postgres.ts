/** One embedded server for the whole run, with a migrated template that every test file clones. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { connect } from '../../src/database/connect.ts';
import { GATEWAY_ROLE, startEmbedded } from '../../src/embedded-postgres/start.ts';
import { grantGateway } from '../../src/database/grants.ts';
import { migrate } from '../../src/database/migrate.ts';
import { installQueue } from '../../src/jobs/worker.ts';
import { createLogger } from '../../src/telemetry/log.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the template database; other databases of the server differ in their name only. */
    templateUrl: string;
    /** The same for the role that gateways connect as. */
    gatewayUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-test-'));
  // An ordinary account has to be able to enter it when the tests run as root.
  await chmod(dataDir, 0o755);
  // What is lost when the machine stops is not worth waiting for the disk here.
  const server = await startEmbedded({ dataDir, settings: { fsync: 'off', max_connections: '200' } });
  const db = connect({ url: server.ownerUrl, poolSize: 1, log: createLogger('silent') });
  await migrate(db);
  await installQueue(server.ownerUrl, createLogger('silent'));
  await grantGateway(db, GATEWAY_ROLE);
  await db.destroy();
  project.provide('templateUrl', server.ownerUrl);
  project.provide('gatewayUrl', server.url);
  return () => server.discard();
}
