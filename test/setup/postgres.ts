/** One embedded server for the whole run, with a migrated template that every test file clones. */
import { chmod, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
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

/** A file system in memory, and the room that it has to have. */
const MEMORY = '/dev/shm';
const ROOM_BYTES = 4 * 2 ** 30;

/**
 * Makes the folder of the server, in memory where there is room: hundreds of databases of as many files each come and go,
 * which on a disk takes half a second of processor time for each of them.
 */
async function makeFolder(): Promise<string> {
  const room = await statfs(MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  const inMemory =
    room >= ROOM_BYTES
      ? await mkdtemp(path.join(MEMORY, 'banyan-test-')).catch(() => undefined)
      : undefined;
  const folder = inMemory ?? (await mkdtemp(path.join(tmpdir(), 'banyan-test-')));
  // An ordinary account has to be able to enter it when the tests run as root.
  await chmod(folder, 0o755);
  return folder;
}

/** What is lost when the machine stops is not worth waiting for the disk. */
const SETTINGS = {
  fsync: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '512MB',
  max_connections: '200',
  // A test opens dozens of connections, and a password that lives for minutes need not be slow to guess.
  scram_iterations: '1',
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startEmbedded({ dataDir: await makeFolder(), settings: SETTINGS });
  const db = connect({ url: server.ownerUrl, poolSize: 1, log: createLogger('silent') });
  const { username, password } = new URL(server.ownerUrl);
  await sql`alter role ${sql.id(username)} password ${sql.lit(password)}`.execute(db);
  await migrate(db);
  await installQueue(server.ownerUrl, createLogger('silent'));
  await grantGateway(db, GATEWAY_ROLE);
  await db.destroy();
  project.provide('templateUrl', server.ownerUrl);
  project.provide('gatewayUrl', server.url);
  return () => server.discard();
}
