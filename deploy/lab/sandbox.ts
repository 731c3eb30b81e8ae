/**
 * Namespaces of the lab's own. Its network leads nowhere, so nothing listens where anybody else could
 * connect. Its processes and mounts end with the first process, however that ends.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { HUB, MEMBERS, type Place } from './layout.ts';

const execute = promisify(execFile);

const NAMESPACES = ['--mount', '--net', '--pid', '--ipc', '--fork', '--kill-child', '--mount-proc'];

/** What only an administrator may do, and containers may not either. */
export async function canHaveSandbox(): Promise<boolean> {
  return execute('unshare', [...NAMESPACES, 'ip', 'link', 'set', 'lo', 'up']).then(
    () => true,
    () => false,
  );
}

/**
 * Runs this program again in namespaces of its own. A shell stands above it, which buries processes
 * that have lost their parent: to PostgreSQL, a dead process that nobody has buried is alive.
 */
export function runInside(args: readonly string[]): Promise<number | null> {
  const script = '"$@"; exit $?';
  const child = spawn(
    'unshare',
    [...NAMESPACES, 'sh', '-c', script, 'lab', process.execPath, ...args],
    // The far end closes when this process ends, whatever ended it.
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** Ends this process, and all others of the lab with it, when the one outside has ended. */
export function endWithParent(): void {
  process.stdin.once('end', () => process.exit(130)).resume();
  process.stdin.unref();
}

/** A machine of the cluster: a network namespace that a cable connects with the hub. */
export interface Machine extends Place {
  /** Keeps the namespace. */
  holder: ChildProcess;
}

/** Connects the machines of the cluster with the hub, which this process runs on. */
export async function layCables(): Promise<Machine[]> {
  await ip('link', 'set', 'lo', 'up');
  await ip('link', 'add', 'hub', 'type', 'bridge');
  await ip('addr', 'add', `${HUB}/24`, 'dev', 'hub');
  await ip('link', 'set', 'hub', 'up');
  const machines: Machine[] = [];
  for (const place of MEMBERS) {
    const holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
    const machine = { ...place, holder };
    const pid = String(holder.pid);
    await ownNamespace(pid);
    await ip('link', 'add', place.name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pid);
    await ip('link', 'set', place.name, 'master', 'hub', 'up');
    await within(machine, ['ip', 'link', 'set', 'lo', 'up']);
    await within(machine, ['ip', 'addr', 'add', `${place.address}/24`, 'dev', 'eth0']);
    await within(machine, ['ip', 'link', 'set', 'eth0', 'up']);
    machines.push(machine);
  }
  return machines;
}

/** Pulls the cable of a machine, or puts it back: packets are lost, and nobody is told. */
export async function setCable(machine: Machine, isPluggedIn: boolean): Promise<void> {
  await ip('link', 'set', machine.name, isPluggedIn ? 'up' : 'down');
}

/** What makes a command run on a machine. */
export const onMachine = ({ holder }: Machine): string[] => [
  'nsenter',
  `--net=/proc/${holder.pid}/ns/net`,
  '--',
];

/** Mounts what programs of the system need, and the folder of the run as `/lab`. */
export async function openSystem(system: string, run: string): Promise<void> {
  const mount = (...args: string[]): Promise<unknown> => execute('mount', args);
  const inSystem = (folder: string): string => path.join(system, folder);
  await mount('--rbind', '/dev', inSystem('dev'));
  await mount('-t', 'tmpfs', 'tmpfs', inSystem('dev/shm'));
  await mount('-t', 'proc', 'proc', inSystem('proc'));
  await mkdir(inSystem('lab'), { recursive: true });
  await mount('--rbind', run, inSystem('lab'));
}

/**
 * Mounts a disk of this size, in megabytes, in memory. Nothing here cuts the power, so what was
 * written is there after any fault, and other work on the machine's disk changes no figure.
 */
export async function mountDisk(folder: string, megabytes: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await execute('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
}

const ip = (...args: string[]): Promise<unknown> => execute('ip', args);

async function within(machine: Machine, command: readonly string[]): Promise<void> {
  const [program = '', ...args] = [...onMachine(machine), ...command];
  await execute(program, args);
}

/** Waits until the process has left this network namespace. */
async function ownNamespace(pid: string): Promise<void> {
  const namespaceOf = async (id: string): Promise<string> =>
    (await execute('readlink', [`/proc/${id}/ns/net`])).stdout;
  const mine = await namespaceOf('self');
  while ((await namespaceOf(pid)) === mine);
}
