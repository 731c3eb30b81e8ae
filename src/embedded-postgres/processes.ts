/**
 * Processes of this machine and their command lines, which tell a server from a process that got
 * its number later.
 */
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface Process {
  pid: number;
  /** Its arguments, separated by zero bytes if the system keeps them apart, otherwise by spaces. */
  commandLine: string;
}

/**
 * Whether a process has this number. One that has ended but was not collected by its parent still
 * counts.
 */
export function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It exists, but belongs to another account.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Sends a signal to a process, which may already be gone. */
export function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone.
  }
}

/**
 * Returns the command line of a process; empty if it has ended, undefined if the system does not
 * tell.
 */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  if (!exists(pid)) return '';
  try {
    return process.platform === 'linux'
      ? await fromProc(pid)
      : await ps(['-p', String(pid), '-o', 'args=']);
  } catch {
    return exists(pid) ? undefined : '';
  }
}

/** Returns all processes whose command line can be read; none if the system cannot list them. */
export async function processes(): Promise<Process[]> {
  if (process.platform !== 'linux')
    return listed(await ps(['-A', '-o', 'pid=,args=']).catch(() => ''));
  const processes: Process[] = [];
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    const commandLine = await fromProc(Number(entry)).catch(() => '');
    if (commandLine !== '') processes.push({ pid: Number(entry), commandLine });
  }
  return processes;
}

const fromProc = (pid: number): Promise<string> => readFile(`/proc/${pid}/cmdline`, 'utf8');

async function ps(args: readonly string[]): Promise<string> {
  return (await promisify(execFile)('ps', ['-ww', ...args], { maxBuffer: 64 * 1_024 * 1_024 }))
    .stdout;
}

function listed(output: string): Process[] {
  return output.split('\n').flatMap((line) => {
    const [, pid, commandLine] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid && commandLine ? [{ pid: Number(pid), commandLine }] : [];
  });
}
