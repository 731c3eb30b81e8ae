/** The baseline makes what the migrations of version 0.1 made (docs/decisions/0027-migrations.md). */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { BEFORE_BASELINE, migrationFolder, type MigrationFolder } from '../setup/migrations.ts';
import { asRead, readCatalog, readRows } from './catalog.ts';

let before: TestDatabase;
let after: TestDatabase;
let baseline: MigrationFolder;
beforeAll(async () => {
  [before, after] = await Promise.all([
    createDatabase({ empty: true }),
    createDatabase({ empty: true }),
  ]);
  baseline = await migrationFolder('0199');
  await migrate(before.db, { folder: BEFORE_BASELINE });
  await migrate(after.db, { folder: baseline.url });
});
afterAll(async () => {
  await baseline.remove();
  await Promise.all([before.close(), after.close()]);
});

describe('The baseline', () => {
  it('makes the same tables, columns, constraints, indexes, functions, triggers and privileges as what it replaced', async () => {
    const [made, replaced] = [await readCatalog(after.db), await readCatalog(before.db)];
    const differing = Object.keys(replaced).map((kind) => {
      const [is, was] = [new Set(made[kind]), new Set(replaced[kind])];
      return { kind, added: [...is.difference(was)], lost: [...was.difference(is)] };
    });
    expect(differing.filter(({ added, lost }) => added.length + lost.length > 0)).toEqual([]);
    const counts = Object.fromEntries(
      Object.entries(made).map(([kind, lines]) => [kind, lines.length]),
    );
    expect(counts).toMatchObject({ functions: expect.toSatisfy((count: number) => count > 40) });
    process.stdout.write(`equal: ${JSON.stringify(counts)}\n`);
  });

  it('makes the same rows', async () => {
    const made = await readRows(after.db);
    expect(made).toEqual(await readRows(before.db));
    expect(Object.keys(made).filter((name) => made[name]?.length)).toEqual([
      'reserved_slugs',
      'roles',
      'scopes',
      'tree_settings',
      'usage_metrics',
      'usage_retention',
    ]);
  });

  it.each([
    'alter table users alter column name set storage external',
    'alter table users alter column name set default 1',
    'alter table users drop constraint users_name_form',
    'alter table users rename constraint users_name_form to users_name',
    'alter table usage_tail reset (autovacuum_vacuum_threshold)',
    'alter table audit_events disable trigger audit_events_seal',
    'alter index search_documents_search set (fastupdate = on)',
    'grant select (email) on users to public',
    'grant execute on function retire_usage_events(timestamptz) to public',
    'create or replace function slug_problem(wanted text) returns text language sql stable as $$ select null::text $$',
    'alter function lock_tree_of(uuid) cost 5',
    'alter function seal_audit_event() reset search_path',
    "alter type usage_grain rename value 'HOUR' to 'HOURS'",
    'comment on column users.canonical_email is null',
    'alter default privileges grant select on tables to public',
    'alter view audit_breaks set (security_barrier = true)',
    'alter sequence organizations_ordinal_seq cycle',
    'alter table organizations enable row level security',
  ])('is compared in everything that could differ: %s', async (change) => {
    await after.db.transaction().execute(async (tx) => {
      const made = await readCatalog(tx);
      await sql`savepoint before`.execute(tx);
      await sql.raw(change).execute(tx);
      expect(await readCatalog(tx)).not.toEqual(made);
      await sql`rollback to savepoint before`.execute(tx);
    });
  });

  it.each([
    ['select a  from b -- why\n where c', 'select a\nfrom b\nwhere c', true],
    ["select 'a  b'", "select 'a b'", false],
    ["select '-- a'", "select '-- b'", false],
    ['select a -- , b\n', 'select a, b', false],
    ['select ab', 'select a b', false],
  ])('is compared by what the server reads of a function: %j and %j', (one, other, same) => {
    expect(asRead(one) === asRead(other)).toBe(same);
  });
});
