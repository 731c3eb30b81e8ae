/** Which migrations a database has, with the checksums of their files as they were applied. */
import { hash } from 'node:crypto';
import { sql } from 'kysely';
import { ConfigurationError } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import {
  isBaseline,
  isReplaced,
  replaceHistory,
  requireAllReplaced,
  type AppliedMigration,
} from './baseline.ts';
import type { Database } from './connect.ts';
import { many, one } from './rows.ts';

/** What a database has of the migrations of some files, by name and in order. */
export interface AppliedMigrations {
  applied: string[];
  /** Migrations that come after all of the files: a newer version applied them. */
  newer: string[];
}

/**
 * Returns the migrations that the database has of these files, and those of a newer version. Throws
 * a `ConfigurationError` that names the first one whose file is missing or has changed since it was
 * applied, and what a database of a newer version lacks.
 */
export async function verifyApplied(
  db: Database,
  files: ReadonlyMap<string, string>,
): Promise<AppliedMigrations> {
  const history = await readHistory(db);
  const applied = history.filter(({ name }) => files.has(name));
  const newest = [...files.keys()].at(-1) ?? '';
  const unfiled = history.filter(({ name }) => !files.has(name)).map(({ name }) => name);
  const newer = unfiled.filter((name) => name > newest);
  const unknown = unfiled.filter((name) => name <= newest);
  const missing = unknown.find((name) => !isReplaced(name) || hasReplaced(files));
  if (missing !== undefined)
    throw new ConfigurationError(
      `The database has the migration ${missing}, whose file is missing.`,
    );
  if (unknown.length > 0) requireAllReplaced(history);
  for (const { name, sha256 } of applied) {
    if (sha256 && !checksum(files.get(name) ?? '').equals(sha256))
      throw new ConfigurationError(
        `The migration ${name} was edited after this database had applied it: restore its file, and add a new migration for the change.`,
      );
  }
  const has = new Set(applied.map(({ name }) => name));
  const lacking = [...files.keys()].filter((name) => !has.has(name));
  // Migrations run in the order of their names, so this version cannot add them below the newer ones.
  if (newer.length > 0 && lacking.length > 0)
    throw new ConfigurationError(
      `The database has the migration ${newer[0]} of a newer version and lacks ${lacking.join(', ')}: run banyan migrate of the newer version.`,
    );
  return { applied: [...has], newer };
}

/** Whether the files are those of version 0.1 themselves. */
const hasReplaced = (files: ReadonlyMap<string, string>): boolean =>
  [...files.keys()].some(isReplaced);

/** The migrations that the database has, whoever applied them, by name. */
async function readHistory(db: Database): Promise<AppliedMigration[]> {
  const tables = await one(
    db,
    sql<{ migrated: boolean; noted: boolean }>`
      select to_regclass('kysely_migration') is not null as migrated, to_regclass('migration_checksums') is not null as noted`,
  );
  if (!tables.migrated) return [];
  const sha256 = tables.noted
    ? sql`(select c.sha256 from migration_checksums c where c.name = m.name)`
    : sql`null::bytea`;
  return many(
    db,
    sql<AppliedMigration>`select m.name, ${sha256} as sha256 from kysely_migration m order by m.name`,
  );
}

/**
 * Gives a database that has all migrations of version 0.1 the history of the baseline, which makes
 * the same.
 */
export async function adopt(
  connection: Database,
  files: ReadonlyMap<string, string>,
  log?: Logger,
): Promise<void> {
  const history = await readHistory(connection);
  if (hasReplaced(files) || !history.some(({ name }) => isReplaced(name))) return;
  await verifyApplied(connection, files);
  const baseline = [...files.keys()].filter(isBaseline);
  await connection.transaction().execute(async (tx) => {
    await replaceHistory(tx, baseline);
    await noteChecksums(tx, files, baseline);
  });
  log?.info(
    { migrations: baseline },
    'the database of version 0.1 has the history of the baseline now; nothing else was changed',
  );
}

/**
 * Records the checksums of applied migrations, once the table for them exists. For a database from
 * before checksums, it records those of the current files.
 */
export async function noteChecksums(
  db: Database,
  files: ReadonlyMap<string, string>,
  names: readonly string[],
): Promise<void> {
  const { exists } = await one(
    db,
    sql<{ exists: boolean }>`select to_regclass('migration_checksums') is not null as exists`,
  );
  if (!exists) return;
  await sql`
    insert into migration_checksums (name, sha256)
    select * from unnest(${names}::text[], ${names.map((name) => checksum(files.get(name) ?? ''))}::bytea[])
    on conflict do nothing`.execute(db);
}

function checksum(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
