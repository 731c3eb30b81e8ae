/** The catalog of metrics, and the value of one. */
import { inSql, rowsInSql, sameRow } from '../../compiler/forms.ts';
import { builder } from '../../graphql/builder.ts';
import { atMost } from '../../graphql/cost.ts';
import { METRICS_MAX } from './catalog.ts';
import { idOfMetric, metricCatalog, metricId, type MetricRow } from './metric-queries.ts';
import type { TotalRow } from './queries.ts';

const UsageMetricKindRef = builder.enumType('UsageMetricKind', {
  description: "How a metric's values combine.",
  values: {
    SUM: { description: 'Values add up.' },
    AVERAGE: {
      description: 'A quotient of two sums, computed from them and never from other averages.',
    },
  } as const,
});

const UsageMetricRef = builder.objectRef<MetricRow>('UsageMetric').implement({
  description: 'A metered quantity, recorded or derived from recorded ones.',
  fields: (t) => ({
    id: t.id({
      description:
        'An id for caches, made from the key, and never the id of anything else. It is not a node: `Query.node` does not find it.',
      resolve: metricId,
      extensions: inSql(() => idOfMetric),
    }),
    key: t.exposeString('key', { description: 'Name used in arguments, e.g. voice_minutes.' }),
    name: t.exposeString('name', { description: 'Display name.' }),
    unit: t.exposeString('unit', { description: 'Unit of its values, in the singular.' }),
    kind: t.expose('kind', { type: UsageMetricKindRef, description: 'How its values combine.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What it measures.',
    }),
  }),
});

export const UsageMetricTotalRef = builder.objectRef<TotalRow>('UsageMetricTotal').implement({
  description: 'The value of one metric over a window.',
  fields: (t) => ({
    metric: t.field({
      type: UsageMetricRef,
      description: 'The metric.',
      resolve: (row) => row,
      extensions: sameRow({
        key: 'key',
        name: 'name',
        unit: 'unit',
        kind: 'kind',
        description: 'description',
      }),
    }),
    value: t.expose('value', {
      type: 'Decimal',
      description:
        'Its exact value; averages are rounded to 9 decimals and are 0 where there is nothing to average.',
    }),
  }),
});

builder.queryField('usageMetrics', (t) =>
  t.field({
    type: [UsageMetricRef],
    nullable: true,
    description: `The catalog of metered quantities, at most ${METRICS_MAX}.`,
    extensions: {
      ...atMost(METRICS_MAX),
      ...rowsInSql(({ viewer }) => metricCatalog.statement(viewer, ['all'], null)),
    },
    authScopes: { authenticated: true, organization: true },
    resolve: (_root, _args, { loaders }) => loaders.load(metricCatalog, null, 'all'),
  }),
);
