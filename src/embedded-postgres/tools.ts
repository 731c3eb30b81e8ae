/**
 * Runs PostgreSQL's programs under the account of the server, and finds the cause of a failure in
 * their output.
 */
import { spawn } from 'node:child_process';
import { open, statfs, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ConfigurationError } from '../errors.ts';
import type { Account } from './account.ts';

/**
 * The environment of a server program: its account, no variables except the language of its
 * messages, no terminal.
 */
export function surroundings(command: string, account: Account | undefined) {
  return {
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
    cwd: path.parse(command).root,
    env: { PATH: '', LC_ALL: 'C' },
    // A separate process group: Ctrl-C must reach this process only, which then stops its children
    // in an orderly way.
    detached: true,
    windowsHide: true,
  };
}

/** Runs a program until it exits. Throws a `ConfigurationError` with its output if it fails. */
export async function run(
  command: string,
  args: readonly string[],
  account: Account | undefined,
  stop?: AbortSignal,
): Promise<void> {
  const child = spawn(command, args, {
    ...surroundings(command, account),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const end = (): void => void child.kill();
  stop?.addEventListener('abort', end, { once: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('exit', resolve),
  );
  child.stderr.destroy();
  stop?.removeEventListener('abort', end);
  stop?.throwIfAborted();
  if (code !== 0)
    throw new ConfigurationError(
      reasonIn(said) ?? `${path.basename(command)} failed without giving a reason`,
    );
}

/**
 * Returns PostgreSQL's first message about the failure. What follows it, such as hints, is of no
 * use without it.
 */
export function reasonIn(said: string): string | undefined {
  const lines = said.trim().split('\n');
  const first = lines.find((line) => /\b(FATAL|PANIC|error|fatal): /.test(line)) ?? lines.at(-1);
  return first?.replace(/^.*?\b(FATAL|PANIC|error|fatal): +/, '').replace(/\.$/, '') || undefined;
}

/** How much of a server's output is read. */
const REPORT_BYTES = 16 * 1_024;

/** Reads the end of a file of any size, or what follows a position in it. */
export async function textFrom(file: FileHandle, position: number): Promise<string> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(REPORT_BYTES), position });
  return buffer.toString('utf8', 0, bytesRead);
}

/**
 * Returns why the server of `folder` has crashed since a time, as a sentence; undefined if it has
 * not, or does not say.
 */
export async function crashProblem(
  folder: string,
  since: number,
): Promise<ConfigurationError | undefined> {
  const log = await open(path.join(folder, 'server.log')).catch(() => undefined);
  if (!log) return undefined;
  try {
    const said = await textFrom(log, Math.max(0, (await log.stat()).size - REPORT_BYTES));
    const crash = said.split('\n').findLast((line) => /\bPANIC: /.test(line));
    if (crash === undefined || Date.parse(crash.split(' [', 1)[0] ?? '') < since) return undefined;
    return await serverProblem('has crashed', folder, reasonIn(crash));
  } finally {
    await log.close();
  }
}

/** The free space without which no server starts: one file of its write-ahead log. */
const LEAST_ROOM = 16 * 1_024 * 1_024;

/** The error for a server that does not start. */
export const startProblem = (
  folder: string,
  reason: string | undefined,
): Promise<ConfigurationError> => serverProblem('does not start', folder, reason);

/** Creates an error with the cause. If the disk is full, PostgreSQL often cannot log that. */
async function serverProblem(
  what: string,
  folder: string,
  reason: string | undefined,
): Promise<ConfigurationError> {
  const room = await statfs(folder).then(
    ({ bavail, bsize, ffree, files }) => (files > 0 && ffree === 0 ? 0 : bavail * bsize),
    () => Infinity,
  );
  const isFull =
    reason === undefined
      ? room < LEAST_ROOM
      : /No space left on device|Disk quota exceeded/i.test(reason);
  if (isFull)
    return new ConfigurationError(
      `DATA_DIR: no space is left on the disk of the embedded PostgreSQL: ${folder}.`,
    );
  return new ConfigurationError(
    `DATA_DIR: the embedded PostgreSQL ${what}: ${reason ?? `it gives no reason in ${folder}`}.`,
  );
}
