/** A PgBouncer of a test file's own, when the machine has one. */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onPath } from './program.ts';
import { freePort } from './redis.ts';

/** The pooler of `PGBOUNCER`, or the first one on the path; undefined where there is none. */
const program =
  process.env['PGBOUNCER'] ??
  onPath(['pgbouncer'], [process.env['PATH'] ?? '', '/usr/sbin'].join(path.delimiter));

/** Whether tests can have a PgBouncer. */
export const hasPgBouncer = program !== undefined;

/** Ends the name of tests that are skipped without one, with what to do about it. */
export const pgBouncerReason = hasPgBouncer
  ? ''
  : ' (skipped: no pgbouncer on the path; apt-get install pgbouncer, or name one in PGBOUNCER)';

export interface TestPgBouncer {
  /** The address of the database through the pooler. */
  url: string;
  close(): Promise<void>;
}

/** Starts a PgBouncer on loopback before the database at `url`. */
export async function startPgBouncer(
  url: string,
  mode: 'session' | 'transaction',
): Promise<TestPgBouncer> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const own = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-pgbouncer-'));
  const database = pathname.slice(1);
  const file = path.join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
${database} = host=${hostname} port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = 20
${(await knowsStatements()) ? 'max_prepared_statements = 500' : ''}
`,
  );
  // It does not run as root.
  await chmod(folder, 0o755);
  const account = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(program ?? '', [...account, file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const halt = (): void => void child.kill('SIGKILL');
  process.once('exit', halt);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('process up')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`pgbouncer ended with ${code}: ${said}`)));
  });
  return {
    url: `postgres://${username}@127.0.0.1:${own}/${database}`,
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      halt();
      await ended;
      process.off('exit', halt);
      await rm(folder, { recursive: true });
    },
  };
}

/** Whether it keeps prepared statements in transaction mode, as from 1.21 on. */
export async function knowsStatements(): Promise<boolean> {
  const child = spawn(program ?? '', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await new Promise((resolve) => child.once('close', resolve));
  const [, minor = '0'] = /PgBouncer 1\.(\d+)/.exec(said) ?? [];
  return Number(minor) >= 21;
}
