import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate, missingMigrations } from '../../src/database/migrate.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.close());

/** Runs `work` after `change`, and takes the change back. */
async function after<Result>(change: string, back: string, work: () => Promise<Result>): Promise<Result> {
  await sql.raw(change).execute(database.db);
  try {
    return await work();
  } finally {
    await sql.raw(back).execute(database.db);
  }
}

describe('a database and the migrations of this version', () => {
  it('agree when nothing was changed, and again once they were noted', async () => {
    expect(await migrate(database.db)).toEqual([]);
    expect(await missingMigrations(database.gatewayDb)).toEqual([]);
    const { rows } = await sql<{ noted: boolean }>`
      select array(select name::text from kysely_migration order by 1) = array(select name from migration_checksums order by 1) as noted`.execute(
      database.db,
    );
    expect(rows).toEqual([{ noted: true }]);
  });

  it('are told apart, with its name, when a file was edited after it was applied', () =>
    after(
      `create table kept as select * from migration_checksums; update migration_checksums set sha256 = sha256('edited'::bytea) where name = '0005_usage'`,
      `update migration_checksums c set sha256 = k.sha256 from kept k where k.name = c.name; drop table kept`,
      async () => {
        const edited = /^The migration 0005_usage was edited after this database had applied it/;
        await expect(migrate(database.db)).rejects.toThrow(edited);
        await expect(missingMigrations(database.gatewayDb)).rejects.toThrow(edited);
      },
    ));

  it('are told apart, with its name, when the file of an applied one is missing', () =>
    after(
      `insert into kysely_migration (name, timestamp) values ('0005_was_here', '')`,
      `delete from kysely_migration where name = '0005_was_here'`,
      async () => {
        await expect(migrate(database.db)).rejects.toThrow('The database has the migration 0005_was_here, whose file is missing.');
        await expect(missingMigrations(database.gatewayDb)).rejects.toThrow('0005_was_here');
      },
    ));

  it('are told apart when a newer version has migrated the database', () =>
    after(
      `insert into kysely_migration (name, timestamp) values ('9999_to_come', '')`,
      `delete from kysely_migration where name = '9999_to_come'`,
      async () => {
        await expect(migrate(database.db)).rejects.toThrow(
          /newer than this version of Banyan, which does not know its migration 9999_to_come/,
        );
        await expect(missingMigrations(database.gatewayDb)).rejects.toThrow(/newer than this version/);
      },
    ));

  it('that has no checksums yet is given those of the files as they are', () =>
    after('create table kept as select * from migration_checksums; delete from migration_checksums', 'drop table kept', async () => {
      await migrate(database.db);
      const { rows } = await sql`select name, sha256 from migration_checksums except select name, sha256 from kept`.execute(database.db);
      expect(rows).toEqual([]);
      expect((await sql`select name from migration_checksums`.execute(database.db)).rows.length).toBeGreaterThan(20);
    }));
});
