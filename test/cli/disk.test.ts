/** Disks that are full or cannot be written. They are small ones in memory, which only root may mount; others skip this. */
import { execFile } from 'node:child_process';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { bootstrapPartner, createBelow } from '../setup/partner.ts';
import { sized } from '../setup/size.ts';
import { serversOver } from './data-folder.ts';
import { run, serve } from './run.ts';

const execute = promisify(execFile);

const MEGABYTE = 1_024 * 1_024;

const disks: string[] = [];

/** Mounts a disk; undefined where that is not permitted. */
async function mount(megabytes: number): Promise<string | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-disk-'));
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder]);
    disks.push(folder);
    return folder;
  } catch {
    await rm(folder, { recursive: true });
    return undefined;
  }
}

const remount = (disk: string, options: string): Promise<unknown> =>
  execute('mount', ['-o', `remount,${options}`, disk]);

afterAll(async () => {
  for (const disk of disks) {
    await execute('umount', ['--lazy', disk]);
    await rm(disk, { recursive: true });
  }
});

const probe = await mount(1);
if (probe === undefined)
  process.stdout.write('Tests of full disks are skipped: this account may not mount any.\n');

describe.skipIf(probe === undefined)('A disk', () => {
  const sizes: [string, number][] = [
    ['the files of the database', 8],
    ['its log, which ends the server', 50],
  ];
  if (sized(0, 1) === 1) sizes.push(['its tables', 42]);
  it.each(sizes)(
    'that has no room for %s on the first start is named, and the next start works when it has',
    async (_what, megabytes) => {
      const disk = (await mount(megabytes)) ?? '';
      const dataDir = path.join(disk, 'data');
      const { code, stderr } = await run(['serve'], {
        DATA_DIR: dataDir,
        PORT: '0',
        LOG_LEVEL: 'silent',
      });
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(
          /^banyan: [^\n]*(no room left|no space is left|No space left)[^\n]*\n$/,
        ),
      });
      expect(await serversOver(dataDir)).toEqual([]);
      await remount(disk, 'size=300m');
      expect(await run(['migrate'], { DATA_DIR: dataDir, LOG_LEVEL: 'silent' })).toMatchObject({
        code: 0,
        stderr: '',
      });
      expect(await serversOver(dataDir)).toEqual([]);
    },
  );

  it('that is full later lets no write through, and heals when there is room; one that is read-only is named', async () => {
    const disk = (await mount(300)) ?? '';
    const environment = { DATA_DIR: path.join(disk, 'data'), PORT: '0', LOG_LEVEL: 'silent' };
    const partner = await bootstrapPartner(environment);
    const gateway = await serve(environment);
    let asked = 0;
    const create = async (): Promise<unknown> => {
      const slug = `new-${asked++}`;
      const { errors } = await createBelow(gateway.url, partner, { name: slug.repeat(10), slug });
      return errors?.[0]?.extensions;
    };
    expect(await create()).toBeUndefined();
    await fill(path.join(disk, 'filler'));
    await expect
      .poll(create, { interval: 1, timeout: 60_000 })
      .toMatchObject({ code: 'UNAVAILABLE', outcome: 'NOTHING_CHANGED' });
    await rm(path.join(disk, 'filler'));
    expect(await create()).toBeUndefined();
    expect(await gateway.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
    expect(await run(['check'], environment)).toMatchObject({ code: 0, stderr: '' });

    await remount(disk, 'ro');
    const { code, stderr } = await run(['serve'], environment);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^banyan: DATA_DIR cannot be written: [^\n]* \(EROFS: read-only file system, [^\n]*\n$/,
    );
    expect(await readdir(environment.DATA_DIR)).toContain('postgres.json');
  });
});

/** Writes a file until the disk is full. */
async function fill(file: string): Promise<void> {
  const filler = await open(file, 'w');
  const block = Buffer.alloc(MEGABYTE);
  try {
    for (;;) await filler.write(block);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    await filler.close();
  }
}
