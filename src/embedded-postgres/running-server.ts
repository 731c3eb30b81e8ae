/**
 * Finds the server that runs on a folder, by the files that PostgreSQL writes there, and tells it
 * from other processes.
 */
import { readFileSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { commandLineOf, exists, processes, signalTo } from './processes.ts';

/** The role that owns the product's database, and everything else on the server. */
export const OWNER = 'banyan';

/** How long a server that accepts a connection may take to identify itself. */
const ANSWER_MS = 2_000;

/** What PostgreSQL writes into its folder while it runs. */
export interface Running {
  pid: number;
  port: number;
  /**
   * The state: `ready` accepts connections, `stopping` is shutting down; anything else is a stage
   * of starting.
   */
  status: string;
}

/**
 * Returns a name for the server of `folder`, which appears in the command lines of all its
 * processes. It is derived from the folder itself: a folder that is moved keeps it, and a copy gets
 * a different one.
 */
export async function markOf(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true });
  return `banyan-${dev.toString(36)}-${ino.toString(36)}`;
}

/** Reads the pid file in `folder`, whether or not it is still true. */
export function pidFile(folder: string): Running | undefined {
  let lines: string[];
  try {
    lines = readFileSync(pidFilePath(folder), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const [pid, , , port] = lines.map(Number);
  return pid ? { pid, port: port || 0, status: lines[7]?.trim() ?? '' } : undefined;
}

const pidFilePath = (folder: string): string => path.join(folder, 'postmaster.pid');

/**
 * Returns the server that the pid file names, if that process is alive and may be the server of
 * this folder.
 */
export async function livingServer(folder: string): Promise<Running | undefined> {
  const written = pidFile(folder);
  if (!written) return undefined;
  const mark = await markOf(folder);
  const commandLine = await commandLineOf(written.pid);
  return commandLine === undefined || mayBeServer(commandLine, mark) ? written : undefined;
}

/**
 * Whether a process may be the main process of the server with this mark. One without any mark was
 * started by somebody else, and may be.
 */
function mayBeServer(commandLine: string, mark: string): boolean {
  // Arguments may contain spaces. If they are not kept apart, the program name ends before the
  // first flag.
  const program = commandLine.includes('\0')
    ? commandLine.split('\0', 1)[0]
    : commandLine.split(' -', 1)[0];
  if (!/(^|[/\\])(postgres|postmaster)(\.exe)?$/.test(program ?? '')) return false;
  const [, marked] = /cluster_name='?(banyan-[\w-]+)/.exec(commandLine) ?? [];
  return marked === undefined || marked === mark;
}

/**
 * Removes what a killed server left behind, so that the next one can start. Running sessions hold
 * its memory until they notice, and a pid file that names an unrelated process stops PostgreSQL.
 * Does nothing while the server is alive. Killing a session has the same effect as losing the
 * machine; the next start recovers from it.
 */
export async function clearRemains(folder: string): Promise<void> {
  const mark = await markOf(folder);
  const all = await processes();
  if (
    all.some(({ commandLine }) => commandLine.includes(`cluster_name=${mark}`)) ||
    (await livingServer(folder))
  )
    return;
  for (const { pid, commandLine } of all) {
    if (commandLine.startsWith(`postgres: ${mark}: `)) signalTo(pid, 'SIGKILL');
  }
  // PostgreSQL itself handles a number that no process has.
  const written = pidFile(folder);
  if (written && exists(written.pid)) await rm(pidFilePath(folder), { force: true });
}

/**
 * Sends a signal to a server that is shutting down, but only if the process certainly is the server
 * of this folder.
 */
export async function hasten(
  { pid }: Running,
  folder: string,
  signal: NodeJS.Signals,
): Promise<void> {
  if ((await commandLineOf(pid))?.includes(`cluster_name=${await markOf(folder)}`))
    signalTo(pid, signal);
}

/** Whether a PostgreSQL server answers on a port of this machine. */
export async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: OWNER,
    database: 'postgres',
    password: 'probe',
    connectionTimeoutMillis: ANSWER_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    // A refused password is still the answer of a PostgreSQL server.
    return error instanceof Error && 'code' in error && error.code === '28P01';
  } finally {
    await client.end().catch(() => undefined);
  }
}
