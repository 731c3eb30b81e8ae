/** A gateway in a process of its own, whose memory and processor time are read from the system. */
import { readFile, readdir } from 'node:fs/promises';
import { serve, type RunningGateway } from '../cli/run.ts';

export interface MeasuredGateway extends RunningGateway {
  /** Resident memory in MiB. */
  memory(): Promise<number>;
  /** The most that it has had so far. */
  peakMemory(): Promise<number>;
  /** Processor time used so far by all threads, in milliseconds. */
  cpu(): Promise<number>;
  /** Whether the process still runs. */
  runs(): boolean;
}

/** The flags that `npm start` gives node. */
export async function startFlags(): Promise<string> {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start
    .split(' ')
    .filter((word) => word.startsWith('--'))
    .join(' ');
}

/**
 * Starts `banyan serve` over a database with the flags of production. NODE_ENV is left to the caller: in production the
 * gateway refuses a server without fsync, which the one of the tests is.
 */
export async function serveMeasured(
  databaseUrl: string,
  environment: Record<string, string> = {},
): Promise<MeasuredGateway> {
  const gateway = await serve({
    DATABASE_URL: databaseUrl,
    NODE_OPTIONS: await startFlags(),
    LOG_LEVEL: 'error',
    ...environment,
  });
  const { pid } = gateway;
  const figure = async (name: string): Promise<number> => {
    const [, kilobytes] =
      new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(
        await readFile(`/proc/${pid}/status`, 'utf8'),
      ) ?? [];
    return Number(kilobytes) / 1_024;
  };
  return {
    ...gateway,
    memory: () => figure('VmRSS'),
    peakMemory: () => figure('VmHWM'),
    async cpu() {
      let nanoseconds = 0;
      for (const thread of await readdir(`/proc/${pid}/task`)) {
        const [used] = (
          await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0')
        ).split(' ');
        nanoseconds += Number(used);
      }
      return nanoseconds / 1_000_000;
    },
    runs() {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    },
  };
}

/** One request with a JSON body of exactly this text. */
export async function post(
  url: string,
  body: string,
  token?: string,
): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body,
  });
  return { status: response.status, text: await response.text() };
}

/** The value below which the given share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
