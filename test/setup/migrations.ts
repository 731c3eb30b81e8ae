/** Folders of migrations: those of this version up to some point, or with one more. */
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MIGRATIONS } from '../../src/database/migrate.ts';

export interface MigrationFolder {
  url: URL;
  /** Names of the migrations in it, in order. */
  names: string[];
  remove(): Promise<void>;
}

/** Makes a folder with the migrations up to `last` (all when absent), and `more` by name. */
export async function migrationFolder(last?: string, more: Record<string, string> = {}): Promise<MigrationFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-migrations-'));
  const files = (await readdir(MIGRATIONS))
    .filter((file) => file.endsWith('.sql') && (last === undefined || file <= `${last}.sql`))
    .toSorted();
  await Promise.all(files.map((file) => copyFile(fileURLToPath(new URL(file, MIGRATIONS)), path.join(folder, file))));
  await Promise.all(Object.entries(more).map(([name, text]) => writeFile(path.join(folder, `${name}.sql`), text)));
  return {
    url: pathToFileURL(`${folder}/`),
    names: [...files.map((file) => file.slice(0, -'.sql'.length)), ...Object.keys(more)],
    remove: () => rm(folder, { recursive: true }),
  };
}
