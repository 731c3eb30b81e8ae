/** Data of earlier versions is there, and means the same, after today's migrations (docs/decisions/0027-migrations.md). */
import { readFile, readdir } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { restoreTables, type Baseline } from '../../scripts/baseline/snapshot.ts';
import { migrate } from '../../src/database/migrate.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { GRAPHQL_PATH } from '../../src/http/gateway.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { migrationFolder } from '../setup/migrations.ts';
import { gatewayOver } from '../setup/world.ts';
import { allMigrations, expectSound, PLANTED, toBaseline, upgradeFrom } from './earlier.ts';

const fixtures = new URL('../fixtures/', import.meta.url);
const baselines = (await readdir(fixtures)).filter((file) => /^baseline-\d{4}\.json$/.test(file));

const opened: TestDatabase[] = [];
afterAll(() => Promise.all(opened.map((database) => database.close())));

type Question = Omit<Baseline['readings'][number], 'data'>;

async function ask(
  { gatewayDb }: TestDatabase,
  { token, organization, query }: Question,
): Promise<unknown> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    ...(organization && { 'x-organization': organization }),
  };
  const response = await gatewayOver(gatewayDb).fetch(`http://localhost${GRAPHQL_PATH}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
  return { data, errors };
}

describe('A database of a version that went out', () => {
  it.each(baselines)(
    'is migrated with nothing lost, and callers read what they read before: %s',
    async (file) => {
      const { migration, tables, readings } = JSON.parse(
        await readFile(new URL(file, fixtures), 'utf8'),
      ) as Baseline;
      const database = await createDatabase({ empty: true });
      opened.push(database);
      const folder = await migrationFolder(migration);
      await migrate(database.db, { folder: folder.url });
      await folder.remove();
      await restoreTables(database.db, tables);
      const [passed, taken] = [await toBaseline(database.db), await migrate(database.db)];
      expect([...passed, ...taken]).toEqual(
        (await allMigrations()).filter((name) => name > migration),
      );
      const rows = (name: string): number =>
        tables.find((table) => table.name === name)?.rows.length ?? 0;
      expect(await expectSound(database)).toMatchObject({
        organizations: rows('organizations'),
        events: rows('audit_events') + rows('account_events'),
      });
      expect(tables.filter((table) => table.rows.length === 0)).toEqual([]);
      for (const { data, ...question } of readings)
        expect(await ask(database, question)).toEqual({ data });
    },
  );
});

describe('What was written after any earlier migration', () => {
  it('is sound after those that follow', async () => {
    const { database, points, metered, audited } = await upgradeFrom(await allMigrations());
    opened.push(database);
    expect(points.length).toBeGreaterThan(25);
    const sound = await expectSound(database);
    // Deleted organizations have totals of their own.
    expect(sound).toEqual({
      organizations: points.length * PLANTED,
      events: audited.length,
      metered: metered.length * 4,
    });
    const [first = ''] = metered;
    const { id } = await database.db
      .selectFrom('organizations')
      .select('id')
      .where('slug', '=', `root-${first}`)
      .executeTakeFirstOrThrow();
    const token = await insertApiKey(database.db, id, 'reader');
    const today = new Date(new Date().setUTCHours(0, 0, 0, 0));
    const [from, to] = [-2, 2].map((days) =>
      new Date(today.getTime() + days * 86_400_000).toISOString(),
    );
    const query = `{ organization { descendantCount children(first: 10) { edges { node { slug status } } }
      usage(from: "${from}", to: "${to}") { metrics(keys: ["voice_calls"]) { value } } } }`;
    expect(await ask(database, { token, query })).toEqual({
      data: {
        organization: {
          descendantCount: 3,
          children: {
            edges: [
              { node: { slug: `asleep-${first}`, status: 'SUSPENDED' } },
              { node: { slug: `leaf-${first}`, status: 'ACTIVE' } },
              { node: { slug: `middle-${first}`, status: 'ACTIVE' } },
            ],
          },
          usage: { metrics: [{ value: '7.5' }] },
        },
      },
    });
  });
});
