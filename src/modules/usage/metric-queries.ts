/** Queries of the catalog of metrics. */
import { sql } from 'kysely';
import { listBatch } from '../../database/loaders.ts';
import type { Columns } from '../../database/rows.ts';

export interface MetricRow extends Columns<
  'usage_metrics',
  'key' | 'name' | 'unit' | 'kind' | 'description'
> {
  kind: 'SUM' | 'AVERAGE';
}

/** The id of the metric `parent`, as `metricId` makes it. */
export const idOfMetric = sql`${sql.lit(metricId({ key: '' }))} || parent.key`;

/** The id of a metric in a client's cache: its key never changes. */
export function metricId({ key }: Pick<MetricRow, 'key'>): string {
  return `met_${key}`;
}

/** The catalog of metrics in its order; the key of the batch is not used. */
export const metricCatalog = listBatch<null, MetricRow & { asked_key: string }>(
  'metric catalog',
  (row) => row.asked_key,
  (_viewer, keys) => sql<MetricRow & { asked_key: string }>`
    select m.key, m.name, m.unit, m.kind, m.description, asked.key as asked_key
    from unnest(${keys}::text[]) as asked (key) cross join usage_metrics m order by m.position, m.key`,
);
