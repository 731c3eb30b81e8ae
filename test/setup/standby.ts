/** A server of a test file's own, migrated, and standbys that stream from it. */
import { execFile } from 'node:child_process';
import { appendFile, chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import pg from 'pg';
import { connect } from '../../src/database/connect.ts';
import { grantGateway } from '../../src/database/grants.ts';
import { migrate } from '../../src/database/migrate.ts';
import { reachableBinaries, serverAccount } from '../../src/embedded-postgres/account.ts';
import { readRecord } from '../../src/embedded-postgres/folder.ts';
import { Postmaster } from '../../src/embedded-postgres/postmaster.ts';
import { pidFile } from '../../src/embedded-postgres/running-server.ts';
import { GATEWAY_ROLE, startEmbedded } from '../../src/embedded-postgres/start.ts';
import { installQueue } from '../../src/jobs/worker.ts';
import { createLogger } from '../../src/telemetry/log.ts';

const execute = promisify(execFile);

/**
 * What is lost when the machine stops is not worth waiting for the disk. No sockets in the file
 * system: the account of the server may not be allowed to write where PostgreSQL puts them.
 */
const SETTINGS = {
  unix_socket_directories: '',
  fsync: 'off',
  shared_buffers: '32MB',
  wal_level: 'replica',
  max_wal_senders: '4',
  max_connections: '100',
  scram_iterations: '1',
  wal_receiver_status_interval: '1s',
  hot_standby_feedback: 'off',
  max_standby_streaming_delay: '200ms',
};

export interface TestStandby {
  /** Addresses of the standby, as those of the primary. */
  url: string;
  gatewayUrl: string;
  /** Runs a statement on it, as the owner. */
  run(statement: string): Promise<pg.QueryResult>;
  /** Kills it. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
}

export interface TestPrimary {
  /** Address of the database for the owner, and for the role that gateways connect as. */
  url: string;
  gatewayUrl: string;
  /** The folder of its files. */
  folder: string;
  run(statement: string): Promise<pg.QueryResult>;
  /** Copies the server, and starts the copy as a standby. */
  addStandby(): Promise<TestStandby>;
  /** Takes a base backup, which is started with other settings later. */
  backUp(): Promise<TestBackup>;
  /** Stops all servers and removes their files. */
  close(): Promise<void>;
}

/** A copy of a server's files. */
export interface TestBackup {
  /**
   * Starts a server on it that has nothing but the copy and the archive, and recovers as the
   * settings say. Returns the address of its database for the owner.
   */
  recover(settings: Readonly<Record<string, string>>): Promise<string>;
}

function at(url: string, port: number): string {
  const address = new URL(url);
  address.port = String(port);
  return address.href;
}

async function run(url: string, ...statements: string[]): Promise<pg.QueryResult[]> {
  const client = new pg.Client({ connectionString: url });
  // A server that is stopped meanwhile fails the statement, and not the whole run.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const results: pg.QueryResult[] = [];
    for (const statement of statements) results.push(await untilDone(client, statement));
    return results;
  } finally {
    await client.end();
  }
}

/** SQLSTATE of a statement that stood in the way of what a standby replays. */
const CONFLICT = '40001';

/** Runs a statement, again if replaying cancelled it. */
async function untilDone(client: pg.Client, statement: string): Promise<pg.QueryResult> {
  for (;;) {
    try {
      return await client.query(statement);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== CONFLICT) throw error;
    }
  }
}

const first = async (url: string, statement: string): Promise<pg.QueryResult> => {
  const [result] = await run(url, statement);
  if (!result) throw new Error('no result');
  return result;
};

/** Starts a primary with an empty, migrated database. */
export async function startPrimary(
  more: Readonly<Record<string, string>> = {},
): Promise<TestPrimary> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-primary-'));
  await chmod(dataDir, 0o755);
  const server = await startEmbedded({ dataDir, settings: { ...SETTINGS, ...more } });
  const log = createLogger('silent');
  const db = connect({ url: server.ownerUrl, poolSize: 1, log });
  const { username, password } = new URL(server.ownerUrl);
  await sql`alter role ${sql.id(username)} password ${sql.lit(password)}`.execute(db);
  await migrate(db);
  await installQueue(server.ownerUrl, log);
  await grantGateway(db, GATEWAY_ROLE);
  await db.destroy();
  const { folder } = (await readRecord(dataDir)) ?? { folder: '' };
  const standbys: { stop(): Promise<void>; copy: string }[] = [];
  return {
    url: server.ownerUrl,
    gatewayUrl: server.url,
    folder,
    run: (statement) => first(server.ownerUrl, statement),
    async addStandby() {
      const copy = `${folder}-standby-${standbys.length + 1}`;
      await copyServer(server.ownerUrl, folder, copy);
      await followPrimary(server.ownerUrl, folder, copy);
      const account = await serverAccount(folder);
      const binaries = await reachableBinaries(account);
      const postmaster = new Postmaster({ folder: copy, binaries, account, settings: SETTINGS });
      await postmaster.start(0);
      const { port } = postmaster;
      standbys.push({ stop: () => postmaster.stop(), copy });
      const url = at(server.ownerUrl, port);
      return {
        url,
        gatewayUrl: at(server.url, port),
        run: (statement) => first(url, statement),
        async kill() {
          const pid = pidFile(copy)?.pid;
          if (pid !== undefined) process.kill(pid, 'SIGKILL');
        },
        stop: () => postmaster.stop(),
        start: () => postmaster.start(port),
      };
    },
    async backUp() {
      const copy = `${folder}-backup-${standbys.length + 1}`;
      await copyServer(server.ownerUrl, folder, copy);
      return {
        async recover(settings) {
          await rm(path.join(copy, 'pg_wal'), { recursive: true });
          await mkdir(path.join(copy, 'pg_wal'));
          await writeFile(path.join(copy, 'recovery.signal'), '');
          await execute('chown', ['-R', `--reference=${folder}`, copy]);
          await chmod(path.join(copy, 'pg_wal'), 0o700);
          const account = await serverAccount(folder);
          const binaries = await reachableBinaries(account);
          const postmaster = new Postmaster({
            folder: copy,
            binaries,
            account,
            settings: { ...SETTINGS, ...settings },
          });
          standbys.push({ stop: () => postmaster.stop(), copy });
          await postmaster.start(0);
          return at(server.ownerUrl, postmaster.port);
        },
      };
    },
    async close() {
      for (const { stop, copy } of standbys) {
        await stop();
        await rm(copy, { recursive: true, force: true });
      }
      await server.discard();
    },
  };
}

/** Copies the files of a running server, in the way that `pg_basebackup` does it over the network. */
async function copyServer(ownerUrl: string, folder: string, copy: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(`select pg_backup_start('standby', true)`);
    await execute('cp', ['-a', folder, copy]).catch((error: unknown) => {
      // A file that went away meanwhile is not needed.
      if (!/cannot stat|vanished/.test(String(error))) throw error;
    });
    const { rows } = await client.query<{ label: string }>(
      'select labelfile as label from pg_backup_stop(false)',
    );
    await rm(path.join(copy, 'postmaster.pid'), { force: true });
    await rm(path.join(copy, 'postmaster.opts'), { force: true });
    await writeFile(path.join(copy, 'backup_label'), rows[0]?.label ?? '');
  } finally {
    await client.end();
  }
  await execute('chown', ['-R', `--reference=${folder}`, copy]);
}

/** Makes a copy a standby that streams from the server. */
async function followPrimary(ownerUrl: string, folder: string, copy: string): Promise<void> {
  const { hostname, port, username, password } = new URL(ownerUrl);
  await writeFile(path.join(copy, 'standby.signal'), '');
  await appendFile(
    path.join(copy, 'postgresql.auto.conf'),
    `\nprimary_conninfo = 'host=${hostname} port=${port} user=${username} password=${password}'\n`,
  );
  await execute('chown', ['-R', `--reference=${folder}`, copy]);
}
