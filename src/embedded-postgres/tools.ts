/** Runs the programs that come with PostgreSQL, under the account of the server, and finds in what they say why they failed. */
import { spawn } from 'node:child_process';
import { open, statfs, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { StartError } from '../errors.ts';
import type { Account } from './account.ts';

/** Where a program of the server runs: its account, no variables but the language of its messages, no terminal. */
export function surroundings(command: string, account: Account | undefined) {
  return {
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
    cwd: path.parse(command).root,
    env: { PATH: '', LC_ALL: 'C' },
    // A group of its own: Ctrl-C is for us to hear, and to stop what was started in an orderly way.
    detached: true,
    windowsHide: true,
  };
}

/** Runs a program to its end. Throws a `StartError` with what it said when it fails. */
export async function run(command: string, args: readonly string[], account: Account | undefined, stop?: AbortSignal): Promise<void> {
  const child = spawn(command, args, { ...surroundings(command, account), stdio: ['ignore', 'ignore', 'pipe'] });
  const end = (): void => void child.kill();
  stop?.addEventListener('abort', end, { once: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  child.stderr.destroy();
  stop?.removeEventListener('abort', end);
  stop?.throwIfAborted();
  if (code !== 0) throw new StartError(reasonIn(said) ?? `${path.basename(command)} failed and says no reason`);
}

/** What PostgreSQL says first of why it ends. What follows, such as hints, is of no use without it. */
export function reasonIn(said: string): string | undefined {
  const lines = said.trim().split('\n');
  const first = lines.find((line) => /\b(FATAL|PANIC|error|fatal): /.test(line)) ?? lines.at(-1);
  return first?.replace(/^.*?\b(FATAL|PANIC|error|fatal): +/, '').replace(/\.$/, '') || undefined;
}

/** How much is read of what a server has said. */
const REPORT_BYTES = 16 * 1_024;

/** What is at the end of a file of any size, or behind a position in it. */
export async function textFrom(file: FileHandle, position: number): Promise<string> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(REPORT_BYTES), position });
  return buffer.toString('utf8', 0, bytesRead);
}

/** Why the server over `folder` has crashed since a time, as a sentence; undefined when it has not, or does not say. */
export async function crashProblem(folder: string, since: number): Promise<StartError | undefined> {
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

/** Room without which no server starts: one file of its write-ahead log. */
const LEAST_ROOM = 16 * 1_024 * 1_024;

/** The sentence for a server that does not start. */
export const startProblem = (folder: string, reason: string | undefined): Promise<StartError> =>
  serverProblem('does not start', folder, reason);

/** A sentence with the cause. Where the disk is full, PostgreSQL often cannot write that down. */
async function serverProblem(what: string, folder: string, reason: string | undefined): Promise<StartError> {
  const room = await statfs(folder).then(
    ({ bavail, bsize, ffree, files }) => (files > 0 && ffree === 0 ? 0 : bavail * bsize),
    () => Infinity,
  );
  const isFull = reason === undefined ? room < LEAST_ROOM : /No space left on device|Disk quota exceeded/i.test(reason);
  if (isFull) return new StartError(`DATA_DIR: there is no room left on the disk of the embedded PostgreSQL: ${folder}.`);
  return new StartError(`DATA_DIR: the embedded PostgreSQL ${what}: ${reason ?? `it says no reason in ${folder}`}.`);
}
