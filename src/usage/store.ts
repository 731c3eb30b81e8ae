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

/** The events of `parent`, or of its whole subtree as it is now, in the window. */
function events({ scope, from, to }: UsageArguments): RawBuilder<unknown> {
  const inWindow = sql`e.occurred_at >= ${from}::timestamptz and e.occurred_at < ${to}::timestamptz`;
  return scope === 'SINGLE'
    ? sql`(select e.* from usage_events e where e.organization_id = parent.id and ${inWindow})`
    : sql`(
        select e.* from organizations s join usage_events e on e.organization_id = s.id and ${inWindow}
        where s.path >= parent.path and s.path < subtree_end(parent.path) and s.deleted_at is null
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
      with sums as materialized (select e.metric as key, sum(e.quantity) as total from ${events(args)} as e group by e.metric)
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
export const usageBuckets = listBatch<UsageArguments & { buckets: readonly Window[] }, BucketTotalRow>(
  'usage buckets',
  (row) => row.organization_id,
  async ({ db, principal }, ids, { buckets, ...args }) => {
    const starts = sql`${buckets.map((bucket) => bucket.from)}::timestamptz[]`;
    const statement = sql<BucketTotalRow>`
      select parent.id as organization_id, totals.*
      from ${organizationsWithin(principal, { scope: 'usage:read' })} as parent
      cross join lateral (
        with all_sums as materialized (
          select width_bucket(e.occurred_at, ${starts}) as bucket, e.metric as key, sum(e.quantity) as total
          from ${events(args)} as e group by 1, 2
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
      sums as materialized (
        -- The branch that usage belongs to: the direct child on the way down from the parent, or the parent itself.
        select s.id, coalesce(s.lineage[parent.depth + 2], s.id) as branch_id, sum(e.quantity) as total
        from ${events(args)} as e join parts on parts.key = e.metric join organizations s on s.id = e.organization_id
        group by s.id
      ),
      branches as materialized (
        select c.id, coalesce(sum(sums.total) filter (where sums.id = c.id), 0) as own, coalesce(sum(sums.total), 0) as subtree
        from (
          select parent.id
          union all
          select o.id from organizations o where o.parent_id = parent.id and o.deleted_at is null and ${args.scope}::text = 'ALL'
        ) as c
        left join sums on sums.branch_id = c.id
        group by c.id
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
