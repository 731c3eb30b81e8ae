/** Runs the command line as a user would: a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

function start(
  args: readonly string[],
  environment: Record<string, string>,
): { child: ChildProcess; finished: Promise<Finished>; printed(): string } {
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...inherited, NODE_ENV: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const finished = new Promise<Finished>((resolve) => child.once('close', (code) => resolve({ code, ...output })));
  return { child, finished, printed: () => output.stdout };
}

/** Runs a command to its end. */
export function run(args: readonly string[], environment: Record<string, string> = {}): Promise<Finished> {
  return start(args, environment).finished;
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

/** Starts `banyan serve` and waits until it says that it is ready; rejects with its output if it ends before. */
export function serve(environment: Record<string, string>): Promise<RunningGateway> {
  // The last line of the announcement is empty.
  return launch(['serve'], { PORT: '0', ...environment }, /Banyan is ready: (\S+)[^]*\n\n$/);
}

/** Starts `banyan worker` and waits until it does jobs. */
export function startWorkerProcess(environment: Record<string, string>): Promise<RunningGateway> {
  return launch(['worker'], environment, /(Banyan does jobs)/);
}

async function launch(args: readonly string[], environment: Record<string, string>, isReady: RegExp): Promise<RunningGateway> {
  const { child, finished, printed } = start(args, environment);
  const ready = new Promise<string>((resolve) => {
    child.stdout?.on('data', () => {
      const [, url] = isReady.exec(printed()) ?? [];
      if (url) resolve(url);
    });
  });
  const url = await Promise.race([
    ready,
    finished.then(({ code, stdout, stderr }) => Promise.reject(new Error(`ended with ${code}: ${stdout}${stderr}`))),
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
