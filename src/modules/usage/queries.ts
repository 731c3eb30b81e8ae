/** Queries of usage: exact sums over organizations or subtrees, many in one statement. */
import { sql, type RawBuilder } from 'kysely';
import { readableOrganizations, type ReadableOptions } from '../../authorization/rights.ts';
import { listBatch, rowBatch, type ReadRequest } from '../../database/loaders.ts';
import { between, type Page, type SortOrder } from '../../database/keyset.ts';
import { ofOrganizations, type ListDefinition, type WithSortKeys } from '../../database/list.ts';
import { organizationColumns, type OrganizationRow } from '../organization/queries.ts';
import { GRAINS, layOut, type Grain, type Layout, type Part, type Window } from './window.ts';
import { many, type Columns } from '../../database/rows.ts';

export type UsageScope = 'ALL' | 'SINGLE';

export interface MetricRow extends Columns<'usage_metrics', 'key' | 'name' | 'unit' | 'kind' | 'description'> {
  kind: 'SUM' | 'AVERAGE';
}

/** The catalog of metrics in its order; the key of the batch is not used. */
export const metricCatalog = listBatch<null, MetricRow & { of: string }>(
  'metric catalog',
  (row) => row.of,
  async ({ db }, keys) => {
    const statement = sql<MetricRow & { of: string }>`
    select m.key, m.name, m.unit, m.kind, m.description, asked.key as of
    from unnest(${keys}::text[]) as asked (key) cross join usage_metrics m order by m.position, m.key`;
    return many(db, statement);
  },
);

export interface UsageArguments {
  scope: UsageScope;
  from: Date;
  to: Date;
}

/** The organizations whose usage the caller may read, alone or with everything below. */
const reach = (scope: UsageScope): ReadableOptions => ({ scope: 'usage:read', reachingBelow: scope === 'ALL' });

/** Subtrees with more organizations than this are searched for edge events by time. */
const MANY = 2_000;

/**
 * The totals of `holder` in the parts of a layout: `totals` with `starts_at`, `own` and `subtree`
 * by slot. `offset 0` keeps the planner from reading all totals of the holder and filtering
 * afterwards.
 */
const totalsOf = (holder: RawBuilder<unknown>, parts: readonly Part[]): RawBuilder<unknown> => sql`
  unnest(${parts.map(({ grain }) => grain)}::usage_grain[], ${parts.map(({ from }) => from)}::timestamptz[], ${parts.map(({ to }) => to)}::timestamptz[])
    as part (grain, begins, ends)
  cross join lateral (
    select t.starts_at, t.own, t.subtree from usage_totals t
    where t.organization_id = ${holder} and t.grain = part.grain and t.starts_at >= part.begins and t.starts_at < part.ends
    offset 0
  ) as totals`;

/**
 * The pending amounts to be added to the totals of `holder` in the parts of a layout: `tail` with
 * `hour`, `slot`, `own` and `subtree`.
 */
const tailOf = (holder: RawBuilder<unknown>, parts: readonly Part[]): RawBuilder<unknown> => sql`
  lateral (
    select t.hour, t.slot, sum(t.own) as own, sum(t.subtree) as subtree from usage_tail t
    where t.organization_id = ${holder} and t.hour >= ${parts[0]?.from}::timestamptz and t.hour < ${parts.at(-1)?.to}::timestamptz
    group by t.hour, t.slot
  ) as tail`;

/** The single events at a layout's edges. The planner does not choose between the two ways. */
function edgeEvents(edges: readonly Window[], scope: UsageScope): RawBuilder<unknown> {
  const windows = sql`unnest(${edges.map(({ from }) => from)}::timestamptz[], ${edges.map(({ to }) => to)}::timestamptz[]) as edge (begins, ends)`;
  const events = (condition: RawBuilder<unknown>): RawBuilder<unknown> => sql`lateral (
    select e.organization_id, e.occurred_at, e.metric, e.quantity from usage_events e
    where ${condition} e.occurred_at >= edge.begins and e.occurred_at < edge.ends offset 0
  ) as e`;
  const columns = sql`e.organization_id, e.occurred_at as at, m.slot, e.quantity`;
  if (scope === 'SINGLE')
    return sql`select ${columns} from ${windows} cross join ${events(sql`e.organization_id = parent.id and`)} join usage_metrics m on m.key = e.metric`;
  const alive = sql`s.path >= parent.path and s.path < subtree_end(parent.path) and s.deleted_at is null`;
  return sql`
    select ${columns} from (
      with few as materialized (select s.id from organizations s where ${alive} limit ${sql.lit(MANY + 1)}),
      size as materialized (select count(*) > ${sql.lit(MANY)} as is_large from few)
      select e.* from ${windows} cross join ${events(sql`e.organization_id = any (array(select few.id from few)) and`)}
      where not (select is_large from size)
      union all
      select e.* from ${windows} cross join ${events(sql``)}
      cross join lateral (select from organizations s where s.id = e.organization_id and ${alive} offset 0) as s
      where (select is_large from size)
    ) as e join usage_metrics m on m.key = e.metric`;
}

/**
 * The sources of the usage of `parent`, with `at` (the start of a total, or the time of an event),
 * `slot` and `quantity`.
 */
function pieces({ parts, edges }: Layout, scope: UsageScope): RawBuilder<unknown> {
  const members = scope === 'SINGLE' ? sql`select parent.id, false as whole` : sql`select * from usage_members(parent.id, parent.path)`;
  const branches = [];
  if (parts.length > 0) {
    branches.push(
      sql`
        select totals.starts_at as at, amounts.slot, amounts.quantity
        from member cross join ${totalsOf(sql`member.id`, parts)}
        cross join lateral unnest(case when member.whole then totals.subtree else totals.own end) with ordinality as amounts (quantity, slot)`,
      sql`
        select tail.hour, tail.slot, case when member.whole then tail.subtree else tail.own end
        from member cross join ${tailOf(sql`member.id`, parts)}`,
    );
  }
  if (edges.length > 0) branches.push(sql`select e.at, e.slot, e.quantity from (${edgeEvents(edges, scope)}) as e`);
  return sql`with member as materialized (${members}) ${sql.join(branches, sql` union all `)}`;
}

/**
 * The value of the metrics `m` from sums by recorded metric (`sums`, with `key` and `total`): the
 * sum of a metric's parts, divided by the sum of its divisors if it has any; 0 over 0 is 0.
 * Quotients are rounded to 9 decimals.
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

/** The time since which single events are available; the key is not used. */
export const eventsFrom = rowBatch<null, { of: string; at: Date }>(
  'usage events from',
  (row) => row.of,
  async ({ db }, keys) => {
    const statement = sql<{ of: string; at: Date }>`
      select asked.of, r.events_from as at from unnest(${keys}::text[]) as asked (of) cross join usage_retention r`;
    return many(db, statement);
  },
);

/** All metrics of the catalog over a window, by organization. */
export const usageTotals = listBatch<UsageArguments, TotalRow>(
  'usage totals',
  (row) => row.organization_id,
  async ({ db, principal, now }, ids, { scope, ...window }) => {
    const statement = sql<TotalRow>`
    select parent.id as organization_id, totals.*
    from ${readableOrganizations(principal, reach(scope))} as parent
    cross join lateral (
      with sums as materialized (
        select r.key, s.total
        from (select p.slot, sum(p.quantity) as total from (${pieces(layOut(window, GRAINS, now), scope)}) as p group by p.slot) as s
        join usage_metrics r on r.slot = s.slot
      )
      select m.key, m.name, m.unit, m.kind, m.description, ${metricValue} as value from usage_metrics m order by m.position, m.key
    ) as totals
    where parent.id = any (${ids}::uuid[])`;
    return many(db, statement);
  },
);

export interface BucketTotalRow extends TotalRow {
  bucket: number;
}

export interface BucketArguments extends UsageArguments {
  buckets: readonly Window[];
  grains: readonly Grain[];
  /** Only these metrics; null for all. */
  keys: readonly string[] | null;
}

/** The requested metrics in each bucket of a window, by organization. Buckets have no gaps. */
export const usageBuckets = listBatch<BucketArguments, BucketTotalRow>(
  'usage buckets',
  (row) => row.organization_id,
  async ({ db, principal, now }, ids, { buckets, grains, keys, scope, ...window }) => {
    const starts = sql`${buckets.map((bucket) => bucket.from)}::timestamptz[]`;
    const statement = sql<BucketTotalRow>`
      select parent.id as organization_id, totals.*
      from ${readableOrganizations(principal, reach(scope))} as parent
      cross join lateral (
        with all_sums as materialized (
          select s.bucket, r.key, s.total
          from (
            select width_bucket(p.at, ${starts}) as bucket, p.slot, sum(p.quantity) as total
            from (${pieces(layOut(window, grains, now), scope)}) as p group by 1, 2
          ) as s join usage_metrics r on r.slot = s.slot
        )
        select bucket.number - 1 as bucket, m.key, m.name, m.unit, m.kind, m.description, m.value
        from generate_series(1, ${buckets.length}::integer) as bucket (number)
        cross join lateral (
          with sums as (select * from all_sums where all_sums.bucket = bucket.number)
          select m.*, ${metricValue} as value from usage_metrics m where ${keys === null ? sql`true` : sql`m.key = any (${keys}::text[])`}
        ) as m
        order by bucket.number, m.position, m.key
      ) as totals
      where parent.id = any (${ids}::uuid[])`;
    return many(db, statement);
  },
);

/** The number of organizations that a summary covers. */
export const organizationCount = rowBatch<null, { id: string; count: number }>(
  'usage organization count',
  (row) => row.id,
  async ({ db, principal }: ReadRequest, ids) => {
    const statement = sql<{ id: string; count: number }>`
    select parent.id, (
      select count(*)::int from organizations o where o.path >= parent.path and o.path < subtree_end(parent.path) and o.deleted_at is null
    ) as count
    from ${readableOrganizations(principal, reach('ALL'))} as parent where parent.id = any (${ids}::uuid[])`;
    return many(db, statement);
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

/** The organization's own usage and that of each child's subtree, largest first. */
export const usageByChild: ListDefinition<ByChildArguments, ChildUsageRow> = {
  name: 'usage by child',
  parents: ofOrganizations(reach('ALL')),
  order: ({ metric, from, to, scope }) => `${metric} ${from.toISOString()} ${to.toISOString()} ${scope}`,
  page({ now }, { metric, scope, ...window }, page: Page) {
    const layout = layOut(window, GRAINS, now);
    const behind = between(childOrder, page);
    const sources = [];
    if (layout.parts.length > 0) {
      const own = (amount: RawBuilder<unknown>): RawBuilder<unknown> => sql`case when member.id = branch.id then ${amount} end`;
      sources.push(
        sql`
          select branch.id, ${own(sql`totals.own[slots.slot]`)}, (case when member.whole then totals.subtree else totals.own end)[slots.slot]
          from branch cross join lateral usage_members(branch.id, branch.path) as member cross join ${totalsOf(sql`member.id`, layout.parts)} cross join slots`,
        sql`
          select branch.id, ${own(sql`tail.own`)}, case when member.whole then tail.subtree else tail.own end
          from branch cross join lateral usage_members(branch.id, branch.path) as member cross join ${tailOf(sql`member.id`, layout.parts)}
          join slots on slots.slot = tail.slot`,
      );
    }
    if (layout.edges.length > 0) {
      // The branch of an event: the direct child on its path, or the parent itself.
      sources.push(sql`
        select b.id, case when b.id = s.id then e.quantity end, e.quantity
        from (${edgeEvents(layout.edges, scope)}) as e join slots on slots.slot = e.slot join organizations s on s.id = e.organization_id
        cross join lateral (select coalesce(s.lineage[parent.depth + 2], s.id) as id) as b`);
    }
    return sql<WithSortKeys<ChildUsageRow>>`
      with slots as materialized (
        select r.slot from usage_metrics m join usage_metrics r on r.key = any (m.parts) where m.key = ${metric}::text and r.slot is not null
      ),
      branch as materialized (
        select parent.id, parent.path
        union all
        select o.id, o.path from organizations o where o.parent_id = parent.id and o.deleted_at is null and ${scope}::text = 'ALL'
      ),
      sums as (select * from (${sql.join(sources, sql` union all `)}) as source (id, own, subtree)),
      branches as materialized (
        -- The parent counts only its own usage here; what is below counts under its children.
        select branch.id, coalesce(sum(sums.own), 0) as own,
          coalesce(sum(case when branch.id = parent.id then sums.own else sums.subtree end), 0) as subtree
        from branch left join sums on sums.id = branch.id group by branch.id
      ),
      u as (select *, coalesce(subtree / nullif((select sum(subtree) from branches), 0), 0)::float8 as share from branches)
      select ${organizationColumns}, trim_scale(u.own) as own, trim_scale(u.subtree) as subtree, u.share, array[u.subtree::text, u.id::text] as sort_keys
      from u join organizations as o on o.id = u.id
      where ${sql.join([sql`true`, ...behind], sql` and `)}
      order by u.subtree desc, u.id desc limit ${sql.lit(page.limit + 1)}`;
  },
  count: (_viewer, { scope }) => sql`
    select 1 + (select count(*)::int from organizations o where o.parent_id = parent.id and o.deleted_at is null and ${scope}::text = 'ALL') as count`,
};
