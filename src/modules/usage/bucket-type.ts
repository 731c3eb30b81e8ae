/** Parts of the window of a usage summary. */
import { rowsInSql } from '../../compiler/forms.ts';
import { builder } from '../../graphql/builder.ts';
import { atMostWithin, lengthOf, type Given } from '../../graphql/cost.ts';
import { METRICS_MAX } from './catalog.ts';
import { UsageMetricTotalRef } from './metric-type.ts';
import { metricsOfBucket, type TotalRow } from './queries.ts';
import type { Window } from './window.ts';

/** How many metrics a field with the argument `keys` answers. */
export function metricCount({ keys }: Given): number {
  return lengthOf(keys, METRICS_MAX, METRICS_MAX);
}

/** One part of a window and the metrics over it. */
interface Bucket extends Window {
  metrics: TotalRow[];
}

export const UsageBucketRef = builder.objectRef<Bucket>('UsageBucket').implement({
  description: 'Usage over one part of a window.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Start of the part, inclusive.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End of the part, exclusive.' }),
    metrics: t.expose('metrics', {
      type: [UsageMetricTotalRef],
      description: 'The metrics asked for, in the order of the catalog.',
      extensions: {
        ...atMostWithin(metricCount),
        ...rowsInSql(() => metricsOfBucket()),
      },
    }),
  }),
});

export const UsageBucketSizeRef = builder.enumType('UsageBucketSize', {
  description: 'Lengths of the parts of a window, in its time zone.',
  values: {
    HOUR: { description: 'Whole hours.' },
    DAY: { description: 'Days from midnight.' },
    WEEK: { description: 'Weeks from Monday.' },
    MONTH: { description: 'Calendar months.' },
  } as const,
});
