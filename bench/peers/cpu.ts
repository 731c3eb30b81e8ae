/** CPU of processes, from `/proc`; undefined on systems that have none. */
import { readFile, readdir } from 'node:fs/promises';

/** Ticks per second of the figures in `/proc`: always 100 for programs, whatever the kernel counts in. */
const TICKS = 100;

interface Stat {
  parent: number;
  /** Seconds of the process itself. */
  own: number;
  /** Seconds of the children that it has waited for. */
  children: number;
}

async function statOf(pid: number | string): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The name of the program stands in parentheses and may contain anything.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent = 0, user = 0, system = 0, childUser = 0, childSystem = 0] = [
    1, 11, 12, 13, 14,
  ].map((index) => fields[index]);
  return { parent, own: (user + system) / TICKS, children: (childUser + childSystem) / TICKS };
}

/** Seconds of CPU that a process has used so far: to the nanosecond where the kernel's scheduler tells. */
export async function cpuOf(pid: number): Promise<number | undefined> {
  return (await scheduledOf(pid)) ?? (await statOf(pid))?.own;
}

/** What the scheduler counted for the threads of a process; undefined if it does not count. */
async function scheduledOf(pid: number): Promise<number | undefined> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const times = await Promise.all(
    threads.map(async (thread) => {
      const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '');
      return Number(text.split(' ', 1)[0]);
    }),
  );
  const nanoseconds = times.reduce((total, time) => total + time, 0);
  return nanoseconds > 0 ? nanoseconds / 1e9 : undefined;
}

/** The process that started another one. */
export async function parentOf(pid: number): Promise<number | undefined> {
  return (await statOf(pid))?.parent;
}

/** Seconds of CPU that a process and all that it started have used so far, those that ended included. */
export async function cpuOfFamily(pid: number): Promise<number | undefined> {
  const head = await statOf(pid);
  if (!head) return undefined;
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(processes.map(statOf));
  const children = stats.filter((stat) => stat?.parent === pid);
  return children.reduce((total, stat) => total + (stat?.own ?? 0), head.own + head.children);
}

/** Resident memory of a process in MiB. */
export async function residentMiB(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  return status === undefined ? undefined : Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}
