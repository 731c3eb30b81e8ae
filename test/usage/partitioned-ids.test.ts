/** Ids of usage events on the way into partitions, and in them (docs/decisions/0045-usage-ids-by-organization.md). */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantGateway } from '../../src/database/grants.ts';
import { migrate } from '../../src/database/migrate.ts';
import { GATEWAY_ROLE } from '../../src/embedded-postgres/start.ts';
import { GRAPHQL_PATH } from '../../src/http/gateway.ts';
import { installQueue } from '../../src/jobs/worker.ts';
import { partitionEventKeys } from '../../src/modules/usage/event-keys.ts';
import { retainUsage } from '../../src/modules/usage/retention.ts';
import { verifyUsage } from '../../src/modules/usage/verify.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { encodeId } from '../../src/values/ids.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { migrationFolder } from '../setup/migrations.ts';
import { gatewayOver } from '../setup/world.ts';

const LAST_BEFORE = '0259';
const ORGANIZATIONS = 40;
const DAY_MS = 86_400_000;
/** How far back retention keeps events in these tests. */
const KEPT_DAYS = 400;

interface Planted {
  database: TestDatabase;
  organizations: string[];
  record(ids: readonly string[], organization: string, daysAgo?: number): Promise<string[]>;
}

const opened: TestDatabase[] = [];
afterAll(() => Promise.all(opened.map((database) => database.close())));

/** A database of the version before with so many ids in each organization, after the migrations of this one. */
async function migrated(idsEach: number): Promise<Planted> {
  const database = await createDatabase({ empty: true });
  opened.push(database);
  const folder = await migrationFolder(LAST_BEFORE);
  await migrate(database.db, { folder: folder.url });
  await folder.remove();
  await sql`insert into organizations (slug, name) values ('meters', 'Meters')`.execute(
    database.db,
  );
  await sql`
    insert into organizations (slug, name, parent_id)
    select 'meter-' || n, 'Meter ' || n, id from organizations, generate_series(2, ${ORGANIZATIONS}) as n`.execute(
    database.db,
  );
  const { rows } = await sql<{ id: string }>`
    select id from organizations order by depth, ordinal`.execute(database.db);
  const organizations = rows.map(({ id }) => id);
  // One in ten is older than what is kept.
  await sql`
    insert into usage_event_keys (organization_id, id, occurred_at)
    select o.id, 'before-' || n, now() - case when n % 10 = 0 then interval '600 days' else interval '1 day' end
    from unnest(${organizations}::uuid[]) as o (id), generate_series(1, ${idsEach}) as n`.execute(
    database.db,
  );
  await migrate(database.db);
  await installQueue(database.url, createLogger('silent'));
  await grantGateway(database.db, GATEWAY_ROLE);
  const token = await insertApiKey(database.db, organizations[0] ?? '', 'meter');
  const gateway = gatewayOver(database.gatewayDb);
  return {
    database,
    organizations,
    async record(ids, organization, daysAgo = 0) {
      const response = await gateway.fetch(`http://localhost${GRAPHQL_PATH}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({
          query: `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { ... on RecordUsagePayload { results { status } } } }`,
          variables: {
            input: {
              events: ids.map((id) => ({
                id,
                organizationId: encodeId('Organization', organization),
                metric: 'voice_calls',
                quantity: '1',
                occurredAt: new Date(Date.now() - daysAgo * DAY_MS).toISOString(),
              })),
            },
          },
        }),
      });
      const { data } = (await response.json()) as {
        data: { recordUsage: { results: { status: string }[] } };
      };
      return data.recordUsage.results.map(({ status }) => status);
    },
  };
}

/** The kind of the table, and which tables there are for ids. */
async function tables({ db }: TestDatabase): Promise<{ kind: string; names: string[] }> {
  const { rows } = await sql<{ kind: string; names: string[] }>`
    select c.relkind as kind, array(
      select relname::text from pg_class
      where relname like 'usage\_event\_keys%' and relkind in ('r', 'p') and not relispartition order by 1
    ) as names
    from pg_class c where c.oid = 'usage_event_keys'::regclass`.execute(db);
  const [row] = rows;
  if (!row) throw new RangeError('there is no such table');
  return row;
}

const count = async ({ db }: TestDatabase): Promise<number> =>
  (await sql<{ ids: number }>`select count(*)::int as ids from usage_event_keys`.execute(db))
    .rows[0]?.ids ?? NaN;

const PARTITIONED = { kind: 'p', names: ['usage_event_keys'] };
const COPYING = {
  kind: 'r',
  names: ['usage_event_keys', 'usage_event_keys_copied', 'usage_event_keys_partitioned'],
};

describe('A database with few ids', () => {
  let planted: Planted;
  beforeAll(async () => {
    planted = await migrated(20);
  });

  it('has them in partitions after the migration, and takes none of them again', async () => {
    const { database, organizations, record } = planted;
    expect(await tables(database)).toEqual(PARTITIONED);
    expect(await count(database)).toBe(ORGANIZATIONS * 20);
    for (const organization of organizations.slice(0, 3))
      expect(await record(['before-1', 'new', 'before-2'], organization, 3)).toEqual([
        'DUPLICATE',
        'ACCEPTED',
        'DUPLICATE',
      ]);
  });

  it('forgets only what is too old, also by the statement of the version before', async () => {
    const { database } = planted;
    for (let run = 0; run < 2; run++)
      await sql`select retire_usage_events(now() - make_interval(days => ${KEPT_DAYS}))`.execute(
        database.gatewayDb,
      );
    const fresh = sql<{ key: string }>`
      select organization_id || ' ' || id as key from usage_event_keys
      where occurred_at >= (select events_from from usage_retention) order by 1`;
    const before = (await fresh.execute(database.db)).rows;
    await sql`
      delete from usage_event_keys where ctid = any (array(
        select ctid from usage_event_keys where occurred_at < (select events_from from usage_retention) limit 10000
      ))`.execute(database.gatewayDb);
    expect((await fresh.execute(database.db)).rows).toEqual(before);
    expect(await count(database)).toBe(before.length);
    // Whichever rows it hits by the places of others.
    expect(before.length).toBeGreaterThan(0);
    await sql`
      delete from usage_event_keys where occurred_at >= (select events_from from usage_retention)`.execute(
      database.gatewayDb,
    );
    expect((await fresh.execute(database.db)).rows).toEqual(before);
    await retainUsage(database.gatewayDb, KEPT_DAYS);
    expect(await count(database)).toBe(before.length);
  });

  it('forgets the ids of an organization that is removed', async () => {
    const { database, organizations } = planted;
    const last = organizations.at(-1);
    await sql`delete from organizations where id = ${last}`.execute(database.db);
    const { rows } =
      await sql`select from usage_event_keys where organization_id = ${last}`.execute(database.db);
    expect(rows).toEqual([]);
  });
});

describe('A database with many ids', () => {
  const EACH = 2_510;
  const AT_ONCE = 9_973;
  let planted: Planted;
  beforeAll(async () => {
    planted = await migrated(EACH);
  });

  it('is left as it is by the migration, and records, takes no id twice, and forgets old ones meanwhile', async () => {
    const { database, organizations, record } = planted;
    expect(await tables(database)).toEqual(COPYING);
    const [first = ''] = organizations;
    expect(await record(['before-1', 'meanwhile'], first)).toEqual(['DUPLICATE', 'ACCEPTED']);
    expect(await record(['meanwhile'], first, 40)).toEqual(['DUPLICATE']);
    await retainUsage(database.gatewayDb, KEPT_DAYS);
    await retainUsage(database.gatewayDb, KEPT_DAYS);
    expect(await tables(database)).toEqual(COPYING);
    expect(await count(database)).toBe((ORGANIZATIONS * EACH * 9) / 10 + 1);
  });

  it('is copied while meters record, gives way to them at the end, and has every id once', async () => {
    const { database, organizations, record } = planted;
    const before = await count(database);
    const copying = new AbortController();
    let accepted = 0;
    const meter = async (name: string): Promise<void> => {
      for (let n = 0; !copying.signal.aborted; n++) {
        const organization = organizations[n % organizations.length] ?? '';
        // Of this id, either meter is the first.
        const answers = await record(
          [`${name}-${n}`, `both-${n}`, 'before-3'],
          organization,
          n % 50,
        );
        expect(answers[2]).toBe('DUPLICATE');
        accepted += answers.filter((status) => status === 'ACCEPTED').length;
      }
    };
    const meters = Promise.all([meter('one'), meter('two')]);
    const copy = (): Promise<number> =>
      partitionEventKeys(database.gatewayDb, { idsAtOnce: AT_ONCE });
    await database.gatewayDb.transaction().execute(async (tx) => {
      // Its id is not committed before everything else is copied.
      await sql`insert into usage_event_keys values (${organizations[0]}, 'open', now())`.execute(
        tx,
      );
      expect(await copy()).toBeGreaterThanOrEqual(before);
      expect(await copy()).toBe(0);
      expect(await tables(database)).toEqual(COPYING);
    });
    await expect
      .poll(async () => {
        await copy();
        return tables(database);
      })
      .toEqual(PARTITIONED);
    copying.abort();
    await meters;
    expect(accepted).toBeGreaterThan(0);
    expect(await count(database)).toBe(before + accepted + 1);
    const [first = ''] = organizations;
    expect(await record(['open', 'meanwhile', 'before-1', 'one-0', 'later'], first, 200)).toEqual([
      'DUPLICATE',
      'DUPLICATE',
      'DUPLICATE',
      'DUPLICATE',
      'ACCEPTED',
    ]);
    const { rows } = await sql<{ name: string }>`
      select conname as name from pg_constraint where conrelid = 'usage_event_keys'::regclass and contype in ('p', 'c') order by 1`.execute(
      database.db,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'usage_event_keys_form',
      'usage_event_keys_pkey',
    ]);
    expect(await verifyUsage(database.db)).toMatchObject({ differing: 0 });
    expect(await partitionEventKeys(database.gatewayDb)).toBe(0);
  });
});
