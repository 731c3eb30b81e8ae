/**
 * The PostgreSQL that comes with the product: made on first use in the data folder, found again after a kill,
 * stopped with the process. PostgreSQL refuses to run as root, so root hands it to an ordinary account and, where
 * that account cannot enter the data folder, keeps binaries and data elsewhere (see `server-account.ts`).
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartError, isUnavailable } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { Postmaster } from './postmaster.ts';
import { OWNER, pidFile } from './running-server.ts';
import { reachableBinaries, reachableFolder, serverAccount } from './account.ts';
import { initialize, newPassword, readRecord, requireWritable, writeRecord } from './folder.ts';
import { Guard, restart, awaitReturn, watch, type Watch } from './supervision.ts';
import { crashProblem } from './tools.ts';

export interface EmbeddedServer {
  /** Address of the product's database on the running server, for the gateway's role, which owns nothing in it. */
  url: string;
  /** The same for the role that owns everything. */
  ownerUrl: string;
  /** Resolves with the reason when a supervised server is lost for good; never otherwise. */
  lost: Promise<StartError>;
  /** What an error that a statement failed with is due to, where the server says so: connections only tell that they ended. */
  explain(error: unknown): Promise<unknown>;
  /** Stops the server in an orderly way; later calls do nothing. */
  stop(): Promise<void>;
  /** Stops the server and deletes everything that it kept. For throw-away servers. */
  discard(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Folder that holds everything the product keeps. */
  dataDir: string;
  /** Use the server of a running process, if there is one, and leave it running. */
  shared?: boolean;
  /** Further `postgres -c` settings, for tests and benchmarks. */
  settings?: Record<string, string>;
  /** Gives the start up, and stops what was started. */
  stop?: AbortSignal | undefined;
  /** Called before the database is made, which takes seconds. */
  firstStart?: (() => void) | undefined;
  /**
   * For processes that live long: has the server back when it is lost, and tells this log. The process that owns the
   * server starts it again, at the same port; one that shares it waits for that.
   */
  supervise?: Logger | undefined;
}

/** What differs from PostgreSQL's own defaults: enough memory and log space for millions of rows on one machine. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  // After a kill, one call to the system instead of one for each of some thousand files.
  ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
};

const DATABASE = 'banyan';
/** The role that gateways connect as. */
export const GATEWAY_ROLE = 'banyan_gateway';

/** How long a process may take to notice that the one which held the server was killed. */
const CLAIM_ATTEMPTS = 5;
const RETRY_MS = 200;

/** How long one that shares a server waits for one that was just killed, which its owner is about to start again. */
const PATIENCE_MS = 3_000;

/** Starts the server over `dataDir`, or takes over one that a killed process left running there. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { dataDir, shared = false, settings = {}, stop: asked, firstStart, supervise } = options;
  const startedAt = Date.now();
  const root = path.resolve(dataDir);
  await requireWritable(root, dataDir);
  const known = await readRecord(root);
  const account = await serverAccount(known?.folder);
  const binaries = await reachableBinaries(account);
  const record = known ?? { folder: await reachableFolder(root, account), password: newPassword() };
  asked?.throwIfAborted();
  if (!known) {
    firstStart?.();
    await initialize(record, binaries, account, asked);
  }
  const gatewayPassword = record.gatewayPassword ?? newPassword();
  if (record.gatewayPassword === undefined) await writeRecord(root, { ...record, gatewayPassword });
  const { folder, password } = record;
  const postmaster = new Postmaster({ folder, binaries, account, settings: { ...SETTINGS, ...settings } });
  let isOurs = false;
  // The last net, for a process that ends without stopping its server: told to end at once, or by a defect.
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
  const url = (database: string): string => `postgres://${OWNER}:${password}@127.0.0.1:${postmaster.port}/${database}`;
  try {
    const isGuest = shared && (await findOthers(postmaster, folder, asked));
    if (!isGuest) await postmaster.start(0, asked);
    asked?.throwIfAborted();
    guard = await Guard.connect(url('postgres'));
    if (!isGuest) {
      isOurs = await guard.claim();
      // The server may not have noticed yet that the process which held it was killed.
      const attempts = shared ? 1 : CLAIM_ATTEMPTS;
      for (let attempt = 1; !isOurs && attempt < attempts; attempt++) {
        await sleep(RETRY_MS);
        isOurs = await guard.claim();
      }
      if (!isOurs && !shared) throw new StartError(`DATA_DIR is in use by another running process: ${dataDir}.`);
    }
    await prepare(url('postgres'), gatewayPassword, record.gatewayPassword === undefined);
    asked?.throwIfAborted();
  } catch (error) {
    // What went wrong first is what counts.
    await stop().catch(() => undefined);
    throw error;
  }
  if (supervise) {
    const address = url('postgres');
    const { port } = postmaster;
    const regain = (end: AbortSignal): Promise<Guard> => (isOurs ? restart(postmaster, port, address, end) : awaitReturn(address, end));
    watching = watch(guard, regain, () => isOurs && postmaster.isStopping, supervise);
  }
  return {
    url: `postgres://${GATEWAY_ROLE}:${gatewayPassword}@127.0.0.1:${postmaster.port}/${DATABASE}`,
    ownerUrl: url(DATABASE),
    lost: watching?.lost ?? new Promise(() => undefined),
    explain: async (error) => (isUnavailable(error) && (await crashProblem(folder, startedAt))) || error,
    stop,
    async discard() {
      await stop();
      await rm(folder, { recursive: true, force: true });
      // Outside the data folder the server has a folder of its own, which is empty now.
      if (path.dirname(folder) !== root) await rm(path.dirname(folder), { recursive: true, force: true });
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Finds the server of another process. */
async function findOthers(postmaster: Postmaster, folder: string, stop: AbortSignal | undefined): Promise<boolean> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(RETRY_MS, undefined, { signal: stop })) {
    if (await postmaster.find(stop)) return true;
    // One that ended in an orderly way has taken its pid file along.
    if (!pidFile(folder) || Date.now() > end) return false;
  }
}

/** Makes the product's database on the first start, and the role that gateways connect as, which gets the password if that is new. */
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
