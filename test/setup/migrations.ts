/** Folders of migrations: those of this version or those before the baseline, up to some point, or with one more. */
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MIGRATIONS } from '../../src/database/migrate.ts';

/** The migrations of version 0.1, which the baseline replaced (docs/decisions/0027-migrations.md). */
export const BEFORE_BASELINE = new URL('../fixtures/migrations-0030/', import.meta.url);

export interface MigrationFolder {
  url: URL;
  /** Names of the migrations in it, in order. */
  names: string[];
  remove(): Promise<void>;
}

/** Names of the migrations in a folder, in order. */
export const namesIn = async (folder: URL): Promise<string[]> =>
  (await readdir(folder))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .toSorted();

/**
 * Makes a folder with the migrations up to `last` (all of this version when absent), and `more` by name. What comes before
 * the baseline is taken from version 0.1.
 */
export async function migrationFolder(
  last?: string,
  more: Record<string, string> = {},
): Promise<MigrationFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-migrations-'));
  const from = last !== undefined && last < '0100' ? BEFORE_BASELINE : MIGRATIONS;
  const names = (await namesIn(from)).filter((name) => last === undefined || name <= last);
  await Promise.all(
    names.map((name) =>
      copyFile(fileURLToPath(new URL(`${name}.sql`, from)), path.join(folder, `${name}.sql`)),
    ),
  );
  await Promise.all(
    Object.entries(more).map(([name, text]) => writeFile(path.join(folder, `${name}.sql`), text)),
  );
  return {
    url: pathToFileURL(`${folder}/`),
    names: [...names, ...Object.keys(more)],
    remove: () => rm(folder, { recursive: true }),
  };
}
