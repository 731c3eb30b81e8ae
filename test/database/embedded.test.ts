import { chmod, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { startEmbedded } from '../../src/embedded-postgres/start.ts';
import { makeDataFolder } from '../cli/data-folder.ts';

async function rows(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded server', () => {
  it.each([
    ['open to everybody', 0o755],
    ['open to its owner only', 0o700],
  ])(
    'keeps its data in a folder that is %s, also when the folder is moved',
    async (_name, mode) => {
      const dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-embedded-'));
      await chmod(dataDir, mode);
      const first = await startEmbedded({ dataDir });
      await rows(first.ownerUrl, 'create table kept as select 42 as answer');
      await first.stop();
      const moved = `${dataDir}-moved`;
      await rename(dataDir, moved);
      const second = await startEmbedded({ dataDir: moved });
      expect(await rows(second.ownerUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
      expect(
        await rows(second.url, `select current_setting('listen_addresses') as addresses`),
      ).toEqual([{ addresses: '127.0.0.1' }]);
      const { password } = JSON.parse(
        await readFile(path.join(moved, 'postgres.json'), 'utf8'),
      ) as { password: string };
      await expect(rows(second.ownerUrl.replace(password, 'guessed'), 'select 1')).rejects.toThrow(
        'password authentication failed',
      );
      await expect(rows(second.url.replace(/:[^:@]+@/, ':guessed@'), 'select 1')).rejects.toThrow(
        'password authentication failed',
      );
      await second.discard();
    },
  );

  it('belongs to one process: a second is refused, unless it only shares it', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-embedded-'));
    const owner = await startEmbedded({ dataDir });
    await expect(startEmbedded({ dataDir })).rejects.toThrow(
      'DATA_DIR is in use by another running process',
    );
    const guest = await startEmbedded({ dataDir, shared: true });
    expect(guest.url).toBe(owner.url);
    expect(guest.ownerUrl).toBe(owner.ownerUrl);
    await guest.stop();
    expect(await rows(owner.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await owner.discard();
  });

  it('gives gateways a role of their own that owns nothing, also over a folder from before there was one', async () => {
    const dataDir = await makeDataFolder('embedded');
    const first = await startEmbedded({ dataDir });
    const role = `select rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls from pg_roles where rolname = current_user`;
    const modest = {
      rolname: 'banyan_gateway',
      rolsuper: false,
      rolcreatedb: false,
      rolcreaterole: false,
      rolreplication: false,
      rolbypassrls: false,
    };
    expect(await rows(first.url, role)).toEqual([modest]);
    await expect(rows(first.url, 'create table own (id integer)')).rejects.toThrow(
      'permission denied',
    );
    await rows(first.ownerUrl, 'drop role banyan_gateway');
    await first.stop();
    const file = path.join(dataDir, 'postgres.json');
    const { gatewayPassword: _, ...older } = JSON.parse(await readFile(file, 'utf8')) as Record<
      string,
      string
    >;
    await writeFile(file, JSON.stringify(older));
    const second = await startEmbedded({ dataDir });
    expect(await rows(second.url, role)).toEqual([modest]);
    await second.stop();
    const third = await startEmbedded({ dataDir });
    expect(third.url.replace(/:\d+\//, '')).toBe(second.url.replace(/:\d+\//, ''));
    expect(await rows(third.url, role)).toEqual([modest]);
    await third.discard();
  });
});
