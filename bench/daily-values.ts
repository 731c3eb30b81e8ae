/** A year of daily usage in a forest: 3 in 100 organizations are active and have five metrics on every day. */
import { sql } from 'kysely';
import type { Database } from '../src/database/connect.ts';

const ACTIVE_SHARE = 0.03;
/** As in `roll_up_subtrees`. */
export const ROLLED_OVER = 4;
export const DAYS = 366;
/** The first slots of the catalog. */
export const METRICS = [
  'voice_minutes',
  'chat_minutes',
  'voice_calls',
  'chat_calls',
  'inbound_calls',
];

export interface DailyValues {
  /** End of the last day that has values. */
  end: Date;
  rows: number;
}

/**
 * Plants the values once and finds them again: `bench_daily` has them one by one, for the plain formulation, and the
 * totals have what a year of recording and rolling would have left. Straight into the totals, since fifty million
 * events would take hours. Day by day, and in any order within a day, as they would have come.
 */
export async function plantDailyValues(db: Database): Promise<DailyValues> {
  const planted = await sql<DailyValues>`
    select b.planted_until as end, b.rows from bench_planted b`
    .execute(db)
    .catch(() => undefined);
  if (planted?.rows[0]) return planted.rows[0];
  const begin = performance.now();
  const step = (what: string): void =>
    console.log(`  ${what} after ${Math.round((performance.now() - begin) / 1000)} s`);
  console.log('planting a year of daily values…');
  const end = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000);
  await sql`set work_mem = '1GB'`.execute(db);
  await sql`set maintenance_work_mem = '2GB'`.execute(db);
  for (const table of ['bench_active', 'bench_daily', 'bench_branches'])
    await sql`drop table if exists ${sql.table(table)}`.execute(db);
  await sql`
    create table bench_active as select id, lineage from organizations order by hashtext(id::text)
    limit (select round(count(*) * ${ACTIVE_SHARE}::float8) from organizations)`.execute(db);
  // How many active organizations are below or at each: what decides whether its subtree is rolled up.
  await sql`
    create table bench_branches as select above as organization_id, count(*)::integer as active
    from bench_active cross join unnest(lineage) as above group by above`.execute(db);
  await sql`alter table bench_branches add primary key (organization_id)`.execute(db);
  await sql`
    insert into usage_meters (organization_id, path, rolled, counted)
    select o.id, o.path, b.active > ${ROLLED_OVER}, true
    from bench_branches b join organizations o on o.id = b.organization_id
    where b.active > ${ROLLED_OVER} or exists (select from bench_active a where a.id = o.id)
    on conflict (organization_id) do update set rolled = usage_meters.rolled or excluded.rolled`.execute(
    db,
  );
  await sql`create table bench_daily (organization_id uuid not null, day date not null, metric text collate "C" not null, value numeric not null)`.execute(
    db,
  );
  await sql`delete from usage_totals where grain <> 'HOUR'`.execute(db);
  for (
    let last = end.getTime();
    last > end.getTime() - DAYS * 86_400_000;
    last -= 30 * 86_400_000
  ) {
    const first = Math.max(last - 30 * 86_400_000, end.getTime() - DAYS * 86_400_000);
    const values = sql`
      select a.id, a.lineage, d as at, (random() * 600)::numeric(38, 3) as m1, (random() * 300)::numeric(38, 3) as m2,
        floor(random() * 90)::numeric as m3, floor(random() * 40)::numeric as m4, floor(random() * 50)::numeric as m5
      from bench_active a cross join generate_series(${new Date(first)}::timestamptz, ${new Date(last)}::timestamptz - interval '1 day', interval '1 day') as d`;
    await sql`create temp table bench_values as ${values}`.execute(db);
    await sql`
      insert into bench_daily select v.id, (v.at at time zone 'UTC')::date, m.metric, m.value from bench_values v
      cross join lateral unnest(${METRICS}::text[], array[m1, m2, m3, m4, m5]) as m (metric, value) order by v.at, hashtext(v.id::text)`.execute(
      db,
    );
    await sql`
      insert into usage_totals (organization_id, grain, starts_at, own, subtree)
      select above, 'DAY', at,
        case when bool_or(above = id) then array[sum(m1) filter (where above = id), sum(m2) filter (where above = id),
          sum(m3) filter (where above = id), sum(m4) filter (where above = id), sum(m5) filter (where above = id)] else '{NULL}' end,
        case when m.rolled then array[sum(m1), sum(m2), sum(m3), sum(m4), sum(m5)] else '{NULL}' end
      from bench_values cross join unnest(lineage) as above join usage_meters m on m.organization_id = above
      where m.rolled or above = id
      group by above, m.rolled, at order by at, hashtext(above::text)`.execute(db);
    await sql`drop table bench_values`.execute(db);
    step(`days from ${new Date(first).toISOString().slice(0, 10)}`);
  }
  await sql`
    insert into usage_totals (organization_id, grain, starts_at, own, subtree)
    select organization_id, 'MONTH', date_trunc('month', starts_at, 'UTC'),
      array[sum(own[1]), sum(own[2]), sum(own[3]), sum(own[4]), sum(own[5])],
      array[sum(subtree[1]), sum(subtree[2]), sum(subtree[3]), sum(subtree[4]), sum(subtree[5])]
    from usage_totals where grain = 'DAY' group by 1, 3 order by 3, hashtext(organization_id::text)`.execute(
    db,
  );
  step('months');
  await sql`alter table bench_daily add primary key (organization_id, day, metric)`.execute(db);
  await sql`create table bench_planted as select ${end}::timestamptz as planted_until, (select count(*)::integer from bench_daily) as rows`.execute(
    db,
  );
  await sql`vacuum analyze`.execute(db);
  step('everything');
  const { rows } =
    await sql<DailyValues>`select planted_until as end, rows from bench_planted`.execute(db);
  if (!rows[0]) throw new Error('nothing was planted');
  return rows[0];
}
