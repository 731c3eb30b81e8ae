import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Database } from '../../src/database/connect.ts';
import { compareMigrations, knownMigrations, migrate } from '../../src/database/migrate.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { keepLines } from '../setup/log-lines.ts';
import { BEFORE_BASELINE, migrationFolder } from '../setup/migrations.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.close());

/** Another process' connection to the database. */
const connectionTo = ({ url }: TestDatabase): Database =>
  connect({ url, poolSize: 1, log: createLogger('silent') });

/** Runs `work` after `change`, and takes the change back. */
async function after<Result>(
  change: string,
  back: string,
  work: () => Promise<Result>,
): Promise<Result> {
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
    expect(await compareMigrations(database.gatewayDb)).toEqual({ missing: [], newer: [] });
    const { rows } = await sql<{ noted: boolean }>`
      select array(select name::text from kysely_migration order by 1) = array(select name from migration_checksums order by 1) as noted`.execute(
      database.db,
    );
    expect(rows).toEqual([{ noted: true }]);
  });

  it('are told apart, with its name, when a file was edited after it was applied', () =>
    after(
      `create table kept as select * from migration_checksums; update migration_checksums set sha256 = sha256('edited'::bytea) where name = '0109_usage_events'`,
      `update migration_checksums c set sha256 = k.sha256 from kept k where k.name = c.name; drop table kept`,
      async () => {
        const edited =
          /^The migration 0109_usage_events was edited after this database had applied it/;
        await expect(migrate(database.db)).rejects.toThrow(edited);
        await expect(compareMigrations(database.gatewayDb)).rejects.toThrow(edited);
      },
    ));

  it('are told apart, with its name, when the file of an applied one is missing', () =>
    after(
      `insert into kysely_migration (name, timestamp) values ('0105_was_here', '')`,
      `delete from kysely_migration where name = '0105_was_here'`,
      async () => {
        await expect(migrate(database.db)).rejects.toThrow(
          'The database has the migration 0105_was_here, whose file is missing.',
        );
        await expect(compareMigrations(database.gatewayDb)).rejects.toThrow('0105_was_here');
      },
    ));

  it('go together when a newer version has migrated the database, which is left as it is', () =>
    after(
      `insert into kysely_migration (name, timestamp) values ('9999_to_come', '')`,
      `delete from kysely_migration where name = '9999_to_come'`,
      async () => {
        expect(await migrate(database.db, { maxTreeDepth: 5 })).toEqual([]);
        expect(await compareMigrations(database.gatewayDb)).toEqual({
          missing: [],
          newer: ['9999_to_come'],
        });
        const { rows } = await sql`select max_depth from tree_settings`.execute(database.db);
        expect(rows).toEqual([{ max_depth: 32 }]);
      },
    ));

  it('are told apart when a newer version has migrated a database that lacks one of them', () =>
    after(
      `update kysely_migration set name = '9999_to_come' where name = '0108_audit'`,
      `update kysely_migration set name = '0108_audit' where name = '9999_to_come'`,
      async () => {
        const sentence =
          'The database has the migration 9999_to_come of a newer version and lacks 0108_audit: run banyan migrate of the newer version.';
        await expect(migrate(database.db)).rejects.toThrow(sentence);
        await expect(compareMigrations(database.gatewayDb)).rejects.toThrow(sentence);
      },
    ));

  it('that has no checksums yet is given those of the files as they are', () =>
    after(
      'create table kept as select * from migration_checksums; delete from migration_checksums',
      'drop table kept',
      async () => {
        await migrate(database.db);
        const { rows } =
          await sql`select name, sha256 from migration_checksums except select name, sha256 from kept`.execute(
            database.db,
          );
        expect(rows).toEqual([]);
        const { rows: noted } = await sql<{
          name: string;
        }>`select name from migration_checksums order by name`.execute(database.db);
        expect(noted.map(({ name }) => name)).toEqual(await knownMigrations());
      },
    ));
});

/** Takes back what migrations of a test did. */
async function forget(back: string): Promise<void> {
  await sql
    .raw(
      `${back}; delete from kysely_migration where name > '9'; delete from migration_checksums where name > '9'`,
    )
    .execute(database.db);
}

const GIVES_WAY = 'a migration gives way to sessions that hold a table, and is tried again';

describe('a migration that needs a table which a long transaction holds', () => {
  it('gives way to those who come after it, is tried again, and is done once the table is free', async () => {
    const folder = await migrationFolder(undefined, {
      '9001_column': 'alter table organizations add column added text',
    });
    const log = keepLines();
    const started = performance.now();
    const { migrating, readMs } = await database.db.transaction().execute(async (tx) => {
      await sql`select from organizations`.execute(tx);
      const migrating = migrate(database.db, { folder: folder.url, log: log.log });
      const waits = sql<{ waits: boolean }>`select exists (
        select from pg_locks where relation = 'organizations'::regclass and mode = 'AccessExclusiveLock' and not granted) as waits`;
      while (!(await waits.execute(tx)).rows[0]?.waits);
      const from = performance.now();
      await sql`select from organizations`.execute(database.gatewayDb);
      const readMs = performance.now() - from;
      while (log.lines(GIVES_WAY).length === 0)
        await new Promise((resolve) => setImmediate(resolve));
      return { migrating, readMs };
    });
    expect(await migrating).toEqual(['9001_column']);
    expect(readMs).toBeLessThan(5_000);
    expect(log.lines(GIVES_WAY)[0]).toMatchObject({ migration: '9001_column' });
    process.stdout.write(
      `a read waited ${Math.round(readMs)} ms behind it; done after ${Math.round(performance.now() - started)} ms\n`,
    );
    await forget('alter table organizations drop column added');
    await folder.remove();
  });

  it('says so when the table is not free for long, and has done nothing', async () => {
    const folder = await migrationFolder(undefined, {
      '9001_first': 'create table first_of_two ()',
      '9002_second': 'create table left_behind (); alter table organizations add column added text',
    });
    await database.db.transaction().execute(async (tx) => {
      await sql`select from organizations`.execute(tx);
      await expect(migrate(database.db, { folder: folder.url, patienceMs: 100 })).rejects.toThrow(
        /^The migration 9002_second got no lock on a table in 0.1 seconds, .*; the migration was rolled back/,
      );
    });
    const { rows } =
      await sql`select to_regclass('first_of_two') is not null as first, to_regclass('left_behind') is not null as second,
      array(select name::text from kysely_migration where name > '9' order by 1) as noted,
      array(select name from migration_checksums where name > '9' order by 1) as checksums`.execute(
        database.db,
      );
    expect(rows).toEqual([
      { first: true, second: false, noted: ['9001_first'], checksums: ['9001_first'] },
    ]);
    expect(await migrate(database.db, { folder: folder.url })).toEqual(['9002_second']);
    await forget(
      'drop table first_of_two, left_behind; alter table organizations drop column added',
    );
    await folder.remove();
  });
});

describe('several processes that migrate at once', () => {
  it('leave it to one of them, go on when it is done, and do not wait when they are asked to stop', async () => {
    const folder = await migrationFolder(undefined, { '9003_once': 'create table made_once ()' });
    const log = keepLines();
    const processes = Array.from({ length: 3 }, () => connectionTo(database));
    const first = connectionTo(database);
    await sql`select pg_advisory_lock(7309173)`.execute(first);
    const migrating = processes.map((db) => migrate(db, { folder: folder.url, log: log.log }));
    while (
      log.lines('another process migrates the database; this one waits for it').length <
      processes.length
    )
      await new Promise((resolve) => setImmediate(resolve));
    await expect(
      migrate(database.db, { folder: folder.url, stop: AbortSignal.abort() }),
    ).rejects.toThrow('aborted');
    await first.destroy();
    expect((await Promise.all(migrating)).flat()).toEqual(['9003_once']);
    await Promise.all(processes.map((db) => db.destroy()));
    await forget('drop table made_once');
    await folder.remove();
  });
});

describe('a database from before text had one form', () => {
  const SEPARATED = sql`e'\x1f'`;

  it('is brought to it by its migration: names, search texts, documents and indexes alike', async () => {
    const before = await createDatabase();
    try {
      const { db } = before;
      await sql`create or replace function search_fold(value text) returns text
        language sql immutable parallel safe return lower(value collate pg_c_utf8)`.execute(db);
      const names = [
        'Plain',
        'Straße',
        'Cafe\u0301',
        '\u0130zmir',
        '\ufb01x',
        'Ma\u00f1ana',
        '\u212a',
        '\u0958'.repeat(200),
      ];
      await sql`insert into organizations (slug, name) select 'old-' || place, name from unnest(${names}::text[]) with ordinality as given (name, place)`.execute(
        db,
      );
      await sql`insert into users (email, canonical_email, name)
        select 'u' || place || '@x.example', 'u' || place || '@x.example', name from unnest(${names}::text[]) with ordinality as given (name, place)`.execute(
        db,
      );
      await sql`insert into roles (key, name, description, scopes) values ('old', ${'Fu\u0308r'}, ${'Fu\u0308r'}, '{}')`.execute(
        db,
      );
      const accounts = ['Mu\u0308ller', 'M\u00fcller', 'Ko\u0308nig'];
      await sql`insert into external_accounts (organization_id, system, account_id)
        select o.id, 'crm', a.name from unnest(${accounts}::text[]) with ordinality as a (name, place) join organizations o on o.slug = 'old-' || a.place`.execute(
        db,
      );
      const versions = sql<{
        slug: string;
        version: number;
        updated_at: Date;
      }>`select slug, version, updated_at from organizations order by slug`;
      const unchanged = (await versions.execute(db)).rows;

      const text = await readFile(new URL('0030_typed_text.sql', BEFORE_BASELINE), 'utf8');
      await db.transaction().execute((tx) => sql.raw(text).execute(tx));

      const shown = names.map((name) => (name.startsWith('\u0958') ? name : name.normalize('NFC')));
      for (const table of ['organizations', 'users'])
        expect(
          (
            await sql<{
              name: string;
            }>`select name from ${sql.table(table)} where name is not null order by id`.execute(db)
          ).rows,
        ).toEqual(shown.map((name) => ({ name })));
      expect((await versions.execute(db)).rows).toEqual(unchanged);
      const { rows: stale } = await sql`
        select o.slug from organizations o join search_documents d on d.organization_id = o.id
        where d.text <> o.search_text or o.search_text
          <> search_fold(concat_ws(${SEPARATED}, o.slug, organization_public_id(o.id), o.name, coalesce(o.domain, '')))
        union all select u.email from users u where u.search_text <> search_fold(u.email || ${SEPARATED} || coalesce(u.name, ''))`.execute(
        db,
      );
      expect(stale).toEqual([]);
      await db.connection().execute(async (one) => {
        await sql`set enable_seqscan = off`.execute(one);
        for (const [pattern, slug] of [
          ['strasse', 'old-2'],
          ['izmir', 'old-4'],
          ['fix', 'old-5'],
        ]) {
          const { rows } = await sql`
            select o.slug from search_documents d join organizations o on o.id = d.organization_id
            where search_grams(d.text) @> search_pattern_grams(${pattern}) and strpos(d.text, ${pattern}) > 0`.execute(
            one,
          );
          expect(rows).toEqual([{ slug }]);
        }
      });
      expect(
        (await sql`select name, description from roles where key = 'old'`.execute(db)).rows,
      ).toEqual([{ name: 'Für', description: 'Für' }]);
      expect(
        (await sql`select account_id from external_accounts order by id`.execute(db)).rows,
      ).toEqual(
        ['Mu\u0308ller', 'M\u00fcller', 'K\u00f6nig'].map((account_id) => ({ account_id })),
      );
    } finally {
      await before.close();
    }
  });
});
