/**
 * Usage of subtrees of any size over a year, beside the plain formulation: the daily values of the subtree, added up.
 * And what rolling costs when nobody above has totals (own), when those above several active organizations have, as the
 * product does (sparse), and when everybody above has (dense).
 */
import { sql } from 'kysely';
import { usageTotals } from '../src/modules/usage/queries.ts';
import { DAYS, METRICS, plantDailyValues } from './daily-values.ts';
import { openForest, rootsOfSize, type Root } from './forest.ts';
import { ms, summary, table, time, verdict } from './measure.ts';
import type { Database } from '../src/database/connect.ts';

const SMALL = 50;
const SIZES = [10_000, 250_000, 1_000_000];
/** Events that are not rolled yet, as batches of a thousand and one by one. */
const TAILS = [
  { count: 0, batch: 1 },
  { count: 2_000, batch: 1_000 },
  { count: 2_000, batch: 1 },
];
const BATCHED = 1;
const ROLLED = 10_000;
const TARGET_MS = 1;
const TARGET_RATIO = 1.5;
const TARGET_PLAIN = 1_000;
const TARGET_ROLL = 3;

export async function benchUsage(organizations: number): Promise<void> {
  const { db, close } = await openForest(organizations, { oneTree: true });
  const { end, rows: values } = await plantDailyValues(db);
  const from = new Date(end.getTime() - DAYS * 86_400_000);
  // Most small subtrees have no usage at all: one where two organizations are active.
  const small = sql`o.depth between 2 and 4 and exists (select from bench_branches b where b.organization_id = o.id and b.active = 2)`;
  const sizes = SIZES.filter((size) => size <= organizations);
  const roots = [...(await rootsOfSize(db, [SMALL], small)), ...(await rootsOfSize(db, sizes))];
  console.log(
    `${organizations.toLocaleString('en')} organizations in one tree, ${values.toLocaleString('en')} daily values`,
  );
  await storage(db);
  await reads(db, roots, from, end);
  await manyAtOnce(db, roots.at(-1), from, end);
  await rolls(db, end);
  await shifts(db, roots);
  await close();
}

/** How much room totals take, and how many rows more a dense design would have. */
async function storage(db: Database): Promise<void> {
  const { rows } = await sql<{ kind: string; organizations: number; rows: number; bytes: string }>`
    select case when m.rolled then 'rolled up' else 'own usage alone' end as kind,
      count(distinct organization_id)::int as organizations, count(*)::int as rows, pg_size_pretty(sum(pg_column_size(t.*))) as bytes
    from usage_totals t join usage_meters m using (organization_id) where t.grain = 'DAY' group by 1 order by 1`.execute(
    db,
  );
  const { rows: others } = await sql<{ count: number }>`
    select count(*)::int as count from bench_branches b where not exists (select from usage_meters m where m.organization_id = b.organization_id)`.execute(
    db,
  );
  const more = others[0]?.count ?? 0;
  console.log('\nTotals of days\n');
  table(
    ['organizations', 'how many', 'rows', 'bytes'],
    [
      ...rows.map((row) => [
        row.kind,
        row.organizations.toLocaleString('en'),
        row.rows.toLocaleString('en'),
        row.bytes,
      ]),
      [
        'only above active ones (dense)',
        more.toLocaleString('en'),
        (more * DAYS).toLocaleString('en'),
        '',
      ],
    ],
  );
  const { rows: size } = await sql<{ heap: string; all: string }>`
    select pg_size_pretty(pg_table_size('usage_totals')) as heap, pg_size_pretty(pg_total_relation_size('usage_totals')) as all`.execute(
    db,
  );
  console.log(`\nusage_totals: ${size[0]?.all} with its indexes, ${size[0]?.heap} without`);
}

/** Which organizations get rows in the tail for an event, as a condition on one of the lineage `x` of `o`. */
const HOLDERS = {
  own: 'x = o.id',
  sparse:
    '(x = o.id or exists (select from usage_meters m where m.organization_id = x and m.rolled))',
  dense: 'true',
};

/** Puts events into the tail as recording them in batches does: of active organizations, drawn by chance. */
async function record(
  db: Database,
  end: Date,
  events: { count: number; batch: number; metrics?: number },
  holders: keyof typeof HOLDERS = 'dense',
) {
  const { count, batch, metrics = 1 } = events;
  await sql`
    insert into usage_tail (organization_id, hour, slot, own, subtree)
    select x, e.hour, e.slot, sum(e.quantity) filter (where x = o.id),
      sum(e.quantity) filter (where ${sql.raw(holders === 'sparse' ? 'exists (select from usage_meters m where m.organization_id = x and m.rolled)' : 'true')})
    from (
      select a.id, m.slot, ${end}::timestamptz - interval '3 hours' as hour, 1.5 as quantity, draw.n * ${metrics}::integer / ${batch}::integer as batch
      from (select n, 1 + floor(random() * (select count(*) from bench_active))::bigint as drawn from generate_series(0, ${count / metrics - 1}::integer) as n) as draw
      join (select id, row_number() over () as number from bench_active) as a on a.number = draw.drawn
      join usage_metrics m on m.key = any (${METRICS.slice(0, metrics)}::text[])
    ) as e join organizations o on o.id = e.id cross join unnest(o.lineage) as x
    where ${sql.raw(HOLDERS[holders])} group by x, e.hour, e.slot, e.batch order by e.batch`.execute(
    db,
  );
  await sql`analyze usage_tail`.execute(db);
}

async function reads(db: Database, roots: readonly Root[], from: Date, end: Date): Promise<void> {
  const minute = 60_000;
  const ours = (root: Root, shift = 0) =>
    usageTotals.load({ db, principal: root.principal, now: end }, [root.id], {
      scope: 'ALL',
      from: new Date(from.getTime() + shift * 437 * minute),
      to: new Date(end.getTime() - shift * 211 * minute),
      keys: null,
    });
  const plain = (root: Root) =>
    sql`
    select d.metric, sum(d.value) from organizations r
    join organizations o on o.path >= r.path and o.path < subtree_end(r.path) and o.deleted_at is null
    join bench_daily d on d.organization_id = o.id and d.day >= ${from}::timestamptz::date and d.day < ${end}::timestamptz::date
    where r.id = ${root.id}::uuid group by d.metric`.execute(db);
  const lines: string[][] = [];
  const p50 = new Map<string, number>();
  const times: Record<string, number> = {};
  for (const [tail, events] of TAILS.entries()) {
    await sql`truncate usage_tail`.execute(db);
    if (events.count > 0) await record(db, end, events);
    // In turns, so that what else the machine does falls on all of them.
    const whole = roots.map((): number[] => []);
    for (let round = 0; round < 220; round++)
      for (const [index, root] of roots.entries()) {
        const begin = performance.now();
        await ours(root);
        if (round >= 20) whole[index]?.push(performance.now() - begin);
      }
    for (const [index, root] of roots.entries()) {
      const measured = summary(whole[index] ?? []);
      const edges = await time(() => ours(root, 1), 31, 8);
      const naive = tail === 0 ? await time(() => plain(root), 1, 1) : undefined;
      if (naive) times[root.id] = naive.p50;
      p50.set(`${tail} ${root.id}`, measured.p50);
      lines.push([
        root.size.toLocaleString('en'),
        events.count === 0
          ? 'none'
          : `${events.count.toLocaleString('en')} in ${(events.count / events.batch).toLocaleString('en')} calls`,
        `${ms(measured.p50)} / ${ms(measured.p95)}`,
        `${ms(edges.p50)} / ${ms(edges.p95)}`,
        naive ? `${ms(naive.p50)} (${(naive.p50 / measured.p50).toFixed(0)}×)` : '',
      ]);
    }
  }
  await sql`truncate usage_tail`.execute(db);
  console.log(`\nALL over ${DAYS} days, p50 / p95 ms\n`);
  table(
    [
      'organizations',
      'events not rolled yet',
      'whole days',
      'beginning and ending within an hour',
      'plain, p50',
    ],
    lines,
  );
  const [smallest, largest] = [roots[0], roots.at(-1)];
  if (!smallest || !largest) return;
  const [least, most] = [
    p50.get(`${BATCHED} ${smallest.id}`) ?? NaN,
    p50.get(`${BATCHED} ${largest.id}`) ?? NaN,
  ];
  console.log('');
  verdict('ALL over 366 days, largest subtree, with a tail', most, TARGET_MS, ' ms');
  verdict('largest subtree against smallest, with a tail', most / least, TARGET_RATIO, '×');
  const faster = (times[largest.id] ?? NaN) / most;
  console.log(
    `${faster >= TARGET_PLAIN ? 'kept  ' : 'MISSED'}  against the plain join: ${faster.toFixed(0)}× faster, target ≥ ${TARGET_PLAIN}×`,
  );
}

/** A hundred organizations in one statement. */
async function manyAtOnce(
  db: Database,
  root: Root | undefined,
  from: Date,
  end: Date,
): Promise<void> {
  if (!root) return;
  const { rows } = await sql<{
    id: string;
  }>`select organization_id as id from bench_branches order by active desc limit 100`.execute(db);
  const ids = rows.map((row) => row.id);
  const measured = await time(
    () =>
      usageTotals.load({ db, principal: root.principal, now: end }, ids, {
        scope: 'ALL',
        from,
        to: end,
        keys: null,
      }),
    31,
  );
  console.log(
    `\n${ids.length} organizations in one statement: ${ms(measured.p50)} / ${ms(measured.p95)} ms`,
  );
}

async function rolls(db: Database, end: Date): Promise<void> {
  const kinds = ['own', 'sparse', 'dense'] as const;
  const lines: string[][] = [];
  const ratios: number[] = [];
  for (const [what, metrics] of [
    ['one metric', 1],
    ['five metrics', METRICS.length],
  ] as const) {
    const times = { own: [] as number[], sparse: [] as number[], dense: [] as number[] };
    const rows = { own: 0, sparse: 0, dense: 0 };
    for (let round = 0; round < 7; round++)
      for (const kind of kinds) {
        await record(db, end, { count: ROLLED, batch: 1_000, metrics }, kind);
        const { rows: counted } = await sql<{
          count: number;
        }>`select count(*)::int as count from usage_tail`.execute(db);
        rows[kind] = counted[0]?.count ?? 0;
        const begin = performance.now();
        await sql`begin; select fold_usage(array(select ctid from usage_tail)); rollback`.execute(
          db,
        );
        if (round > 1) times[kind].push(performance.now() - begin);
        await sql`truncate usage_tail`.execute(db);
      }
    const p50 = (kind: (typeof kinds)[number]): number => summary(times[kind]).p50;
    ratios.push(p50('sparse') / p50('own'));
    lines.push([
      what,
      ...kinds.map(
        (kind) =>
          `${ms(p50(kind))} (${(p50(kind) / p50('own')).toFixed(2)}×), ${rows[kind].toLocaleString('en')} rows`,
      ),
    ]);
  }
  console.log(`\nA roll of ${ROLLED.toLocaleString('en')} events, p50 ms, and rows of the tail\n`);
  table(['each draw is of', ...kinds], lines);
  console.log('');
  verdict(
    `a roll of ${ROLLED.toLocaleString('en')} events against own totals alone`,
    Math.max(...ratios),
    TARGET_ROLL,
    '×',
  );
}

/** What a move or a deletion pays for carrying a year of usage along: the totals taken from everybody above. */
async function shifts(db: Database, roots: readonly Root[]): Promise<void> {
  const lines: string[][] = [];
  for (const root of roots) {
    const { rows } = await sql<{ parent: string | null; above: number; totals: number }>`
      select o.parent_id as parent, o.depth as above, (select count(*)::int from usage_totals t where t.organization_id = o.id) as totals
      from organizations o where o.id = ${root.id}::uuid`.execute(db);
    const place = rows[0];
    if (!place?.parent) continue;
    const measured = await time(
      () =>
        sql
          .raw(`begin; select usage_shift('${root.id}', '${place.parent}', null); rollback`)
          .execute(db),
      9,
      2,
    );
    lines.push([
      root.size.toLocaleString('en'),
      String(place.above),
      place.totals.toLocaleString('en'),
      ms(measured.p50),
    ]);
  }
  console.log('\nTaking the totals of a subtree from everybody above, p50 ms\n');
  table(['organizations', 'above', 'totals', 'ms'], lines);
}
