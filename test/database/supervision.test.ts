/** What becomes of the embedded server, and of a start over what another left behind, in this process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chown, mkdtemp, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startEmbedded,
  type EmbeddedOptions,
  type EmbeddedServer,
} from '../../src/embedded-postgres/start.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import {
  backendsOf,
  makeDataFolder,
  postmasterOf,
  removeDataFolder,
  serverFolder,
} from '../cli/data-folder.ts';

let dataDir: string;
let server: EmbeddedServer;
const start = (options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedServer> =>
  startEmbedded({
    dataDir,
    settings: { fsync: 'off' },
    supervise: createLogger('silent'),
    ...options,
  });

async function answers(url = server.url): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Waits until another main process runs, and answers at the old address. */
async function comesBack(before: number): Promise<void> {
  await expect
    .poll(async () => (await postmasterOf(dataDir)) !== before && (await answers()), {
      timeout: 20_000,
    })
    .toBe(true);
}

beforeAll(async () => {
  dataDir = await makeDataFolder('supervision');
  server = await start();
});
afterAll(async () => {
  await server.stop();
  await removeDataFolder(dataDir);
});

describe('A supervised server', () => {
  it.each(['SIGKILL', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const)(
    'comes back at the same address after %s',
    async (signal) => {
      const before = await postmasterOf(dataDir);
      process.kill(before, signal);
      await comesBack(before);
    },
  );

  it('comes back at once after a kill although a session that works has not noticed', async () => {
    const before = await postmasterOf(dataDir);
    const client = new pg.Client({ connectionString: server.url });
    client.on('error', () => undefined);
    await client.connect();
    const working = client.query('select count(*) from generate_series(1, 1e10)');
    await expect.poll(() => backendsOf(dataDir, 'banyan_gateway')).toHaveLength(1);
    process.kill(before, 'SIGKILL');
    await expect(working).rejects.toThrow();
    await comesBack(before);
  });

  it('comes back when somebody else had its port for a moment', async () => {
    const before = await postmasterOf(dataDir);
    const port = Number(new URL(server.url).port);
    process.kill(before, 'SIGKILL');
    const other = createServer((socket) => socket.destroy());
    for (;;) {
      const isTaken = await new Promise<boolean>((resolve) => {
        other.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
      });
      if (isTaken) break;
    }
    const log = path.join((await serverFolder(dataDir)) ?? '', 'server.log');
    await expect
      .poll(() => readFile(log, 'utf8'), { timeout: 10_000 })
      .toContain('could not create any TCP/IP sockets');
    await new Promise((resolve) => other.close(resolve));
    await comesBack(before);
  });

  it('is still claimed by its process after it came back', async () => {
    await expect(startEmbedded({ dataDir })).rejects.toThrow(
      'DATA_DIR is in use by another running process',
    );
  });

  it('is left alone while it is only suspended, or only the watching connection is lost', async () => {
    const before = await postmasterOf(dataDir);
    const [guard] = await backendsOf(dataDir, 'banyan');
    process.kill(before, 'SIGSTOP');
    process.kill(guard ?? 0, 'SIGTERM');
    expect(await answers()).toBe(false);
    process.kill(before, 'SIGCONT');
    await expect
      .poll(async () => (await answers()) && (await backendsOf(dataDir, 'banyan')).length, {
        timeout: 20_000,
      })
      .toBe(1);
    expect(await postmasterOf(dataDir)).toBe(before);
  });

  it('is started again by the process that owns it, while one that shares it waits', async () => {
    const before = await postmasterOf(dataDir);
    const guest = await start({ shared: true });
    process.kill(before, 'SIGKILL');
    // One that comes in this very moment waits as well, and does not start a server of its own.
    const late = await start({ shared: true });
    expect(late.url).toBe(server.url);
    await comesBack(before);
    await guest.stop();
    await late.stop();
    expect(await answers()).toBe(true);
  });

  it('is stopped at once while it is being started again', async () => {
    const before = await postmasterOf(dataDir);
    process.kill(before, 'SIGKILL');
    await expect.poll(() => answers(), { interval: 1 }).toBe(false);
    const at = performance.now();
    await server.stop();
    expect(performance.now() - at).toBeLessThan(2_000);
    expect(await answers()).toBe(false);
    server = await start();
  });

  it('is given up with the reason when its files are gone', async () => {
    const folder = (await serverFolder(dataDir)) ?? '';
    await rename(folder, `${folder}-elsewhere`);
    process.kill(
      Number((await readFile(`${folder}-elsewhere/postmaster.pid`, 'utf8')).split('\n', 1)[0]),
      'SIGKILL',
    );
    expect(await server.lost).toMatchObject({
      message: `DATA_DIR: the files of the embedded PostgreSQL are gone: ${folder}.`,
    });
    await server.stop();
    await rename(`${folder}-elsewhere`, folder);
    server = await start();
  });
});

describe('A pid file from before', () => {
  let stranger: ChildProcess;
  let pidFile: string;
  let lines: string[];
  beforeAll(async () => {
    pidFile = path.join((await serverFolder(dataDir)) ?? '', 'postmaster.pid');
    lines = (await readFile(pidFile, 'utf8')).split('\n');
    const { uid, gid } = await stat(path.dirname(pidFile));
    // Of the same account, which is what PostgreSQL asks.
    stranger = spawn('sleep', ['600'], process.getuid?.() === 0 ? { uid, gid, cwd: '/' } : {});
  });
  afterAll(() => stranger.kill());

  async function leaveBehind(pid: number | undefined): Promise<void> {
    await server.stop();
    await writeFile(pidFile, [pid, ...lines.slice(1)].join('\n'), { mode: 0o600 });
    const { uid, gid } = await stat(path.dirname(pidFile));
    await chown(pidFile, uid, gid);
  }

  it('that names a process of somebody else does not keep the server from starting', async () => {
    await leaveBehind(stranger.pid);
    server = await start();
    expect(await answers()).toBe(true);
    expect(stranger.exitCode ?? stranger.signalCode).toBe(null);
  });

  it('that names the server of another folder leaves that one alone', async () => {
    const elsewhere = await mkdtemp(path.join(tmpdir(), 'banyan-supervision-'));
    const other = await startEmbedded({ dataDir: elsewhere });
    await leaveBehind(await postmasterOf(elsewhere));
    server = await start();
    expect(await answers()).toBe(true);
    expect(server.ownerUrl).not.toBe(other.ownerUrl);
    expect(await answers(other.ownerUrl)).toBe(true);
    await other.discard();
  });

  it('that names the living server is kept: the server is found, or refused', async () => {
    const living = await postmasterOf(dataDir);
    await expect(startEmbedded({ dataDir })).rejects.toThrow(
      'DATA_DIR is in use by another running process',
    );
    expect(await postmasterOf(dataDir)).toBe(living);
    expect(await answers()).toBe(true);
  });

  it('and sessions that still work do not keep the server of a killed process from starting', async () => {
    const client = new pg.Client({ connectionString: server.url });
    client.on('error', () => undefined);
    await client.connect();
    const working = client
      .query('select count(*) from generate_series(1, 1e10)')
      .catch(() => 'ended');
    await expect.poll(() => backendsOf(dataDir, 'banyan_gateway')).toHaveLength(1);
    const before = await postmasterOf(dataDir);
    const watching = server;
    await Promise.all([comesBack(before), sleep(0).then(() => process.kill(before, 'SIGKILL'))]);
    expect(await working).toBe('ended');
    await watching.stop();
    server = await start();
  });
});

describe('A data folder', () => {
  it('whose record cannot be read is left as it is', async () => {
    const record = path.join(dataDir, 'postgres.json');
    const text = await readFile(record, 'utf8');
    await server.stop();
    await writeFile(record, text.slice(0, 20));
    await expect(start()).rejects.toThrow(`DATA_DIR: ${record} cannot be read (`);
    await writeFile(record, text);
    server = await start();
    expect(await answers()).toBe(true);
  });
});
