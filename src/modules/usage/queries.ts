/** Queries of usage: exact sums over organizations or subtrees, many in one statement. */
import { sql, type RawBuilder } from 'kysely';
import { isReadableParent, readableOrganizations } from '../../authorization/rights.ts';
import { listBatch, rowBatch, type Viewer } from '../../database/loaders.ts';
import type { MetricRow } from './metric-queries.ts';
import { usageSources, reach, type UsageScope } from './sources.ts';
import {
  RESOLUTIONS,
  columnsOf,
  layOut,
  type LayoutColumns,
  type Resolution,
  type Window,
} from './window.ts';

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

/** The sums of the usage of `parent` by recorded metric, as `key` and `total`. */
function sumsByMetric(layout: LayoutColumns, scope: UsageScope): RawBuilder<unknown> {
  return sql`
    select r.key, s.total
    from (select p.slot, sum(p.quantity) as total from (${usageSources(layout, scope)}) as p group by p.slot) as s
    join usage_metrics r on r.slot = s.slot`;
}

/** The same for each bucket that begins at one of `starts`, with its number as `bucket`. */
function sumsByBucket(
  layout: LayoutColumns,
  scope: UsageScope,
  starts: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`
    select s.bucket, r.key, s.total
    from (
      select width_bucket(p.at, ${starts}) as bucket, p.slot, sum(p.quantity) as total
      from (${usageSources(layout, scope)}) as p group by 1, 2
    ) as s join usage_metrics r on r.slot = s.slot`;
}

/** The metrics that are asked for, with their values from `sums`; all for null. */
function valuesOf(keys: readonly string[] | null): RawBuilder<unknown> {
  return sql`
    select m.key, m.name, m.unit, m.kind, m.description, ${metricValue} as value
    from usage_metrics m where ${keys === null ? sql`true` : sql`m.key = any (${keys}::text[])`} order by m.position, m.key`;
}

export interface TotalRow extends MetricRow {
  organization_id: string;
  value: string;
}

/** The time since which single events are available; the key is not used. */
export const eventsFrom = rowBatch<null, { key: string; at: Date }>(
  'usage events from',
  (row) => row.key,
  (_viewer, keys) => sql<{ key: string; at: Date }>`
      select asked.key, r.events_from as at from unnest(${keys}::text[]) as asked (key) cross join usage_retention r`,
);

export interface TotalsArguments extends UsageArguments {
  /** Only these metrics; null for all. */
  keys: readonly string[] | null;
}

/** The requested metrics over a window, in the order of the catalog, by organization. */
export const usageTotals = listBatch<TotalsArguments, TotalRow>(
  'usage totals',
  (row) => row.organization_id,
  ({ principal, now }, ids, { scope, keys, ...window }) => sql<TotalRow>`
    select parent.id as organization_id, totals.*
    from ${readableOrganizations(principal, reach(scope))} as parent
    cross join lateral (
      with sums as materialized (
        ${sumsByMetric(columnsOf(layOut(window, RESOLUTIONS, now)), scope)}
      )
      ${valuesOf(keys)}
    ) as totals
    where parent.id = any (${ids}::uuid[])`,
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
  ({ principal, now }, ids, { buckets, resolutions, keys, scope, ...window }) => {
    const starts = sql`${buckets.map((bucket) => bucket.from)}::timestamptz[]`;
    return sql`
      select parent.id as organization_id, totals.*
      from ${readableOrganizations(principal, reach(scope))} as parent
      cross join lateral (
        with all_sums as materialized (
          ${sumsByBucket(columnsOf(layOut(window, resolutions, now)), scope, starts)}
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
  },
);

/** The number of organizations that a summary covers. */
export const organizationCount = rowBatch<null, { id: string; count: number }>(
  'usage organization count',
  (row) => row.id,
  ({ principal }, ids) => sql<{ id: string; count: number }>`
    select parent.id, (
      select count(*)::int from organizations o where o.path >= parent.path and o.path < subtree_end(parent.path) and o.deleted_at is null
    ) as count
    from ${readableOrganizations(principal, reach('ALL'))} as parent where parent.id = any (${ids}::uuid[])`,
);

/** A summary of the usage of the organization `parent`: its row with what was asked for. */
export function summaryOfRow({ scope, from, to }: UsageArguments): RawBuilder<unknown> {
  return sql`select parent.*, ${scope}::text as scope, ${from}::timestamptz as "from", ${to}::timestamptz as "to"`;
}

/** Whether the caller may read the usage of the organization `parent`. */
export function isUsageReadable(
  { principal }: Viewer,
  { scope }: Pick<UsageArguments, 'scope'>,
): RawBuilder<boolean> {
  return isReadableParent(principal, reach(scope));
}

/** The number of organizations that the summary `parent` covers. */
export function organizationsOfSummary({
  scope,
}: Pick<UsageArguments, 'scope'>): RawBuilder<unknown> {
  if (scope === 'SINGLE') return sql`1`;
  return sql`(select count(*) from organizations o where o.path >= parent.path and o.path < subtree_end(parent.path) and o.deleted_at is null)`;
}

/** Whether all keys are in the catalog. */
export function areMetrics(keys: readonly string[] | null): RawBuilder<boolean> {
  if (keys === null) return sql`true`;
  return sql`not exists (select from unnest(${keys}::text[]) as asked (key) where asked.key not in (select m.key from usage_metrics m))`;
}

/** The metrics of the summary `parent`. */
export function metricsOfSummary(
  layout: LayoutColumns,
  scope: UsageScope,
  keys: readonly string[] | null,
): RawBuilder<unknown> {
  return sql`with sums as materialized (${sumsByMetric(layout, scope)}) ${valuesOf(keys)}`;
}

/** The buckets of a window, as they are given to a statement. */
export interface BucketColumns extends LayoutColumns {
  bucketsFrom: readonly Date[];
  bucketsTo: readonly Date[];
  keys: readonly string[] | null;
}

/** The buckets of the summary `parent`, each with its sums by recorded metric. */
export function bucketsOfSummary(
  { bucketsFrom, bucketsTo, ...layout }: BucketColumns,
  scope: UsageScope,
): RawBuilder<unknown> {
  const starts = sql`${bucketsFrom}::timestamptz[]`;
  return sql`
    with sums as materialized (
      select bucket, array_agg(key) as keys, array_agg(total) as totals from (${sumsByBucket(layout, scope, starts)}) as each group by bucket
    )
    select bucket.begins as "from", bucket.ends as "to", sums.keys as sum_keys, sums.totals as sum_totals
    from unnest(${starts}, ${bucketsTo}::timestamptz[]) with ordinality as bucket (begins, ends, number)
    left join sums on sums.bucket = bucket.number
    order by bucket.number`;
}

/** The metrics of the bucket `parent`. */
export function metricsOfBucket(keys: readonly string[] | null): RawBuilder<unknown> {
  return sql`with sums as (select * from unnest(parent.sum_keys, parent.sum_totals) as sum (key, total)) ${valuesOf(keys)}`;
}

/** The time of the request. */
export function timeOfRequest({ now }: Viewer): RawBuilder<unknown> {
  return sql`${now}::timestamptz`;
}
