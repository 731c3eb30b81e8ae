/** Brings a database to the newest schema: plain SQL files, each applied once, in order of their names. */
import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { StartError } from '../errors.ts';
import type { Database } from './connect.ts';

const folder = new URL('../../migrations/', import.meta.url);

/** The text of each migration, by its name. */
async function readFiles(): Promise<Map<string, string>> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  const texts = files.map(async (file): Promise<[string, string]> => [
    file.slice(0, -'.sql'.length),
    await readFile(new URL(file, folder), 'utf8'),
  ]);
  return new Map(await Promise.all(texts));
}

/**
 * Applies what is missing and returns the names of what was applied. Several processes may call it at once: one
 * works, the others wait. `maxTreeDepth`, when given, becomes the depth limit of the tree; it may not be less than
 * the depth that the tree has.
 */
export async function migrate(db: Database, maxTreeDepth?: number): Promise<string[]> {
  const files = await readFiles();
  await checkApplied(db, files);
  const migrations = Object.fromEntries(
    [...files].map(([name, text]): [string, Migration] => [name, { up: async (tx) => void (await sql.raw(text).execute(tx)) }]),
  );
  const { error, results = [] } = await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  }).migrateToLatest();
  const failed = results.find((result) => result.status === 'Error');
  if (error)
    throw new StartError(
      `The migration ${failed?.migrationName ?? ''} failed: ${error instanceof Error ? error.message : 'unknown reason'}.`,
    );
  await noteChecksums(db, files);
  if (maxTreeDepth !== undefined) await setMaxTreeDepth(db, maxTreeDepth);
  return results.map((result) => result.migrationName);
}

/**
 * Names of the migrations that the database lacks; it needs no more than the right to read which it has. Throws a
 * `StartError` when what it has is not what the files are.
 */
export async function missingMigrations(db: Database): Promise<string[]> {
  const files = await readFiles();
  const applied = new Set(await checkApplied(db, files));
  return [...files.keys()].filter((name) => !applied.has(name));
}

/**
 * The migrations that the database has. A `StartError` names the first that is unknown here, because a newer version
 * applied it or its file is gone, or whose file is not what was applied.
 */
async function checkApplied(db: Database, files: ReadonlyMap<string, string>): Promise<string[]> {
  const { rows } = await sql<{ migrated: boolean; noted: boolean }>`
    select to_regclass('kysely_migration') is not null as migrated, to_regclass('migration_checksums') is not null as noted`.execute(db);
  if (!rows[0]?.migrated) return [];
  const applied = (await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)).rows.map(({ name }) => name);
  const newest = [...files.keys()].at(-1) ?? '';
  const unknown = applied.find((name) => !files.has(name));
  if (unknown !== undefined && unknown > newest)
    throw new StartError(
      `The database is newer than this version of Banyan, which does not know its migration ${unknown}: run the newer version.`,
    );
  if (unknown !== undefined) throw new StartError(`The database has the migration ${unknown}, whose file is missing.`);
  if (!rows[0].noted) return applied;
  const { rows: checksums } = await sql<{
    name: string;
    sha256: Buffer;
  }>`select name, sha256 from migration_checksums order by name`.execute(db);
  for (const { name, sha256 } of checksums) {
    if (!checksum(files.get(name) ?? '').equals(sha256))
      throw new StartError(
        `The migration ${name} was edited after this database had applied it: restore its file, and add a migration for what is to change.`,
      );
  }
  return applied;
}

/** Notes what was applied. Of a database from before checksums, what its files are now. */
async function noteChecksums(db: Database, files: ReadonlyMap<string, string>): Promise<void> {
  const names = [...files.keys()];
  await sql`
    insert into migration_checksums (name, sha256)
    select * from unnest(${names}::text[], ${names.map((name) => checksum(files.get(name) ?? ''))}::bytea[])
    on conflict do nothing`.execute(db);
}

function checksum(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

async function setMaxTreeDepth(db: Database, maxTreeDepth: number): Promise<void> {
  const current = await db.selectFrom('tree_settings').select('max_depth').executeTakeFirstOrThrow();
  if (current.max_depth === maxTreeDepth) return;
  const { deepest } = await db
    .selectFrom('organizations')
    .select((eb) => eb.fn.coalesce(eb.fn.max('depth'), eb.lit(0)).as('deepest'))
    .executeTakeFirstOrThrow();
  if (deepest > maxTreeDepth) {
    throw new StartError(`MAX_TREE_DEPTH cannot be ${maxTreeDepth}: the tree already has organizations ${deepest} levels deep.`);
  }
  await db.updateTable('tree_settings').set({ max_depth: maxTreeDepth }).execute();
}
