/** Runs the command line: as a user would, in a process of its own, or in this one, where only its answer counts. */
import { spawn, type ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/main.ts';

const thisVersion = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The account of a process, where it is another one than that of the tests. */
export interface Account {
  uid: number;
  gid: number;
}

function start(
  args: readonly string[],
  environment: Record<string, string>,
  cli = thisVersion,
  account?: Account,
): { child: ChildProcess; finished: Promise<Finished>; printed(): string } {
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...inherited, NODE_ENV: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...account,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const finished = new Promise<Finished>((resolve) =>
    child.once('close', (code) => resolve({ code, ...output })),
  );
  return { child, finished, printed: () => output.stdout };
}

/** Runs a command to its end. */
export function run(
  args: readonly string[],
  environment: Record<string, string> = {},
  cli?: string,
): Promise<Finished> {
  return start(args, environment, cli).finished;
}

/**
 * Runs a command to its end in this process, which takes a fraction of the time. Lines of the log are not in what it
 * returns; `serve` and `worker` would end the process, so only their refusals can be asked for.
 */
export async function runHere(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Finished> {
  const output = { stdout: '', stderr: '' };
  const code = await main(args, {
    environment: { LOG_LEVEL: 'silent', ...environment },
    input: Readable.from([]),
    print: (line) => void (output.stdout += `${line}\n`),
    write: (text) => void (output.stdout += text),
    complain: (line) => void (output.stderr += `${line}\n`),
  });
  return { code, ...output };
}

export interface Starting {
  pid: number;
  /** What it has printed so far. */
  printed(): string;
  signal(signal: NodeJS.Signals): void;
  finished: Promise<Finished>;
}

/** Starts a command and returns at once. */
export function begin(args: readonly string[], environment: Record<string, string> = {}): Starting {
  const { child, finished, printed } = start(args, environment);
  return { pid: child.pid ?? 0, printed, signal: (signal) => void child.kill(signal), finished };
}

export interface RunningGateway {
  /** Id of its process. */
  pid: number;
  /** Address that it printed. */
  url: string;
  printed: string;
  finished: Promise<Finished>;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Finished>;
}

/**
 * Starts `banyan serve`, of the version whose command line is given or this one, and waits until it says that it is
 * ready; rejects with its output if it ends before.
 */
export function serve(
  environment: Record<string, string>,
  cli?: string,
  account?: Account,
): Promise<RunningGateway> {
  // The last line of the announcement is empty.
  const isReady = /Banyan is ready: (\S+)[^]*\n\n$/;
  return launch(['serve'], { PORT: '0', ...environment }, isReady, cli, account);
}

/** Starts `banyan worker` and waits until it does jobs. */
export function startWorkerProcess(environment: Record<string, string>): Promise<RunningGateway> {
  return launch(['worker'], environment, /(Banyan does jobs)/);
}

async function launch(
  args: readonly string[],
  environment: Record<string, string>,
  isReady: RegExp,
  cli?: string,
  account?: Account,
): Promise<RunningGateway> {
  const { child, finished, printed } = start(args, environment, cli, account);
  const ready = new Promise<string>((resolve) => {
    child.stdout?.on('data', () => {
      const [, url] = isReady.exec(printed()) ?? [];
      if (url) resolve(url);
    });
  });
  const url = await Promise.race([
    ready,
    finished.then(({ code, stdout, stderr }) =>
      Promise.reject(new Error(`ended with ${code}: ${stdout}${stderr}`)),
    ),
  ]);
  return {
    pid: child.pid ?? 0,
    url,
    printed: printed(),
    finished,
    end(signal) {
      child.kill(signal);
      return finished;
    },
  };
}
