import fc from 'fast-check';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyTree } from '../../src/modules/organization/verify.ts';
import { migrate } from '../../src/database/migrate.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

let database: TestDatabase;
let made = 0;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.close());

async function plant(parent: string | null, slug = `org-${++made}`): Promise<string> {
  const { id } = await database.db
    .insertInto('organizations')
    .values({ slug, name: slug, parent_id: parent })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}
async function move(id: string, parent: string | null): Promise<void> {
  await database.db
    .updateTable('organizations')
    .set({ parent_id: parent })
    .where('id', '=', id)
    .execute();
}
const constraintOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was refused',
    (error: { constraint?: string; code?: string }) => error.constraint ?? error.code ?? 'unknown',
  );
async function chain(length: number, parent: string | null = null): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < length; n++) ids.push(await plant(ids.at(-1) ?? parent));
  return ids;
}
async function expectTruth(): Promise<void> {
  expect(await verifyTree(database.db)).toMatchObject({ differing: 0 });
}

/** Tries again what met a move between trees, as the error code asks for. */
async function untilUndisturbed(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const outcome = await work().catch((error: { code?: string }) => error.code);
    if (outcome === '40001') continue;
    expect(typeof outcome).not.toBe('string');
    return;
  }
}

describe('the derived columns', () => {
  it('follow parent_id on creation, whatever the writer puts there', async () => {
    const root = await plant(null);
    const { rows } = await sql<{ path: string; lineage: string[]; depth: number }>`
      insert into organizations (slug, name, parent_id, path, lineage, depth) values (${`org-${++made}`}, 'x', ${root}, 'zzz', '{}', 99)
      returning path, lineage, depth`.execute(database.db);
    expect(rows[0]).toMatchObject({ depth: 1, lineage: [root, expect.any(String)] });
    expect(rows[0]?.path).toMatch(/^[0-9a-z]{6}\.[0-9a-z]{6}\.$/);
    await expectTruth();
  });

  it('cannot be written directly', async () => {
    const [root] = await chain(1);
    for (const assignment of [sql`path = 'zz'`, sql`lineage = '{}'`, sql`depth = 7`]) {
      expect(
        await constraintOf(
          sql`update organizations set ${assignment} where id = ${root}`.execute(database.db),
        ),
      ).toBe('organizations_derived');
    }
  });

  it('equal the recursive truth after any sequence of creations and moves', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('create' as const), a: fc.nat(99), b: fc.nat(99) }),
      fc.record({ kind: fc.constant('move' as const), a: fc.nat(99), b: fc.nat(99) }),
      fc.record({ kind: fc.constant('uproot' as const), a: fc.nat(99), b: fc.nat(99) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const ids = [await plant(null), await plant(null)];
        const at = (n: number): string => ids[n % ids.length] ?? '';
        for (const { kind, a, b } of steps) {
          if (kind === 'create') ids.push(await plant(at(a)));
          else
            await move(at(a), kind === 'uproot' ? null : at(b)).catch(
              (error: { constraint?: string }) =>
                expect(error.constraint).toMatch(/cycle|own_parent/),
            );
        }
        await expectTruth();
      }),
      { numRuns: 15, seed: 7 },
    );
  });

  it('stay right when one statement moves several organizations at once', async () => {
    for (const order of ['asc', 'desc']) {
      const [top = '', middle = '', low = ''] = await chain(4);
      const other = await plant(null);
      await sql`
        with targets as (select * from (values (${middle}::uuid, ${other}::uuid), (${low}::uuid, ${top}::uuid)) as t (id, parent) order by id ${sql.raw(order)})
        update organizations o set parent_id = targets.parent from targets where o.id = targets.id`.execute(
        database.db,
      );
      await expectTruth();
    }
  });

  it('stay right when children are created below an organization while it is moved', async () => {
    const [from, to, moved] = [await plant(null), await plant(null), await plant(null)];
    const clients = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = new pg.Client({ connectionString: database.url });
        await client.connect();
        return client;
      }),
    );
    const work = clients.map(async (client, index) => {
      for (let n = 0; n < 25; n++) {
        if (index === 0)
          await client.query('update organizations set parent_id = $1 where id = $2', [
            n % 2 ? from : to,
            moved,
          ]);
        else
          await untilUndisturbed(() =>
            client.query('insert into organizations (slug, name, parent_id) values ($1, $1, $2)', [
              `race-${index}-${n}`,
              moved,
            ]),
          );
      }
    });
    await Promise.all(work);
    await Promise.all(clients.map((client) => client.end()));
    await expectTruth();
    const { rows } = await sql<{
      count: number;
    }>`select count(*)::int from organizations where parent_id = ${moved}`.execute(database.db);
    expect(rows[0]?.count).toBe(125);
  });

  it('stay right when a move begins while a child below it is created and not yet committed', async () => {
    const [from, to] = [await plant(null), await plant(null)];
    const moved = await plant(from);
    const creator = new pg.Client({ connectionString: database.url });
    await creator.connect();
    await creator.query('begin');
    await creator.query(
      `insert into organizations (slug, name, parent_id) values ('half-made', 'Half made', $1)`,
      [moved],
    );
    const moving = move(moved, to);
    // The move waits for the creation: it shows up as a lock that is not granted.
    for (;;) {
      const { rows } = await sql<{
        waits: boolean;
      }>`select exists (select from pg_locks where not granted and locktype = 'advisory') as waits`.execute(
        database.db,
      );
      if (rows[0]?.waits || (await Promise.race([moving.then(() => true), Promise.resolve(false)])))
        break;
    }
    await creator.query('commit');
    await creator.end();
    await moving;
    await expectTruth();
  });

  it('are found wrong by the check when they are wrong', async () => {
    const root = await plant(null);
    await database.db.transaction().execute(async (transaction) => {
      await sql`set local session_replication_role = replica`.execute(transaction);
      await sql`update organizations set depth = 5 where id = ${root}`.execute(transaction);
      expect(await verifyTree(transaction)).toMatchObject({
        differing: 1,
        examples: [expect.any(String)],
      });
      await sql`update organizations set depth = 0 where id = ${root}`.execute(transaction);
    });
  });
});

describe('the database refuses', () => {
  it('an organization as its own parent', async () => {
    const root = await plant(null);
    expect(await constraintOf(move(root, root))).toMatch(/organizations_(not_own_parent|no_cycle)/);
  });

  it('a cycle of any length', async () => {
    const ids = await chain(5);
    for (const below of ids.slice(1))
      expect(await constraintOf(move(ids[0] ?? '', below))).toBe('organizations_no_cycle');
  });

  it('concurrent moves that would make a cycle together', async () => {
    for (let round = 0; round < 20; round++) {
      const root = await plant(null);
      const [a, b] = [await plant(root), await plant(root)];
      const outcomes = await Promise.all([constraintOf(move(a, b)), constraintOf(move(b, a))]);
      expect(outcomes.toSorted()).toEqual(['nothing was refused', 'organizations_no_cycle']);
    }
    await expectTruth();
  });

  it('a move in a transaction whose snapshot could be older than its lock', async () => {
    const [a, b] = [await plant(null), await plant(null)];
    const work = database.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute((transaction) =>
        sql`update organizations set parent_id = ${a} where id = ${b}`.execute(transaction),
      );
    expect(await constraintOf(work)).toBe('25000');
  });

  it('a level too many, by creation and by move', async () => {
    const ids = await chain(33);
    expect(await constraintOf(plant(ids.at(-1) ?? null))).toBe('organizations_max_depth');
    const [top] = await chain(2);
    expect(await constraintOf(move(top ?? '', ids.at(-2) ?? ''))).toBe('organizations_max_depth');
  });

  it('a slug that is taken, reserved, malformed, or was ever used', async () => {
    await plant(null, 'taken-slug');
    expect(await constraintOf(plant(null, 'taken-slug'))).toBe('organizations_slug_key');
    expect(await constraintOf(plant(null, 'graphql'))).toBe('organizations_slug_reserved');
    for (const bad of ['ab', 'A-b-c', 'a--b', '-abc', 'abc-', 'a_b_c', 'x'.repeat(64)])
      expect(await constraintOf(plant(null, bad))).toBe('organizations_slug_form');
    const gone = await plant(null, 'gone-for-good');
    await database.db.deleteFrom('organizations').where('id', '=', gone).execute();
    expect(await constraintOf(plant(null, 'gone-for-good'))).toBe('organizations_slug_key');
  });

  it('to change an id or a slug', async () => {
    const id = await plant(null);
    expect(
      await constraintOf(
        sql`update organizations set slug = 'another-slug' where id = ${id}`.execute(database.db),
      ),
    ).toBe('organizations_immutable');
    expect(
      await constraintOf(
        sql`update organizations set id = uuidv7() where id = ${id}`.execute(database.db),
      ),
    ).toBe('organizations_immutable');
  });

  it('rows without an organization, in every table that belongs to one', async () => {
    const { rows } = await sql<{ table_name: string; is_nullable: string; keyed: boolean }>`
      select c.table_name, c.is_nullable,
        exists (
          select from information_schema.key_column_usage k join information_schema.table_constraints t using (constraint_name, table_name)
          where t.constraint_type = 'FOREIGN KEY' and k.table_name = c.table_name and k.column_name = c.column_name
        ) as keyed
      from information_schema.columns c where c.column_name = 'organization_id' and c.table_schema = 'public' order by 1`.execute(
      database.db,
    );
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => row.is_nullable === 'YES')).toEqual([]);
    // The trails of what is gone refer to nothing by design. Totals are derived, written under the lock of the tree and
    // removed by a trigger: see the purge in test/usage/totals.test.ts.
    expect(rows.filter((row) => !row.keyed).map((row) => row.table_name)).toEqual([
      'audit_events',
      'retired_slugs',
      'usage_tail',
      'usage_totals',
    ]);
  });
});

describe('two moves in one statement', () => {
  it('that close a circle together are refused, in either order, and end', async () => {
    const root = await plant(null);
    const [a, b] = [await plant(root), await plant(root)];
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const) {
      const both = sql`
        update organizations o set parent_id = given.parent
        from (values (${first}::uuid, ${second}::uuid), (${second}::uuid, ${first}::uuid)) as given (id, parent) where o.id = given.id`;
      expect(await constraintOf(both.execute(database.db))).toBe('organizations_no_cycle');
    }
    expect((await verifyTree(database.db)).differing).toBe(0);
  });
});

describe('the depth limit', () => {
  it('is set when migrating and cannot be put below what the tree has', async () => {
    const fresh = await createDatabase({ empty: true });
    await migrate(fresh.db, { maxTreeDepth: 2 });
    const insert = (parent: string | null, slug: string) =>
      fresh.db
        .insertInto('organizations')
        .values({ slug, name: slug, parent_id: parent })
        .returning('id')
        .executeTakeFirstOrThrow();
    const root = await insert(null, 'level-0');
    const child = await insert(root.id, 'level-1');
    const leaf = await insert(child.id, 'level-2');
    expect(await constraintOf(insert(leaf.id, 'level-3'))).toBe('organizations_max_depth');
    await expect(migrate(fresh.db, { maxTreeDepth: 1 })).rejects.toThrow(
      'MAX_TREE_DEPTH cannot be 1',
    );
    await fresh.close();
  });
});
