/** An installation as it is made for production: from the lockfile, without development packages. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { it } from '../setup/fixtures.ts';

const execute = promisify(execFile);

const root = path.join(import.meta.dirname, '..', '..');
const PARTS = ['src', 'migrations', 'package.json', 'package-lock.json', '.npmrc'];

let folder: string;
/** Without what npm and vitest have put there for this process, the runtime of this installation included. */
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE|VITEST|DATABASE_URL|REDIS_URL)/.test(name),
  ),
);
const PATH = (inherited['PATH'] ?? '')
  .split(path.delimiter)
  .filter((entry) => !entry.includes('node_modules'))
  .join(path.delimiter);
const environment = { ...inherited, PATH };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'banyan-production-'));
  for (const part of PARTS)
    await cp(path.join(root, part), path.join(folder, part), { recursive: true });
  await execute('npm', ['ci'], { cwd: folder, env: { ...environment, NODE_ENV: 'production' } });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('A production installation', () => {
  it('has no development packages', async () => {
    const installed = await readdir(path.join(folder, 'node_modules'));
    expect(installed).toContain('node');
    expect(installed).not.toContain('vitest');
    expect(installed).not.toContain('prettier');
  });

  it('says its version, with the runtime that it brings', async () => {
    const { stdout } = await execute('npm', ['run', '--silent', 'banyan', '--', '--version'], {
      cwd: folder,
      env: environment,
    });
    expect(stdout).toBe(`${packageJson.version}\n`);
    const runtime = path.join(folder, 'node_modules', '.bin', 'node');
    expect((await execute(runtime, ['--version'])).stdout.trim()).toBe(
      `v${packageJson.dependencies.node}`,
    );
  });

  it('starts the gateway, which answers, and stops it in an orderly way', async ({ database }) => {
    // The server of the tests is not durable, which production refuses.
    const child = spawn('npm', ['start'], {
      cwd: folder,
      env: { ...environment, DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'error' },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let printed = '';
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        const [, found] = /Banyan is ready: (\S+)/.exec(printed) ?? [];
        if (found) resolve(found);
      });
      child.once('exit', () => reject(new Error(`npm start ended: ${printed}`)));
    });
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
    // The gateway writes to it as well: it is closed when both have ended.
    const ended = once(child, 'close');
    // All of its group, as a terminal does.
    process.kill(-(child.pid ?? 0), 'SIGTERM');
    await ended;
    await expect(fetch(url)).rejects.toThrow();
  });
});
