/** Servers as processes of their own: how they start, say where they listen, and are ended. */
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import path from 'node:path';

/** Connections to the database that each server has. */
export const POOL_SIZE = 10;

export interface ServerProcess {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Names the log file. */
  name: string;
  /** Arguments of node. */
  args: readonly string[];
  env: Record<string, string>;
  /** What it prints when it is ready; the first group is its address. */
  ready?: RegExp;
  /** Folder for the logs; without one nobody reads them, but they are written all the same. */
  logs?: string | undefined;
}

/** Said by `listen`. */
const READY = /^ready (\S+)$/m;

/** Starts a server and resolves once it says that it is ready. */
export async function startServer({
  name,
  args,
  env,
  ready = READY,
  logs,
}: ServerOptions): Promise<ServerProcess> {
  const log = await open(logs === undefined ? devNull : path.join(logs, `${name}.log`), 'w');
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', log.fd],
  });
  await log.close();
  // The command may end without having stopped its servers.
  const halt = (): boolean => child.kill();
  process.once('exit', halt);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const [, found] = ready.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(
        new Error(
          `${name} ended with ${code} before it was ready; --logs <folder> keeps what it says`,
        ),
      ),
    );
  });
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      process.off('exit', halt);
    },
  };
}

/** Listens on a free port of this machine and says so to `startServer`. */
export function listen(server: Server): void {
  server.listen(0, '127.0.0.1', () =>
    console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
  process.once('SIGTERM', () => process.exit());
}
