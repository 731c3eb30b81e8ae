/**
 * Migrates a database to the newest schema: plain SQL files, each applied once, in the order of
 * their names (docs/decisions/0027-migrations.md).
 */
import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { Migrator, type Migration, type MigrationResultSet } from 'kysely/migration';
import { ConfigurationError, sqlState } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Database } from './connect.ts';
import { adopt, verifyApplied, noteChecksums } from './migration-history.ts';
import { one } from './rows.ts';

/** The folder with the migrations of this version. */
export const MIGRATIONS = new URL('../../migrations/', import.meta.url);

/** Key of the advisory lock held by the one process that migrates. */
const MIGRATION_LOCK = 7_309_173;
/**
 * How often waiting processes try to get the lock. A blocking statement would hold up anything that
 * waits for all earlier statements.
 */
const ASK_EVERY_MS = 200;

/**
 * How long a migration waits for a table lock, while callers wait behind it. It is shorter than the
 * second after which the server looks for a deadlock, so that the migration gives way rather than a
 * request.
 */
const LOCK_TIMEOUT_MS = 800;
const PAUSE_MS = 1_000;
/** How long a migration is retried; longer than any operation of a caller takes. */
const PATIENCE_MS = 60_000;

/** Reads the text of each migration, by name. */
async function readFiles(folder: URL): Promise<Map<string, string>> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  const texts = files.map(async (file): Promise<[string, string]> => [
    file.slice(0, -'.sql'.length),
    await readFile(new URL(file, folder), 'utf8'),
  ]);
  return new Map(await Promise.all(texts));
}

/** Returns the names of the migrations of this version. */
export async function knownMigrations(): Promise<string[]> {
  return [...(await readFiles(MIGRATIONS)).keys()];
}

export interface MigrateOptions {
  /** The new depth limit of the tree. It must not be less than the current depth. */
  maxTreeDepth?: number;
  /** The folder with the files, with a trailing slash; by default, those of this version. */
  folder?: URL;
  /** Receives messages while other sessions hold the locks. */
  log?: Logger;
  /** Stops waiting for another process that migrates. */
  stop?: AbortSignal | undefined;
  /** How long to try for table locks, in milliseconds; one minute by default. */
  patienceMs?: number;
}

/**
 * Applies the missing migrations, each file in its own transaction, and returns their names.
 * A database that version 0.1 migrated is adopted first: only its history changes. A database that
 * a newer version has migrated is left as it is, the depth limit included.
 * Several processes may call it at once: one works; the others wait and then find nothing to do. A
 * migration that does not get a table lock in time is rolled back and retried. Throws a
 * `ConfigurationError` that names the migration that failed; earlier ones stay applied.
 */
export async function migrate(
  db: Database,
  { maxTreeDepth, folder = MIGRATIONS, ...options }: MigrateOptions = {},
): Promise<string[]> {
  const files = await readFiles(folder);
  const migrated = await asOnlyMigrator(db, options, async (connection) => {
    await adopt(connection, files, options.log);
    const { applied, newer } = await verifyApplied(connection, files);
    if (newer.length > 0) return undefined;
    const names = await apply(connection, files, {
      ...options,
      count: files.size - applied.length,
      isNew: applied.length === 0,
    });
    await noteChecksums(connection, files, [...files.keys()]);
    return names;
  });
  if (maxTreeDepth !== undefined && migrated) await setMaxTreeDepth(db, maxTreeDepth);
  return migrated ?? [];
}

/**
 * Runs `work` on one connection while no other process migrates this database. Waits until others
 * are done. Calls may be nested on the same connection.
 */
export function asOnlyMigrator<Result>(
  db: Database,
  { log, stop }: Pick<MigrateOptions, 'log' | 'stop'>,
  work: (connection: Database) => Promise<Result>,
): Promise<Result> {
  return db.connection().execute(async (connection) => {
    const tryLock = sql<{ held: boolean }>`select pg_try_advisory_lock(${MIGRATION_LOCK}) as held`;
    for (let attempts = 1; !(await one(connection, tryLock)).held; attempts++) {
      stop?.throwIfAborted();
      if (attempts === 1) log?.info('another process migrates the database; this one waits for it');
      await pause(ASK_EVERY_MS);
    }
    try {
      return await work(connection);
    } finally {
      // A lost connection has already released the lock.
      await sql`select pg_advisory_unlock(${MIGRATION_LOCK})`
        .execute(connection)
        .catch(() => undefined);
    }
  });
}

/**
 * Applies the next `count` migrations. On a new database, where nobody waits, they share one
 * transaction.
 */
async function apply(
  connection: Database,
  files: ReadonlyMap<string, string>,
  {
    log,
    patienceMs = PATIENCE_MS,
    count,
    isNew,
  }: MigrateOptions & { count: number; isNew: boolean },
): Promise<string[]> {
  const up = (name: string, text: string): Migration['up'] => {
    return async (tx: Database) => {
      await sql`set local lock_timeout = ${sql.lit(LOCK_TIMEOUT_MS)}`.execute(tx);
      await sql.raw(text).execute(tx);
      await noteChecksums(tx, files, [name]);
    };
  };
  const migrations = Object.fromEntries(
    [...files].map(([name, text]): [string, Migration] => [name, { up: up(name, text) }]),
  );
  const migrator = new Migrator({
    db: connection,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  });
  const applied: string[] = [];
  let end = performance.now() + patienceMs;
  while (applied.length < count) {
    const set = await (isNew ? migrator.migrateToLatest() : migrator.migrateUp());
    if (set.error === undefined) {
      applied.push(...(set.results ?? []).map((result) => result.migrationName));
      end = performance.now() + patienceMs;
      continue;
    }
    const isHeldUp = HELD_UP.has(sqlState(set.error) ?? '');
    if (!isHeldUp || performance.now() >= end) throw failed(set, isHeldUp, patienceMs);
    log?.warn(
      { migration: nameOf(set) },
      'a migration gives way to sessions that hold a table, and is tried again',
    );
    await pause(PAUSE_MS);
  }
  return applied;
}

/** SQLSTATEs of a migration that was held up by other sessions: no lock in time, or a deadlock. */
const HELD_UP = new Set(['55P03', '40P01']);

/** The name of the migration that failed. */
const nameOf = ({ results = [] }: MigrationResultSet): string =>
  results.find((result) => result.status === 'Error')?.migrationName ?? '';

function failed(
  set: MigrationResultSet,
  isHeldUp: boolean,
  patienceMs: number,
): ConfigurationError {
  const { error } = set;
  const name = nameOf(set);
  if (isHeldUp)
    return new ConfigurationError(
      `The migration ${name} got no lock on a table in ${patienceMs / 1_000} seconds, because other sessions held it all that time; the migration was rolled back. ` +
        'pg_stat_activity shows the oldest transactions; run banyan migrate once they are over.',
    );
  const reason = error instanceof Error ? error.message : 'unknown reason';
  // None of them has failed if the connection was lost in between.
  return new ConfigurationError(
    name === '' ? `The migrations failed: ${reason}.` : `The migration ${name} failed: ${reason}.`,
  );
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Returns the names of the migrations that the database lacks, and of those of a newer version. It
 * only needs the right to read the list of applied ones. Throws a `ConfigurationError` if the applied
 * migrations do not match the files.
 */
export async function compareMigrations(
  db: Database,
): Promise<{ missing: string[]; newer: string[] }> {
  const files = await readFiles(MIGRATIONS);
  const { applied, newer } = await verifyApplied(db, files);
  const has = new Set(applied);
  return { missing: [...files.keys()].filter((name) => !has.has(name)), newer };
}

async function setMaxTreeDepth(db: Database, maxTreeDepth: number): Promise<void> {
  const current = await db
    .selectFrom('tree_settings')
    .select('max_depth')
    .executeTakeFirstOrThrow();
  if (current.max_depth === maxTreeDepth) return;
  const { deepest } = await db
    .selectFrom('organizations')
    .select((eb) => eb.fn.coalesce(eb.fn.max('depth'), eb.lit(0)).as('deepest'))
    .executeTakeFirstOrThrow();
  if (deepest > maxTreeDepth) {
    throw new ConfigurationError(
      `MAX_TREE_DEPTH cannot be ${maxTreeDepth}: the tree already has organizations ${deepest} levels deep.`,
    );
  }
  await db.updateTable('tree_settings').set({ max_depth: maxTreeDepth }).execute();
}
