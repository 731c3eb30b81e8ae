/** An installation as deploy/install.sh makes it, but for its packages: `installed.nightly.test.ts` has those as well. */
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { run, serve, type Account } from '../cli/run.ts';
import { it } from '../setup/fixtures.ts';

const execute = promisify(execFile);
const root = path.join(import.meta.dirname, '..', '..');
const script = path.join(root, 'deploy', 'install.sh');

let folder: string;
let app: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'banyan-installed-'));
  app = path.join(folder, 'app');
  await execute(script, ['--without-packages', app]);
  await chmod(folder, 0o755);
});
afterAll(async () => {
  await execute('chmod', ['-R', 'u+w', folder]);
  await rm(folder, { recursive: true });
});

/** An account that owns nothing, if these tests may change to it and it can read the runtime. */
async function ordinaryAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = await readFile('/etc/passwd', 'utf8');
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(accounts) ?? [];
  const account = { uid: Number(uid), gid: Number(gid) };
  const tried = spawnSync(process.execPath, ['--version'], account);
  return tried.status === 0 ? account : undefined;
}

describe('An installation', () => {
  it('has what runs and nothing that builds or tests it, written by nobody', async () => {
    const parts = ['.npmrc', 'LICENSE', 'dist', 'migrations', 'package-lock.json', 'package.json'];
    expect((await readdir(app)).toSorted()).toEqual([...parts, 'src']);
    const files = await readdir(app, { recursive: true });
    for (const file of [...files, '.'])
      expect((await stat(path.join(app, file))).mode & 0o222).toBe(0);
    for (const file of ['src/main.ts', 'dist/console/index.html', 'migrations/0100_text.sql'])
      expect(files).toContain(file);
  });

  it('is refused in a folder that has something in it', async () => {
    await expect(execute(script, ['--without-packages', app])).rejects.toMatchObject({
      code: 1,
      stderr: `install.sh: ${app} is not empty\n`,
    });
  });

  it('serves the API, the console and /ready as an account that can write nothing, with secrets in files', async ({
    database,
  }) => {
    await execute('chmod', ['u+w', app]);
    await symlink(path.join(root, 'node_modules'), path.join(app, 'node_modules'));
    await execute('chmod', ['u-w', app]);
    const cli = path.join(app, 'src', 'main.ts');
    const secret = path.join(folder, 'database-url');
    await writeFile(secret, `${database.gatewayUrl}\n`);
    const environment = { DATABASE_URL_FILE: secret, MIGRATE: 'check', WORKER: 'separate' };
    const account = await ordinaryAccount();
    const gateway = await serve(environment, cli, account);
    if (account)
      expect(await readFile(`/proc/${gateway.pid}/status`, 'utf8')).toContain(
        `\nUid:\t${account.uid}\t`,
      );
    const get = (address: string) => fetch(new URL(address, gateway.url));
    expect(await (await get('/health')).text()).toBe('ok\n');
    expect(await (await get('/ready')).json()).toMatchObject({
      status: 'ready',
      schema: { state: 'current' },
    });
    expect(await (await get('/console/')).text()).toContain('/console/_files/');
    const { code, stderr } = await gateway.end('SIGTERM');
    expect(code).toBe(0);
    expect(stderr).not.toContain('"level":50');
    expect(await readdir(app)).not.toContain('.data');
    // What the image runs instead, to migrate and to do jobs.
    expect(await run(['migrate'], { DATABASE_URL: database.url }, cli)).toMatchObject({
      code: 0,
      stdout: 'The database is up to date.\n',
    });
  });
});
