/** Queries of usage: exact sums over organizations or subtrees, many in one statement. */
import { sql, type RawBuilder } from 'kysely';
import { isReadableParent, readableOrganizations } from '../../authorization/rights.ts';
import { listBatch, rowBatch, type Viewer } from '../../database/loaders.ts';
import { layOutBuckets, type Buckets } from './buckets.ts';
import type { MetricRow } from './metric-queries.ts';
import { reach, usageSources, wantedMetrics, type UsageScope } from './sources.ts';
import { RESOLUTIONS, columnsOf, layOut, type LayoutColumns } from './window.ts';

export interface UsageArguments {
  scope: UsageScope;
  from: Date;
  to: Date;
}

/**
 * The value of a metric from rows `p` of its usage: the sum of its parts, divided by the sum of its
 * divisors if it has any; 0 over 0 is 0. Quotients are rounded to 9 decimals.
 */
const metricValue = sql`
  trim_scale(case when bool_or(p.is_quotient)
    then coalesce(round(sum(p.quantity) filter (where p.is_part) / nullif(sum(p.quantity) filter (where p.divides), 0), 9), 0)
    else coalesce(sum(p.quantity), 0) end)`;

const METRIC_COLUMNS = ['key', 'name', 'unit', 'kind', 'description'] as const;
const metricColumns = sql.join(METRIC_COLUMNS.map((name) => sql`m.${sql.ref(name)}`));

/** The metrics of the summary or organization `parent` that are asked for, in the order of the catalog. */
export function metricsOfSummary(
  layout: LayoutColumns,
  scope: UsageScope,
  keys: readonly string[] | null,
): RawBuilder<unknown> {
  return sql`
    with ${wantedMetrics(keys)},
    sums as materialized (
      select p.number, ${metricValue} as value from (${usageSources(layout, scope)}) as p group by p.number
    )
    select ${metricColumns}, coalesce(sums.value, 0) as value
    from metrics m left join sums on sums.number = m.number order by m.number`;
}

/**
 * The same for each bucket, as tables: `metrics`, `buckets` with `begins` and `number`, and `sums` with
 * the numbers of bucket and metric. Every bucket has each metric.
 */
function sumsByBucket(
  layout: LayoutColumns,
  scope: UsageScope,
  { bucketsFrom, keys }: Pick<BucketColumns, 'bucketsFrom' | 'keys'>,
): RawBuilder<unknown> {
  return sql`
    ${wantedMetrics(keys)},
    buckets as materialized (select begins, number::int as number from unnest(${bucketsFrom}::timestamptz[]) with ordinality as bucket (begins, number)),
    sums as materialized (
      select p.bucket, p.number, ${metricValue} as value
      from (
        select width_bucket(source.at, (select array_agg(begins order by number) from buckets)) as bucket, source.number, source.is_part, source.divides, source.is_quotient, source.quantity
        from (${usageSources(layout, scope)}) as source
        union all
        select buckets.number, wanted.number, wanted.is_part, wanted.divides, wanted.is_quotient, null from buckets cross join wanted
      ) as p group by p.bucket, p.number
    )`;
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
    cross join lateral (${metricsOfSummary(columnsOf(layOut(window, RESOLUTIONS, now)), scope, keys)}) as totals
    where parent.id = any (${ids}::uuid[])`,
);

export interface BucketTotalRow extends TotalRow {
  bucket: number;
}

export type BucketArguments = TotalsArguments & Buckets;

/** The requested metrics in each bucket of a window, by organization. Buckets have no gaps. */
export const usageBuckets = listBatch<BucketArguments, BucketTotalRow>(
  'usage buckets',
  (row) => row.organization_id,
  ({ principal, now }, ids, { keys, scope, from, to, ...buckets }) => {
    const layout = columnsOf(layOutBuckets({ from, to }, buckets, now));
    const bucketsFrom = buckets.buckets.map((bucket) => bucket.from);
    return sql`
      select parent.id as organization_id, totals.*
      from ${readableOrganizations(principal, reach(scope))} as parent
      cross join lateral (
        with ${sumsByBucket(layout, scope, { bucketsFrom, keys })}
        select sums.bucket - 1 as bucket, ${metricColumns}, sums.value
        from sums join metrics m on m.number = sums.number order by sums.bucket, sums.number
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

/** The columns of an organization that the fields of a summary, and their guards, are read with. */
const SUMMARY_COLUMNS = ['id', 'lineage', 'path', 'depth', 'deleted_at'] as const;

/** A summary of the organization of the summary `parent`, over another window. */
export function summaryOfSummary({ scope, from, to }: UsageArguments): RawBuilder<unknown> {
  const columns = SUMMARY_COLUMNS.map((name) => sql`parent.${sql.ref(name)}`);
  return sql`select ${sql.join(columns)}, ${scope}::text as scope, ${from}::timestamptz as "from", ${to}::timestamptz as "to"`;
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

/** The columns of a layout in a statement that checks whether the events it needs are kept. */
export interface CheckedColumns extends LayoutColumns {
  /** From when on it needs events that may be gone; null if it needs none. */
  needsEventsFrom: Date | null;
}

/** Whether a condition holds, and all events that a layout needs are kept. */
export function andEventsAreKept(
  condition: RawBuilder<boolean>,
  { needsEventsFrom }: CheckedColumns,
): RawBuilder<boolean> {
  if (needsEventsFrom === null) return condition;
  return sql`${condition} and not exists (select from usage_retention r where r.events_from > ${needsEventsFrom}::timestamptz)`;
}

/** Whether the summary before another one can be told. */
export function isSummaryBeforeTold(before: CheckedColumns): RawBuilder<boolean> {
  return andEventsAreKept(sql`true`, before);
}

/** Whether all keys are in the catalog. */
export function areMetrics(keys: readonly string[] | null): RawBuilder<boolean> {
  if (keys === null) return sql`true`;
  return sql`not exists (select from unnest(${keys}::text[]) as asked (key) where asked.key not in (select m.key from usage_metrics m))`;
}

/** The buckets of a window, as they are given to a statement. */
export interface BucketColumns extends CheckedColumns {
  bucketsFrom: readonly Date[];
  keys: readonly string[] | null;
}

/**
 * The buckets of the summary `parent`, each with its metrics and their values in the order of the
 * catalog.
 */
export function bucketsOfSummary(
  { bucketsFrom, keys, ...layout }: BucketColumns,
  scope: UsageScope,
): RawBuilder<unknown> {
  const inOrder = (name: string) =>
    sql`array_agg(m.${sql.ref(name)} order by m.number) as ${sql.ref(`${name}s`)}`;
  return sql`
    with ${sumsByBucket(layout, scope, { bucketsFrom, keys })},
    catalog as materialized (select ${sql.join(METRIC_COLUMNS.map(inOrder))} from metrics m)
    select buckets.begins as "from", coalesce(lead(buckets.begins) over (order by buckets.number), parent."to") as "to", totals.values, catalog.*
    from buckets cross join catalog
    left join (
      select sums.bucket, array_agg(sums.value order by sums.number) as values from sums group by sums.bucket
    ) as totals on totals.bucket = buckets.number
    order by buckets.number`;
}

/** The metrics of the bucket `parent`. */
export function metricsOfBucket(): RawBuilder<unknown> {
  const columns = METRIC_COLUMNS.map(
    (name) => sql`parent.${sql.ref(`${name}s`)}[m.number] as ${sql.ref(name)}`,
  );
  return sql`select ${sql.join(columns)}, m.value from unnest(parent.values) with ordinality as m (value, number)`;
}

/** The time of the request. */
export function timeOfRequest({ now }: Viewer): RawBuilder<unknown> {
  return sql`${now}::timestamptz`;
}
