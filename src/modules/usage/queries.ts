/** Queries of usage: exact sums over organizations or subtrees, many in one statement. */
import { sql } from 'kysely';
import { readableOrganizations } from '../../authorization/rights.ts';
import { listBatch, rowBatch, type ReadRequest } from '../../database/loaders.ts';
import { many } from '../../database/rows.ts';
import type { MetricRow } from './metric-queries.ts';
import { usageSources, reach, type UsageScope } from './sources.ts';
import { RESOLUTIONS, layOut, type Resolution, type Window } from './window.ts';

export interface UsageArguments {
  scope: UsageScope;
  from: Date;
  to: Date;
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
export const eventsFrom = rowBatch<null, { key: string; at: Date }>(
  'usage events from',
  (row) => row.key,
  async ({ db }, keys) => {
    const statement = sql<{ key: string; at: Date }>`
      select asked.key, r.events_from as at from unnest(${keys}::text[]) as asked (key) cross join usage_retention r`;
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
        from (select p.slot, sum(p.quantity) as total from (${usageSources(layOut(window, RESOLUTIONS, now), scope)}) as p group by p.slot) as s
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
  resolutions: readonly Resolution[];
  /** Only these metrics; null for all. */
  keys: readonly string[] | null;
}

/** The requested metrics in each bucket of a window, by organization. Buckets have no gaps. */
export const usageBuckets = listBatch<BucketArguments, BucketTotalRow>(
  'usage buckets',
  (row) => row.organization_id,
  async ({ db, principal, now }, ids, { buckets, resolutions, keys, scope, ...window }) => {
    const starts = sql`${buckets.map((bucket) => bucket.from)}::timestamptz[]`;
    const statement = sql<BucketTotalRow>`
      select parent.id as organization_id, totals.*
      from ${readableOrganizations(principal, reach(scope))} as parent
      cross join lateral (
        with all_sums as materialized (
          select s.bucket, r.key, s.total
          from (
            select width_bucket(p.at, ${starts}) as bucket, p.slot, sum(p.quantity) as total
            from (${usageSources(layOut(window, resolutions, now), scope)}) as p group by 1, 2
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
