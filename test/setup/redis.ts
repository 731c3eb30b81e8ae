/** A Redis of a test file's own, when the machine has a server. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { onPath } from './program.ts';

/** The server of `REDIS_SERVER`, or the first `redis-server` on the path; undefined where there is none. */
const program = process.env['REDIS_SERVER'] ?? onPath(['redis-server']);

/** Whether tests can have a Redis. */
export const hasRedis = program !== undefined;

/** Ends the name of tests that are skipped without a Redis, with what to do about it. */
export const redisReason = hasRedis
  ? ''
  : ' (skipped: no redis-server on the path; apt-get install redis-server, or name one in REDIS_SERVER)';

export interface TestRedis {
  url: string;
  /** Ends the process at once; everything it counted is lost. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** Stops it from answering, without closing its connections. */
  freeze(): void;
  thaw(): void;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a Redis on loopback that keeps nothing on the disk. */
export async function startRedis({
  port,
  password,
}: { port?: number; password?: string } = {}): Promise<TestRedis> {
  const place = port ?? (await freePort());
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    child = await launch(place, password);
  };
  await start();
  // A test that was cut off leaves nothing behind.
  process.once('exit', () => child?.kill('SIGKILL'));
  return {
    url: `redis://127.0.0.1:${place}`,
    start,
    async kill() {
      const running = child;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGKILL');
      await ended;
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  };
}

function launch(port: number, password: string | undefined): Promise<ChildProcess> {
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    tmpdir(),
  ];
  const child = spawn(
    program ?? 'redis-server',
    [...settings, ...(password === undefined ? [] : ['--requirepass', password])],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('Ready to accept connections')) resolve(child);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${output}`)));
  });
}
