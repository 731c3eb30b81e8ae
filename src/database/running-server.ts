/** The embedded server as it runs: found by what it writes into its folder, asked whether it answers, and told to stop. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import pg from 'pg';

/** The role that owns the product's database, and everything else on the server. */
export const OWNER = 'banyan';

/** How often, and how long apart, a process that ends at once looks for the server that it has just started. */
const HALT_ROUNDS = 50;
const HALT_PAUSE_MS = 20;

export interface Running {
  pid: number;
  port: number;
}

/** The server that runs over `folder`, or undefined. A stale pid file names a process that is gone or is no server of ours. */
export async function runningServer(folder: string): Promise<Running | undefined> {
  const written = pidFile(folder);
  // The last line says "ready" once the server accepts connections; one that is still starting or stopping is waited for by pg_ctl.
  if (!written) return undefined;
  try {
    process.kill(written.pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return undefined;
  }
  return (await answers(written.port)) ? written : undefined;
}

/** What PostgreSQL writes into its folder while it runs. Read in one go, so that a process which ends can do it too. */
function pidFile(folder: string): (Running & { startedAt: number }) | undefined {
  let lines: string[];
  try {
    lines = readFileSync(path.join(folder, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const [pid, , startedAt, port] = lines.map(Number);
  if (!pid || !startedAt || !port) return undefined;
  return { pid, port, startedAt: startedAt * 1_000 };
}

/** Tells the server to stop, without waiting for it. A pid file from before, whose number may be anybody's by now, is left alone. */
export function halt(folder: string, found: Running | undefined, since: number): void {
  let written = pidFile(folder);
  // One that was started this very moment has not written it yet, and would stay behind.
  const rounds = found ? 0 : HALT_ROUNDS;
  for (let round = 0; !written && round < rounds; round++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HALT_PAUSE_MS);
    written = pidFile(folder);
  }
  if (!written) return;
  // PostgreSQL writes whole seconds.
  const isOurs = found ? written.pid === found.pid : written.startedAt > since - 1_000;
  try {
    if (isOurs) process.kill(written.pid, 'SIGINT');
  } catch {
    // Gone already.
  }
}

/** Whether anybody listens on a port of this machine. A killed server may keep its process number until somebody collects it, but no port. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: OWNER,
    database: 'postgres',
    password: 'probe',
    connectionTimeoutMillis: 2_000,
  });
  try {
    await client.connect();
    return true;
  } catch (error) {
    // A refused password still is the answer of a PostgreSQL server.
    return error instanceof Error && 'code' in error && error.code === '28P01';
  } finally {
    await client.end().catch(() => undefined);
  }
}
