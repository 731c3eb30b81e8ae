/**
 * The PostgreSQL that comes with the product: made on first use in the data folder, found again after a kill,
 * stopped with the process. PostgreSQL refuses to run as root, so root hands it to an ordinary account and, where
 * that account cannot enter the data folder, keeps binaries and data elsewhere (see `server-account.ts`).
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartError } from '../errors.ts';
import { OWNER, halt, listens, runningServer } from './running-server.ts';
import { reachableBinaries, reachableFolder, serverAccount, type Account } from './server-account.ts';

export interface EmbeddedServer {
  /** Address of the product's database on the running server, for the gateway's role, which owns nothing in it. */
  url: string;
  /** The same for the role that owns everything. */
  ownerUrl: string;
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
}

/** What the data folder remembers of its server. */
interface ServerRecord {
  folder: string;
  /** Of the owner. */
  password: string;
  /** Of the gateway's role; absent in folders from before there was one. */
  gatewayPassword?: string;
}

/** What differs from PostgreSQL's own defaults: enough memory and log space for millions of rows on one machine. */
const SETTINGS = { listen_addresses: '127.0.0.1', unix_socket_directories: '', shared_buffers: '256MB', max_wal_size: '2GB' };

const DATABASE = 'banyan';
/** The role that gateways connect as. */
export const GATEWAY_ROLE = 'banyan_gateway';
const START_ATTEMPTS = 5;
const CLAIM_ATTEMPTS = 5;
const RETRY_MS = 200;

/** Starts the server over `dataDir`, or takes over one that a killed process left running there. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { dataDir, shared = false, settings = {}, stop: asked, firstStart } = options;
  const root = path.resolve(dataDir);
  await requireWritable(root, dataDir);
  const recordFile = path.join(root, 'postgres.json');
  const known = await readRecord(recordFile);
  const account = await serverAccount(known?.folder);
  const binaries = await reachableBinaries(account);
  const record = known ?? { folder: await reachableFolder(root, account), password: newPassword() };
  asked?.throwIfAborted();
  if (!known) {
    firstStart?.();
    await initialize(record, binaries, account, asked);
  }
  const gatewayPassword = record.gatewayPassword ?? newPassword();
  if (record.gatewayPassword === undefined) {
    // Relative where it can be, so that the data folder may be moved as a whole.
    const folder = record.folder.startsWith(root + path.sep) ? path.relative(root, record.folder) : record.folder;
    await writeFile(recordFile, JSON.stringify({ ...record, folder, gatewayPassword }), { mode: 0o600 });
  }
  const { folder, password } = record;
  const found = await runningServer(folder);
  const startedAt = Date.now();
  let isOurs = found === undefined;
  // The last net, for a process that ends without stopping its server: told to end at once, or by a defect.
  const haltAtExit = (): void => {
    if (isOurs) halt(folder, found, startedAt);
  };
  process.once('exit', haltAtExit);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= stopOurs());
  let guard: pg.Client | undefined;
  let port = found?.port;
  const stopOurs = async (): Promise<void> => {
    await guard?.end().catch(() => undefined);
    // One that was killed is stopped already.
    if (isOurs && port !== undefined && (await listens(port))) {
      await run(path.join(binaries, 'pg_ctl'), ['stop', '-D', folder, '-m', 'fast', '-w'], account);
    }
    isOurs = false;
    process.off('exit', haltAtExit);
  };
  const url = (database: string): string => `postgres://${OWNER}:${password}@127.0.0.1:${port}/${database}`;
  try {
    port ??= await start(folder, binaries, account, settings);
    asked?.throwIfAborted();
    // The server may not have noticed yet that the process which held it was killed.
    const attempts = shared ? 1 : CLAIM_ATTEMPTS;
    guard = await claim(url('postgres'));
    for (let attempt = 1; !guard && attempt < attempts; attempt++) {
      await sleep(RETRY_MS);
      guard = await claim(url('postgres'));
    }
    isOurs = guard !== undefined;
    if (!guard && !shared) throw new StartError(`DATA_DIR is in use by another running process: ${dataDir}.`);
    await provideGatewayRole(url('postgres'), gatewayPassword, record.gatewayPassword === undefined);
    asked?.throwIfAborted();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `postgres://${GATEWAY_ROLE}:${gatewayPassword}@127.0.0.1:${port}/${DATABASE}`,
    ownerUrl: url(DATABASE),
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

const newPassword = (): string => randomBytes(24).toString('base64url');

/** Makes the role that gateways connect as, if it is missing; gives it the password if that is new. */
async function provideGatewayRole(ownerUrl: string, password: string, isNew: boolean): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [GATEWAY_ROLE]);
    const having = `login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password ${pg.escapeLiteral(password)}`;
    if (rowCount === 0) await client.query(`create role ${GATEWAY_ROLE} ${having}`);
    else if (isNew) await client.query(`alter role ${GATEWAY_ROLE} ${having}`);
  } finally {
    await client.end();
  }
}

async function requireWritable(root: string, shown: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true });
    await access(root, constants.W_OK);
    const probe = path.join(root, `.probe-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw new StartError(`DATA_DIR cannot be written: ${shown} (${error instanceof Error ? error.message : 'unknown reason'}).`);
  }
}

async function readRecord(file: string): Promise<ServerRecord | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
  const written = JSON.parse(text) as ServerRecord;
  const record = { ...written, folder: path.resolve(path.dirname(file), written.folder) };
  try {
    await access(path.join(record.folder, 'PG_VERSION'));
  } catch {
    throw new StartError(`DATA_DIR points to ${record.folder}, which holds no database any more: remove DATA_DIR to start anew.`);
  }
  return record;
}

async function initialize(
  record: ServerRecord,
  binaries: string,
  account: Account | undefined,
  stop: AbortSignal | undefined,
): Promise<void> {
  // What an interrupted first start left behind has no record, so nobody has stored anything in it.
  await rm(record.folder, { recursive: true, force: true });
  await mkdir(path.dirname(record.folder), { recursive: true });
  await mkdir(record.folder, { mode: 0o700 });
  const passwordFile = path.join(record.folder, '..', `.postgres-password-${process.pid}`);
  await writeFile(passwordFile, record.password, { mode: 0o600 });
  try {
    if (account) {
      await chown(record.folder, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    await run(
      path.join(binaries, 'initdb'),
      [
        '-D',
        record.folder,
        '-U',
        OWNER,
        '--pwfile',
        passwordFile,
        '-A',
        'scram-sha-256',
        '-E',
        'UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
      ],
      account,
      stop,
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function start(folder: string, binaries: string, account: Account | undefined, settings: Record<string, string>): Promise<number> {
  const log = path.join(folder, 'server.log');
  let problem: unknown;
  // Between choosing a free port and listening on it somebody else may take it.
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    const port = await freePort();
    const options = { ...SETTINGS, port: String(port), ...settings };
    const flags = Object.entries(options).map(([name, value]) => `-c ${name}='${value}'`);
    try {
      await run(path.join(binaries, 'pg_ctl'), ['start', '-D', folder, '-l', log, '-w', '-t', '60', '-s', '-o', flags.join(' ')], account);
      return port;
    } catch (error) {
      problem = error;
      // A server that is just ending still holds its folder.
      await sleep(RETRY_MS * attempt);
    }
  }
  const reason = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n').at(-1);
  throw new StartError(`DATA_DIR: the embedded PostgreSQL does not start: ${reason || String(problem)}.`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Holds a lock on the server for as long as this process lives, so that two gateways never share (and stop) one
 * embedded server; and makes the product's database on the first start. Undefined when another process holds it.
 */
async function claim(url: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock(7309171) as held');
  if (!rows[0]?.held) {
    await client.end();
    return undefined;
  }
  const found = await client.query('select from pg_database where datname = $1', [DATABASE]);
  if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  return client;
}

async function run(command: string, args: string[], account: Account | undefined, stop?: AbortSignal): Promise<void> {
  const identity = account ? { uid: account.uid, gid: account.gid } : {};
  const child = spawn(command, args, {
    ...identity,
    cwd: path.parse(command).root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '', LC_ALL: 'C' },
    // A group of its own: Ctrl-C is for us to hear, and to stop what was started in an orderly way.
    detached: true,
    windowsHide: true,
  });
  const end = (): void => void child.kill();
  stop?.addEventListener('abort', end, { once: true });
  let problem = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (problem += text));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  child.stderr.destroy();
  stop?.removeEventListener('abort', end);
  stop?.throwIfAborted();
  if (code !== 0) throw new StartError(`${path.basename(command)} failed: ${problem.trim().split('\n').at(-1) ?? 'no reason given'}`);
}
