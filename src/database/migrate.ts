/** Brings a database to the newest schema: plain SQL files, each applied once, in order of their names. */
import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration';
import { StartError } from '../errors.ts';
import type { Database } from './connect.ts';

const folder = new URL('../../migrations/', import.meta.url);

const sqlFiles: MigrationProvider = {
  async getMigrations() {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
    const migrations: Record<string, Migration> = {};
    for (const name of names) {
      const text = await readFile(new URL(name, folder), 'utf8');
      migrations[name.slice(0, -'.sql'.length)] = { up: async (db) => void (await sql.raw(text).execute(db)) };
    }
    return migrations;
  },
};

/**
 * Applies what is missing and returns the names of what was applied. Several processes may call it at once: one
 * works, the others wait. `maxTreeDepth`, when given, becomes the depth limit of the tree; it may not be less than
 * the depth that the tree has.
 */
export async function migrate(db: Database, maxTreeDepth?: number): Promise<string[]> {
  const { error, results = [] } = await new Migrator({ db, provider: sqlFiles }).migrateToLatest();
  const failed = results.find((result) => result.status === 'Error');
  if (error)
    throw new StartError(
      `The migration ${failed?.migrationName ?? ''} failed: ${error instanceof Error ? error.message : 'unknown reason'}.`,
    );
  if (maxTreeDepth !== undefined) await setMaxTreeDepth(db, maxTreeDepth);
  return results.map((result) => result.migrationName);
}

/** Names of the migrations that the database lacks; it needs no more than the right to read which it has. */
export async function missingMigrations(db: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const applied = new Set(rows.map(({ name }) => name));
  return Object.keys(await sqlFiles.getMigrations()).filter((name) => !applied.has(name));
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
