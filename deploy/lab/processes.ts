/** Programs that the lab starts, and the processes of a machine. */
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { onMachine, type Machine } from './sandbox.ts';

/** A program that runs. */
export interface Program {
  pid: number;
  /** Resolves with its exit code, or with null after a signal. */
  ended: Promise<number | null>;
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
}

/** What is started, and where. */
export interface Start {
  command: readonly string[];
  /** The machine whose network it has; the hub by default. */
  machine?: Machine | undefined;
  /** The folder whose programs it is one of, and the account that it runs as. */
  system?: { root: string; account: string } | undefined;
  /** The folder that it runs in. */
  folder?: string;
  environment?: Readonly<Record<string, string>>;
  /** File that its output is added to. */
  log: string;
}

/** Starts a program. The process that is returned is the program itself. */
export function start({ command, machine, system, folder, environment = {}, log }: Start): Program {
  const [program = '', ...args] = [
    ...(machine ? onMachine(machine) : []),
    ...(system ? ['chroot', `--userspec=${system.account}`, system.root] : []),
    ...command,
  ];
  const output = openSync(log, 'a');
  const child = spawn(program, args, {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', HOME: '/', ...environment },
    cwd: folder,
    stdio: ['ignore', output, output],
  });
  let isRunning = true;
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      isRunning = false;
      resolve(code);
    });
  });
  return {
    pid: child.pid ?? 0,
    ended,
    isRunning: () => isRunning,
    signal: (signal) => void child.kill(signal),
  };
}

/** Signals every process of a machine, as if the machine itself were stopped or went on. */
export async function signalMachine(machine: Machine, signal: NodeJS.Signals): Promise<void> {
  const namespace = await readlink(`/proc/${machine.holder.pid}/ns/net`);
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === machine.holder.pid) continue;
    const found = await readlink(`/proc/${pid}/ns/net`).catch(() => undefined);
    if (found === namespace) kill(pid, signal);
  }
}

/** The main process of PostgreSQL in a data folder. */
export async function postmasterOf(folder: string): Promise<number> {
  const [pid] = (await readFile(path.join(folder, 'postmaster.pid'), 'utf8')).split('\n');
  return Number(pid);
}

/** Signals a process that may be gone. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
