/** Reads of usage: exact sums over one organization or its subtree, for many organizations in one statement. */
import { sql, type RawBuilder } from 'kysely';
import { organizationsWithin } from '../access/rights.ts';
import { listBatch, rowBatch, type ReadRequest } from '../database/loaders.ts';
import { between, type Page, type SortOrder } from '../database/page.ts';
import { ofOrganizations, type Placed, type Relation } from '../database/relation.ts';
import { organizationColumns, type OrganizationRow } from '../organization/store.ts';
import type { Window } from './window.ts';

export type UsageScope = 'ALL' | 'SINGLE';

export interface MetricRow {
  key: string;
  name: string;
  unit: string;
  kind: 'SUM' | 'AVERAGE';
  description: string | null;
}

/** The catalog of metrics in its order; the key of the batch is not used. */
export const metricCatalog = listBatch<null, MetricRow & { of: string }>(
  'metric catalog',
  (row) => row.of,
  async ({ db }, keys) => {
    const statement = sql<MetricRow & { of: string }>`
    select m.key, m.name, m.unit, m.kind, m.description, asked.key as of
    from unnest(${keys}::text[]) as asked (key) cross join usage_metrics m order by m.position, m.key`;
    return (await statement.execute(db)).rows;
  },
);

export interface UsageArguments {
  scope: UsageScope;
  from: Date;
  to: Date;
}

const DAY_MS = 86_400_000;

/** The whole days of a window, in UTC, as instants; null when it holds none. */
function wholeDays({ from, to }: Window): Window | null {
  const first = new Date(Math.ceil(from.getTime() / DAY_MS) * DAY_MS);
  const end = new Date(Math.floor(to.getTime() / DAY_MS) * DAY_MS);
  return first < end ? { from: first, to: end } : null;
}

/** Rows of `table` in the window that belong to `parent`, or to its subtree as it is now. */
function eventsOf(table: 'usage_events' | 'usage_tail', scope: UsageScope, { from, to }: Window): RawBuilder<unknown> {
  const inWindow = sql`e.occurred_at >= ${from}::timestamptz and e.occurred_at < ${to}::timestamptz`;
  const columns = sql`e.organization_id, e.occurred_at, e.metric, e.quantity`;
  return scope === 'SINGLE'
    ? sql`select ${columns} from ${sql.table(table)} e where e.organization_id = parent.id and ${inWindow}`
    : sql`
        select ${columns} from organizations s join ${sql.table(table)} e on e.organization_id = s.id and ${inWindow}
        where s.path >= parent.path and s.path < subtree_end(parent.path) and s.deleted_at is null`;
}

/** The events of a window that no daily total has: those of its edges, and the tail of its whole days. */
function looseEvents({ scope, from, to }: UsageArguments): RawBuilder<unknown> {
  const days = wholeDays({ from, to });
  if (!days) return sql`(${eventsOf('usage_events', scope, { from, to })})`;
  const edges = [
    { from, to: days.from },
    { from: days.to, to },
  ].filter((edge) => edge.from < edge.to);
  const parts = [...edges.map((edge) => eventsOf('usage_events', scope, edge)), eventsOf('usage_tail', scope, days)];
  return sql`(${sql.join(parts, sql` union all `)})`;
}

/** Condition on the rows `d` of the daily totals: the whole days of the window. */
function inWholeDays(window: Window): RawBuilder<unknown> {
  const days = wholeDays(window);
  return days
    ? sql`d.day >= ${days.from.toISOString().slice(0, 10)}::date and d.day < ${days.to.toISOString().slice(0, 10)}::date`
    : sql`false`;
}

/**
 * What the usage of `parent` over a window is made of, with `occurred_at`, `metric` and `quantity`: daily totals, which
 * stand at the beginning of their day, and single events. `byEvent` gives events alone, for parts shorter than a day.
 */
function pieces(args: UsageArguments, { byEvent = false } = {}): RawBuilder<unknown> {
  if (byEvent) return sql`(${eventsOf('usage_events', args.scope, args)})`;
  const total = args.scope === 'SINGLE' ? sql`d.own` : sql`d.subtree`;
  return sql`(
    select d.day::timestamp at time zone 'UTC' as occurred_at, d.metric, ${total} as quantity
    from usage_days d where d.organization_id = parent.id and ${inWholeDays(args)}
    union all
    select e.occurred_at, e.metric, e.quantity from ${looseEvents(args)} as e
  )`;
}

/**
 * The value of the metrics `m` over sums by recorded metric (`sums`, with `key` and `total`): the sum of a metric's
 * parts, divided by the sum of its divisors where it has any; 0 over 0 is 0. Quotients are rounded to 9 decimals.
 */
const metricValue = sql`
  trim_scale(case when cardinality(m.divided_by) = 0
    then coalesce((select sum(total) from sums where sums.key = any (m.parts)), 0)
    else coalesce(round(
      (select sum(total) from sums where sums.key = any (m.parts))
      / nullif((select sum(total) from sums where sums.key = any (m.divided_by)), 0), 9), 0)
  end)`;

export interface TotalRow extends MetricRow {
  organization_id: string;
  value: string;
}

/** All metrics of the catalog over a window, by organization. */
export const usageTotals = listBatch<UsageArguments, TotalRow>(
  'usage totals',
  (row) => row.organization_id,
  async ({ db, principal }, ids, args) => {
    const statement = sql<TotalRow>`
    select parent.id as organization_id, totals.*
    from ${organizationsWithin(principal, { scope: 'usage:read' })} as parent
    cross join lateral (
      with sums as materialized (select e.metric as key, sum(e.quantity) as total from ${pieces(args)} as e group by e.metric)
      select m.key, m.name, m.unit, m.kind, m.description, ${metricValue} as value from usage_metrics m order by m.position, m.key
    ) as totals
    where parent.id = any (${ids}::uuid[])`;
    return (await statement.execute(db)).rows;
  },
);

export interface BucketTotalRow extends TotalRow {
  bucket: number;
}

/** All metrics over each bucket of a window, by organization. The buckets follow one another without a gap. */
export const usageBuckets = listBatch<UsageArguments & { buckets: readonly Window[]; byEvent: boolean }, BucketTotalRow>(
  'usage buckets',
  (row) => row.organization_id,
  async ({ db, principal }, ids, { buckets, byEvent, ...args }) => {
    const starts = sql`${buckets.map((bucket) => bucket.from)}::timestamptz[]`;
    const statement = sql<BucketTotalRow>`
      select parent.id as organization_id, totals.*
      from ${organizationsWithin(principal, { scope: 'usage:read' })} as parent
      cross join lateral (
        with all_sums as materialized (
          select width_bucket(e.occurred_at, ${starts}) as bucket, e.metric as key, sum(e.quantity) as total
          from ${pieces(args, { byEvent })} as e group by 1, 2
        )
        select bucket.number - 1 as bucket, m.key, m.name, m.unit, m.kind, m.description, m.value
        from generate_series(1, ${buckets.length}::integer) as bucket (number)
        cross join lateral (
          with sums as (select * from all_sums where all_sums.bucket = bucket.number)
          select m.*, ${metricValue} as value from usage_metrics m
        ) as m
        order by bucket.number, m.position, m.key
      ) as totals
      where parent.id = any (${ids}::uuid[])`;
    return (await statement.execute(db)).rows;
  },
);

/** How many organizations a summary covers. */
export const organizationCount = rowBatch<null, { id: string; count: number }>(
  'usage organization count',
  (row) => row.id,
  async ({ db, principal }: ReadRequest, ids) => {
    const statement = sql<{ id: string; count: number }>`
    select parent.id, (
      select count(*)::int from organizations o where o.path >= parent.path and o.path < subtree_end(parent.path) and o.deleted_at is null
    ) as count
    from ${organizationsWithin(principal, { scope: 'usage:read' })} as parent where parent.id = any (${ids}::uuid[])`;
    return (await statement.execute(db)).rows;
  },
);

/** A direct child, or the organization itself with its own usage, in the breakdown of a summary. */
export interface ChildUsageRow extends OrganizationRow {
  own: string;
  subtree: string;
  share: number;
}

export interface ByChildArguments extends UsageArguments {
  metric: string;
}

const childOrder: SortOrder = {
  keys: [
    { expression: sql`u.subtree`, type: 'numeric' },
    { expression: sql`u.id`, type: 'uuid' },
  ],
  descending: true,
};

/** The breakdown of a summary: the organization's own usage and each direct child's subtree, largest first. */
export const usageByChild: Relation<ByChildArguments, ChildUsageRow> = {
  name: 'usage by child',
  parents: ofOrganizations({ scope: 'usage:read' }),
  order: ({ metric, from, to, scope }) => `${metric} ${from.toISOString()} ${to.toISOString()} ${scope}`,
  page(_viewer, args, page: Page) {
    const behind = between(childOrder, page);
    return sql<Placed<ChildUsageRow>>`
      with parts as materialized (select unnest(m.parts) as key from usage_metrics m where m.key = ${args.metric}::text),
      branch as materialized (
        select parent.id
        union all
        select o.id from organizations o where o.parent_id = parent.id and o.deleted_at is null and ${args.scope}::text = 'ALL'
      ),
      loose as (
        -- The branch that usage belongs to: the direct child on the way down from the parent, or the parent itself.
        select coalesce(s.lineage[parent.depth + 2], s.id) as id, s.id as organization_id, e.quantity
        from ${looseEvents(args)} as e join parts on parts.key = e.metric join organizations s on s.id = e.organization_id
      ),
      sums as (
        select d.organization_id as id, d.own, case when d.organization_id = parent.id then d.own else d.subtree end as subtree
        from branch join usage_days d on d.organization_id = branch.id join parts on parts.key = d.metric
        where ${inWholeDays(args)}
        union all
        select loose.id, case when loose.id = loose.organization_id then loose.quantity else 0 end, loose.quantity from loose
      ),
      branches as materialized (
        select branch.id, coalesce(sum(sums.own), 0) as own, coalesce(sum(sums.subtree), 0) as subtree
        from branch left join sums on sums.id = branch.id group by branch.id
      ),
      u as (select *, coalesce(subtree / nullif((select sum(subtree) from branches), 0), 0)::float8 as share from branches)
      select ${organizationColumns}, trim_scale(u.own) as own, trim_scale(u.subtree) as subtree, u.share, array[u.subtree::text, u.id::text] as position
      from u join organizations as o on o.id = u.id
      where ${sql.join([sql`true`, ...behind], sql` and `)}
      order by u.subtree desc, u.id desc limit ${sql.lit(page.limit + 1)}`;
  },
  count: (_viewer, { scope }) => sql`
    select 1 + (select count(*)::int from organizations o where o.parent_id = parent.id and o.deleted_at is null and ${scope}::text = 'ALL') as count`,
};
