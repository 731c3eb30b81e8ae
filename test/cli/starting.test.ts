/** Starts that are given up or refused, and gateways whose embedded database is killed. `serve.test.ts` has a first start. */
import { mkdtemp, readFile, readdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/read.ts';
import { startEmbedded } from '../../src/embedded-postgres/start.ts';
import { sized } from '../setup/size.ts';
import { postmasterOf, removeDataFolder, serverFolder, serversOver } from './data-folder.ts';
import {
  begin,
  run,
  runHere,
  serve,
  startWorkerProcess,
  type Finished,
  type Starting,
} from './run.ts';

const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-starting-'));
  folders.push(folder);
  return folder;
}

afterAll(async () => {
  for (const folder of folders) await removeDataFolder(folder);
});

async function until(isSo: () => Promise<boolean> | boolean, starting?: Starting): Promise<void> {
  void starting?.finished.then((end) => (ended = end));
  let ended: Finished | undefined;
  // Asking without a pause would take the processor from the process that is waited for.
  while (!(await isSo())) {
    if (ended) throw new Error(`ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let dataDir: string;
beforeAll(async () => {
  dataDir = await newFolder();
  // With an organization of its own, a gateway plants no demonstration, which takes most of a first start.
  const made = await runHere(
    ['bootstrap', '--slug', 'partner', '--name', 'Partner', '--email', 'a@partner.example'],
    {
      DATA_DIR: dataDir,
    },
  );
  expect(made).toMatchObject({ code: 0, stderr: '' });
});

/** Stops a start at some moment and expects that nothing of it is left. */
async function givenUp(
  folder: string,
  moment: (starting: Starting) => Promise<void>,
  signal: NodeJS.Signals,
): Promise<void> {
  const starting = begin(['serve'], { DATA_DIR: folder, PORT: '0' });
  await moment(starting);
  starting.signal(signal);
  const { code, stderr } = await starting.finished;
  // Before the first line of ours runs, the signal itself ends the process.
  expect({ code: code ?? 0, failed: stderr.includes('banyan:') }).toEqual({
    code: 0,
    failed: false,
  });
  expect(await serversOver(folder)).toEqual([]);
}

describe('A start that is given up', () => {
  it('leaves no server behind while the database is made, and the next one works', async () => {
    const folder = await newFolder();
    await givenUp(
      folder,
      (starting) => until(() => starting.printed().includes('First start'), starting),
      'SIGINT',
    );
    // The record is written before the server is started for the first time.
    await givenUp(
      folder,
      (starting) => until(async () => (await serverFolder(folder)) !== undefined, starting),
      'SIGTERM',
    );
  });

  it('leaves no server behind at whatever moment it is asked to stop', async () => {
    for (let round = 0; round < sized(3, 50); round++) {
      const wait = Math.random() * 2_000;
      await givenUp(
        dataDir,
        () => new Promise((resolve) => setTimeout(resolve, wait)),
        round % 2 === 0 ? 'SIGTERM' : 'SIGINT',
      );
    }
  });

  it('leaves no server behind when it is asked twice', async () => {
    const starting = begin(['serve'], { DATA_DIR: dataDir, PORT: '0' });
    await until(async () => (await serversOver(dataDir)).length > 0, starting);
    starting.signal('SIGTERM');
    starting.signal('SIGINT');
    await starting.finished;
    await until(async () => (await serversOver(dataDir)).length === 0);
  });
});

describe('A gateway whose embedded database was killed', () => {
  it.each([
    ['at once', 0],
    ['while it is started again', 150],
  ])('ends soon and with 0 when it is asked to stop %s', async (_when, wait) => {
    const gateway = await serve({ DATA_DIR: dataDir });
    process.kill(await postmasterOf(dataDir), 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, wait));
    const at = performance.now();
    const { code } = await gateway.end('SIGTERM');
    expect(code).toBe(0);
    expect(performance.now() - at).toBeLessThan(5_000);
    expect(await serversOver(dataDir)).toEqual([]);
    // The next start, of the test below, finds the data again.
  });

  it('ends with the reason and a code other than 0 when the database cannot be started again, and so does a worker', async () => {
    for (const start of [serve, startWorkerProcess]) {
      const running = await start({ DATA_DIR: dataDir, LOG_LEVEL: 'silent' });
      const folder = (await serverFolder(dataDir)) ?? '';
      const postmaster = await postmasterOf(dataDir);
      await rename(folder, `${folder}-elsewhere`);
      process.kill(postmaster, 'SIGKILL');
      const { code, stderr } = await running.finished;
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^banyan: DATA_DIR: the files of the embedded PostgreSQL are gone: [^\n]*\n$/,
      );
      await rename(`${folder}-elsewhere`, folder);
    }
  });

  it('ends with 0 when it is asked to stop while the database cannot be started again', async () => {
    const gateway = await serve({ DATA_DIR: dataDir });
    const folder = (await serverFolder(dataDir)) ?? '';
    const postmaster = await postmasterOf(dataDir);
    // Nothing can be started over a file where there should be a folder.
    await rename(path.join(folder, 'pg_wal'), path.join(folder, 'pg_wal-elsewhere'));
    process.kill(postmaster, 'SIGKILL');
    await until(async () =>
      (await readFile(path.join(folder, 'server.log'), 'utf8')).includes('pg_wal" does not exist'),
    );
    const { code } = await gateway.end('SIGTERM');
    expect(code).toBe(0);
    await rename(path.join(folder, 'pg_wal-elsewhere'), path.join(folder, 'pg_wal'));
    await (await startEmbedded({ dataDir })).stop();
  });
});

describe('In production', () => {
  it.each([
    [{}, /^banyan: DATABASE_URL is missing: .*\n$/],
    [{ DATABASE_URL: '' }, /^banyan: DATABASE_URL is missing: .*\n$/],
    [
      { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
      /^banyan: INVITATION_URL is missing: .*\n$/,
    ],
  ])('a gateway with %o is refused in one sentence', async (settings, sentence) => {
    const folder = await newFolder();
    const { code, stdout, stderr } = await runHere(['serve'], {
      NODE_ENV: 'production',
      DATA_DIR: folder,
      PORT: '0',
      ...settings,
    });
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(sentence),
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('A password', () => {
  it.each([
    'jdbc:postgresql://banyan:swordfish@db.example/banyan',
    '"postgres://banyan:swordfish@db.example/banyan"',
    'mysql://banyan:swordfish@db.example/banyan',
    'postgres://banyan:swordfish@db.example:port/banyan',
    'postgres://banyan:swordfish/1@db.example/banyan',
  ])('in the address %s, which does not parse, is not in the sentence that refuses it', (url) => {
    for (const settings of [
      { DATABASE_URL: url },
      { DATABASE_URL: 'postgres://db.example/banyan', DATABASE_MIGRATION_URL: url },
    ]) {
      expect(() => readConfig(settings)).toThrow(
        /^DATABASE_(MIGRATION_)?URL is not valid: must be (?!.*swordfish)/,
      );
    }
  });

  it('is in nothing that a command prints about an address', async () => {
    for (const [start, url] of [
      [runHere, 'jdbc:postgresql://banyan:swordfish@db.example/banyan'],
      [runHere, 'postgres://banyan:swordfish@127.0.0.1:1/banyan'],
      [run, 'postgres://banyan:swordfish@127.0.0.1:1/banyan'],
    ] as const) {
      const { code, stdout, stderr } = await start(['migrate'], { DATABASE_URL: url });
      expect({ code, stdout, stderr }).toEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^banyan: DATABASE_URL [^\n]+\n$/),
      });
      expect(stderr).not.toContain('swordfish');
    }
  });
});
