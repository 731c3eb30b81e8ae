/** A database of version 0.1 is taken over by the baseline (docs/decisions/0027-migrations.md). */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { grantGateway } from '../../src/database/grants.ts';
import { compareMigrations, knownMigrations, migrate } from '../../src/database/migrate.ts';
import { APPLIED, SchemaVersion } from '../../src/database/schema-version.ts';
import { GATEWAY_ROLE } from '../../src/embedded-postgres/start.ts';
import { installQueue } from '../../src/jobs/worker.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { keepLines } from '../setup/log-lines.ts';
import { BEFORE_BASELINE, migrationFolder, namesIn } from '../setup/migrations.ts';
import { readCatalog, readRows } from './catalog.ts';

const silent = createLogger('silent');
const TAKEN_OVER =
  'the database of version 0.1 has the history of the baseline now; nothing else was changed';

const opened: TestDatabase[] = [];
afterAll(() => Promise.all(opened.map((database) => database.close())));

/** A database that version 0.1 migrated, up to `last`, with the rights of a gateway. */
async function earlier(last = '0030_typed_text'): Promise<TestDatabase> {
  const database = await createDatabase({ empty: true });
  opened.push(database);
  const folder = await migrationFolder(last);
  await migrate(database.db, { folder: folder.url });
  await folder.remove();
  await installQueue(database.url, silent);
  await sql`grant select on all tables in schema public to ${sql.id(GATEWAY_ROLE)}`.execute(
    database.db,
  );
  return database;
}

let replaced: string[];
let baseline: string[];
let database: TestDatabase;
beforeAll(async () => {
  replaced = await namesIn(BEFORE_BASELINE);
  baseline = (await knownMigrations()).filter((name) => name < '0200');
  database = await earlier();
});

/** Names and checksums of what was applied, in order. */
async function history({ db }: TestDatabase): Promise<unknown[]> {
  const { rows } = await sql`
    select m.name, encode(c.sha256, 'hex') as sha256 from kysely_migration m full join migration_checksums c using (name) order by 1`.execute(
    db,
  );
  return rows;
}

const applied = async ({ db }: TestDatabase): Promise<string[]> =>
  (
    await sql<{ applied: string[] }>`select ${sql.raw(APPLIED)} as applied`.execute(db)
  ).rows.flatMap((row) => row.applied);

/** What a process with these migrations tells of the database. */
async function told(known: readonly string[]): Promise<string> {
  const version = new SchemaVersion({ known, log: silent });
  await version.note(await applied(database));
  return version.line;
}

/** Expects that neither a migration nor a start of a gateway takes the database, and that nothing happens to its history. */
async function refused(one: TestDatabase, sentence: string): Promise<void> {
  const before = await applied(one);
  await expect(migrate(one.db)).rejects.toThrow(sentence);
  await expect(compareMigrations(one.gatewayDb)).rejects.toThrow(sentence);
  expect(await applied(one)).toEqual(before);
}

describe('A database that version 0.1 did not bring to its last migration', () => {
  it.each([
    ['0019_usage_grains', '0020_granting'],
    ['0029_operator_actor', '0030_typed_text'],
  ])('is refused at %s, with what to do first', async (last, missing) => {
    await refused(
      await earlier(last),
      `The database lacks the migration ${missing} of version 0.1: run banyan migrate of version 0.1 first, ` +
        'which brings the database to 0030_typed_text, and then this version.',
    );
  });
});

describe('A database of version 0.1', () => {
  /** Runs `work` after a change to the history, and takes the change back. */
  async function after(change: string, work: () => Promise<void>): Promise<void> {
    const kept = `create table kept_names as select * from kysely_migration; create table kept_checksums as select * from migration_checksums;`;
    const back = `truncate kysely_migration, migration_checksums; insert into kysely_migration select * from kept_names;
      insert into migration_checksums select * from kept_checksums; drop table kept_names, kept_checksums`;
    await sql.raw(`${kept} ${change}`).execute(database.db);
    await work();
    await sql.raw(back).execute(database.db);
  }

  it('is refused, with its name, when a migration was another one than that of version 0.1', () =>
    after(
      `update migration_checksums set sha256 = sha256('edited'::bytea) where name = '0005_usage'`,
      () =>
        refused(
          database,
          'The migration 0005_usage that this database applied is not the one of version 0.1',
        ),
    ));

  it('is refused when it lacks a checksum, which version 0.1 notes', () =>
    after(`delete from migration_checksums where name = '0005_usage'`, () =>
      refused(
        database,
        'The database lacks the migration 0005_usage of version 0.1 in its checksums: run banyan migrate of version 0.1 first',
      ),
    ));

  it('is refused, with its name, when it has a migration that no version knows', () =>
    after(`insert into kysely_migration (name, timestamp) values ('0031_own', '')`, () =>
      refused(database, 'The database has the migration 0031_own, whose file is missing.'),
    ));

  it('is refused when a newer version migrated it', () =>
    after(`insert into kysely_migration (name, timestamp) values ('9999_to_come', '')`, () =>
      refused(
        database,
        'The database has the migration 9999_to_come of a newer version and lacks 0100_text',
      ),
    ));

  it('lacks the baseline for a gateway that may not migrate, and for one that runs', async () => {
    expect(await compareMigrations(database.gatewayDb)).toEqual({
      missing: await knownMigrations(),
      newer: [],
    });
    expect(await told(await knownMigrations())).toBe(
      `the database lacks migrations of this version: ${(await knownMigrations()).join(', ')}`,
    );
    expect(await told(replaced)).toBe('');
  });

  it('keeps its history when it cannot be taken over as a whole', async () => {
    await sql
      .raw(
        `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no room'; end $$;
         create trigger refuse before insert on migration_checksums for each row when (new.name = '${baseline.at(-1)}') execute function refuse()`,
      )
      .execute(database.db);
    const before = await history(database);
    await expect(migrate(database.db)).rejects.toThrow('no room');
    expect(await history(database)).toEqual(before);
    await sql`drop trigger refuse on migration_checksums; drop function refuse()`.execute(
      database.db,
    );
  });

  it('is taken over by one of several processes, which changes its history and nothing else', async () => {
    const written = sql`select xmin::text, key from roles order by key`;
    const read = async () => [
      await readCatalog(database.db),
      await readRows(database.db),
      (await written.execute(database.db)).rows,
    ];
    const before = await read();
    const later = await migrationFolder('0199', { '0201_note': 'create table note_of_later ()' });
    const log = keepLines();
    const processes = Array.from({ length: 3 }, () =>
      connect({ url: database.url, poolSize: 1, log: silent }),
    );
    const only = await migrationFolder('0199');
    expect(
      await Promise.all(processes.map((db) => migrate(db, { folder: only.url, log: log.log }))),
    ).toEqual([[], [], []]);
    await Promise.all(processes.map((db) => db.destroy()));
    expect(log.lines(TAKEN_OVER)).toMatchObject([{ migrations: baseline }]);
    expect(await read()).toEqual(before);

    const fresh = await createDatabase({ empty: true });
    opened.push(fresh);
    await migrate(fresh.db, { folder: only.url });
    expect(await history(database)).toEqual(await history(fresh));
    expect(await migrate(database.db, { folder: later.url })).toEqual(['0201_note']);
    await sql`drop table note_of_later; delete from kysely_migration where name = '0201_note'`.execute(
      database.db,
    );
    await sql`delete from migration_checksums where name = '0201_note'`.execute(database.db);
    await Promise.all([only.remove(), later.remove()]);
  });

  it('is a newer one for version 0.1 from then on, which goes on beside it and does not start', async () => {
    await migrate(database.db);
    await grantGateway(database.db, GATEWAY_ROLE);
    const now = await knownMigrations();
    expect(await told(replaced)).toBe(
      `the database has migrations that this version does not know: ${now.join(', ')}`,
    );
    await expect(migrate(database.db, { folder: BEFORE_BASELINE })).rejects.toThrow(
      `The database has the migration 0100_text of a newer version and lacks ${replaced.join(', ')}: run banyan migrate of the newer version.`,
    );
    expect(await told(now)).toBe('');
    expect(await compareMigrations(database.gatewayDb)).toEqual({ missing: [], newer: [] });
  });
});
