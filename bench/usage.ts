/** Usage of subtrees of any size over a year, beside the plain formulation: all events of the subtree, added up. */
import { sql } from 'kysely';
import { rollUsage } from '../src/usage/roll.ts';
import { usageTotals } from '../src/usage/store.ts';
import { openForest, rootsOfSize } from './forest.ts';
import { ms, table, time, verdict } from './measure.ts';

const SIZES = [50, 10_000, 250_000];
const DAYS = 366;
const TAIL = 2_000;
const ROLLED = 10_000;
const TARGET_MS = 1;
const TARGET_RATIO = 1.5;

export async function benchUsage(organizations: number): Promise<void> {
  const { db, close } = await openForest(organizations);
  const roots = await rootsOfSize(db, SIZES);
  const to = new Date('2026-11-02T00:00:00Z');
  const from = new Date(to.getTime() - DAYS * 86_400_000);
  // Each root has a total for every day and five metrics, as a busy organization does; beside what the forest has.
  const metrics = ['voice_minutes', 'voice_calls', 'call_seconds', 'chat_minutes', 'workflow_runs'];
  for (const root of roots)
    await sql`
      insert into usage_events (organization_id, id, metric, quantity, occurred_at)
      select ${root.id}::uuid, 'daily ' || metric || ' ' || day, metric, 1.5, ${from}::timestamptz + day * interval '1 day' + interval '5 hours'
      from generate_series(0, ${DAYS - 1}) as day, unnest(${metrics}::text[]) as metric on conflict do nothing`.execute(db);
  await rollUsage(db);
  await sql`vacuum analyze usage_days`.execute(db);
  const { rows: size } = await sql<{ events: number; totals: number; bytes: string }>`
    select (select count(*)::int from usage_events) as events, (select count(*)::int from usage_days) as totals,
      pg_size_pretty(pg_total_relation_size('usage_days')) as bytes`.execute(db);
  console.log(`${size[0]?.events.toLocaleString('en')} events, ${size[0]?.totals.toLocaleString('en')} daily totals (${size[0]?.bytes})`);

  const ours = (root: (typeof roots)[number], at = from) =>
    usageTotals.load({ db, principal: root.principal, now: to }, [root.id], { scope: 'ALL', from: at, to });
  const plain = (root: (typeof roots)[number]) =>
    sql`
      select e.metric, sum(e.quantity) from organizations r join organizations o on o.path >= r.path and o.path < subtree_end(r.path)
      join usage_events e on e.organization_id = o.id and e.occurred_at >= ${from} and e.occurred_at < ${to}
      where r.id = ${root.id}::uuid and o.deleted_at is null group by e.metric`.execute(db);
  const lines: string[][] = [];
  const p50: Record<string, number[]> = { rolled: [], tail: [] };
  for (const tail of [0, TAIL]) {
    if (tail > 0)
      await sql`
        insert into usage_tail (organization_id, metric, quantity, occurred_at)
        select o.id, 'voice_calls', 1, ${to}::timestamptz - interval '3 hours'
        from (select id from organizations order by hashtext(id::text) limit ${tail}) as o`.execute(db);
    for (const root of roots) {
      const measured = await time(() => ours(root), 101, 20);
      const edge = await time(() => ours(root, new Date(from.getTime() + 3_600_000)), 21, 5);
      const naive = tail === 0 ? await time(() => plain(root), 3, 1) : undefined;
      (tail === 0 ? p50['rolled'] : p50['tail'])?.push(measured.p50);
      lines.push([
        root.size.toLocaleString('en'),
        String(tail),
        `${ms(measured.p50)} / ${ms(measured.p95)}`,
        `${ms(edge.p50)} / ${ms(edge.p95)}`,
        naive ? `${ms(naive.p50)} (${(naive.p50 / measured.p50).toFixed(0)}×)` : '',
      ]);
    }
  }
  console.log(`\nALL over ${DAYS} days, p50 / p95 ms\n`);
  table(['organizations', 'events in the tail', 'whole days', 'from an hour after midnight', 'plain'], lines);
  await sql`delete from usage_tail`.execute(db);

  const roll = async (statement: string): Promise<number> => {
    await sql`
      insert into usage_tail (organization_id, metric, quantity, occurred_at)
      select o.id, ${metrics[0]}, 1, ${to}::timestamptz - interval '3 hours'
      from (select id from organizations order by hashtext(id::text) limit ${ROLLED / 2}) as o, generate_series(1, 2)`.execute(db);
    const begin = performance.now();
    await sql.raw(statement).execute(db);
    const took = performance.now() - begin;
    await sql`delete from usage_tail`.execute(db);
    return took;
  };
  const ownOnly = `with gone as (delete from usage_tail returning *)
    insert into usage_days as d (organization_id, day, metric, own)
    select organization_id, (occurred_at at time zone 'UTC')::date, metric, sum(quantity) from gone group by 1, 2, 3 order by 1, 2, 3
    on conflict (organization_id, day, metric) do update set own = d.own + excluded.own`;
  const times = { own: [] as number[], all: [] as number[] };
  for (let round = 0; round < 5; round++) {
    times.own.push(await roll(`begin; ${ownOnly}; rollback`));
    times.all.push(await roll(`begin; select roll_usage(${ROLLED}); rollback`));
  }
  const middle = (all: number[]): number => all.toSorted((a, b) => a - b)[2] ?? NaN;
  console.log(
    `\na roll of ${ROLLED.toLocaleString('en')} events: ${ms(middle(times.all))} ms; own totals alone: ${ms(middle(times.own))} ms\n`,
  );
  verdict('ALL over 366 days, largest subtree, with a tail', p50['tail']?.at(-1) ?? NaN, TARGET_MS, ' ms');
  verdict('largest subtree against smallest', (p50['tail']?.at(-1) ?? NaN) / (p50['tail']?.[0] ?? NaN), TARGET_RATIO, '×');
  verdict('a roll against own totals alone', middle(times.all) / middle(times.own), 3, '×');
  await close();
}
