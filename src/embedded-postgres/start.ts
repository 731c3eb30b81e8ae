/**
 * The PostgreSQL that is bundled with the product. It is created in the data folder on first use,
 * found again after a kill, and stopped with the process. PostgreSQL refuses to run as root, so
 * root runs it under an ordinary account and, if that account cannot access the data folder, keeps
 * binaries and data elsewhere (see `account.ts`).
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ConfigurationError, isUnavailable } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { Postmaster } from './postmaster.ts';
import { OWNER, pidFile } from './running-server.ts';
import { reachableBinaries, reachableFolder, serverAccount } from './account.ts';
import { initialize, newPassword, readRecord, requireWritable, writeRecord } from './folder.ts';
import { Guard, restart, awaitReturn, watch, type Watch } from './supervision.ts';
import { crashProblem } from './tools.ts';

export interface EmbeddedServer {
  /** The address of the product's database for the gateway's role, which owns nothing in it. */
  url: string;
  /** The same address for the role that owns everything. */
  ownerUrl: string;
  /** Resolves with the reason if a supervised server is lost for good; otherwise never resolves. */
  lost: Promise<ConfigurationError>;
  /**
   * Explains a statement's error if the server's log has the cause. Connections only report that
   * they ended.
   */
  explain(error: unknown): Promise<unknown>;
  /** Stops the server in an orderly way. Later calls do nothing. */
  stop(): Promise<void>;
  /** Stops the server and deletes all its data. For throw-away servers. */
  discard(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The folder that holds all data of the product. */
  dataDir: string;
  /** Uses the server of a running process, if there is one, and leaves it running. */
  shared?: boolean;
  /** Additional `postgres -c` settings, for tests and benchmarks. */
  settings?: Record<string, string>;
  /** Cancels the start, and stops what was already started. */
  stop?: AbortSignal | undefined;
  /** Called before the database is created, which takes seconds. */
  firstStart?: (() => void) | undefined;
  /**
   * For long-running processes: recovers the server if it is lost, and logs it. The process that
   * owns the server restarts it on the same port; one that shares it waits for that.
   */
  supervise?: Logger | undefined;
}

/**
 * Settings that differ from PostgreSQL's defaults: enough memory and log space for millions of rows
 * on one machine.
 */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  // After a kill, makes one system call instead of one for each of several thousand files.
  ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
};

const DATABASE = 'banyan';
/** The role that gateways connect as. */
export const GATEWAY_ROLE = 'banyan_gateway';

/**
 * How often to try to claim a server. It takes a moment to notice that its owner was killed.
 */
const CLAIM_ATTEMPTS = 5;
const RETRY_MS = 200;

/**
 * How long a process leaves a running server that it did not start to others. An owner that
 * restarts its server claims it within milliseconds, and keeps it that way.
 */
const YIELD_MS = 500;

/**
 * How long a process that shares a server waits if it was just killed and its owner is about to
 * restart it.
 */
const PATIENCE_MS = 3_000;

/** Starts the server of `dataDir`, or takes over one that a killed process left running there. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { dataDir, shared = false, settings = {}, stop: asked, firstStart, supervise } = options;
  const startedAt = Date.now();
  const root = path.resolve(dataDir);
  await requireWritable(root, dataDir);
  const existing = await readRecord(root);
  const account = await serverAccount(existing?.folder);
  const binaries = await reachableBinaries(account);
  const record = existing ?? {
    folder: await reachableFolder(root, account),
    password: newPassword(),
  };
  asked?.throwIfAborted();
  if (!existing) {
    firstStart?.();
    await initialize(record, binaries, account, asked);
  }
  const gatewayPassword = record.gatewayPassword ?? newPassword();
  if (record.gatewayPassword === undefined) await writeRecord(root, { ...record, gatewayPassword });
  const { folder, password } = record;
  const postmaster = new Postmaster({
    folder,
    binaries,
    account,
    settings: { ...SETTINGS, ...settings },
  });
  let isOurs = false;
  // The last resort, for a process that exits without stopping its server: on an immediate exit, or
  // because of a bug.
  const haltAtExit = (): void => {
    if (isOurs || postmaster.isOwnChild) postmaster.halt();
  };
  process.once('exit', haltAtExit);
  let guard: Guard | undefined;
  let watching: Watch | undefined;
  const stopOurs = async (): Promise<void> => {
    await watching?.stop();
    guard?.close();
    if (isOurs || postmaster.isOwnChild) await postmaster.stop();
    process.off('exit', haltAtExit);
  };
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= stopOurs());
  const url = (database: string): string =>
    `postgres://${OWNER}:${password}@127.0.0.1:${postmaster.port}/${database}`;
  try {
    const isGuest = shared && (await findOthers(postmaster, folder, asked));
    if (!isGuest) await postmaster.start(0, asked);
    asked?.throwIfAborted();
    guard = await Guard.connect(url('postgres'));
    if (!isGuest) {
      if (!postmaster.isOwnChild) await sleep(YIELD_MS, undefined, { signal: asked });
      isOurs = await guard.claim();
      // The server may not have noticed yet that its owner was killed.
      const attempts = shared ? 1 : CLAIM_ATTEMPTS;
      for (let attempt = 1; !isOurs && attempt < attempts; attempt++) {
        await sleep(RETRY_MS);
        isOurs = await guard.claim();
      }
      if (!isOurs && !shared)
        throw new ConfigurationError(`DATA_DIR is in use by another running process: ${dataDir}.`);
    }
    await prepare(url('postgres'), gatewayPassword, record.gatewayPassword === undefined);
    asked?.throwIfAborted();
  } catch (error) {
    // The first error is the one that matters.
    await stop().catch(() => undefined);
    throw error;
  }
  if (supervise) {
    const address = url('postgres');
    const { port } = postmaster;
    const regain = (end: AbortSignal): Promise<Guard> =>
      isOurs ? restart(postmaster, port, address, end) : awaitReturn(address, end);
    watching = watch(guard, regain, () => isOurs && postmaster.isStopping, supervise);
  }
  return {
    url: `postgres://${GATEWAY_ROLE}:${gatewayPassword}@127.0.0.1:${postmaster.port}/${DATABASE}`,
    ownerUrl: url(DATABASE),
    lost: watching?.lost ?? new Promise(() => undefined),
    explain: async (error) =>
      (isUnavailable(error) && (await crashProblem(folder, startedAt))) || error,
    stop,
    async discard() {
      await stop();
      await rm(folder, { recursive: true, force: true });
      // Outside the data folder, the server has its own folder, which is now empty.
      if (path.dirname(folder) !== root)
        await rm(path.dirname(folder), { recursive: true, force: true });
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Finds a server that another process runs. */
async function findOthers(
  postmaster: Postmaster,
  folder: string,
  stop: AbortSignal | undefined,
): Promise<boolean> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(RETRY_MS, undefined, { signal: stop })) {
    if (await postmaster.find(stop)) return true;
    // A server that shut down in an orderly way has removed its pid file.
    if (!pidFile(folder) || Date.now() > end) return false;
  }
}

/**
 * Creates, on the first start, the product's database and the role that gateways connect as. The
 * role gets the password if it is new.
 */
async function prepare(ownerUrl: string, password: string, isNew: boolean): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const databases = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (databases.rowCount === 0) await client.query(`create database ${DATABASE}`);
    const roles = await client.query('select from pg_roles where rolname = $1', [GATEWAY_ROLE]);
    const having = `login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password ${pg.escapeLiteral(password)}`;
    if (roles.rowCount === 0) await client.query(`create role ${GATEWAY_ROLE} ${having}`);
    else if (isNew) await client.query(`alter role ${GATEWAY_ROLE} ${having}`);
  } finally {
    await client.end();
  }
}
