/** Usage: the catalog of metrics, and summaries over one organization or its subtree. */
import { requires, requiresReach } from '../../graphql/guards.ts';
import { builder } from '../../graphql/builder.ts';
import { connect, connectionType, pageArguments } from '../../graphql/connection.ts';
import type { Context } from '../../graphql/context.ts';
import { badInput, invalidWindow } from '../../errors.ts';
import { atMost, atMostWithin, lengthOf, type Given } from '../../graphql/cost.ts';
import { OrganizationRef } from '../organization/refs.ts';
import type { OrganizationRow } from '../organization/queries.ts';
import { METRICS_MAX } from './catalog.ts';
import { EVENT_DAYS_MIN } from './retention.ts';
import {
  eventsFrom,
  metricCatalog,
  organizationCount,
  usageBuckets,
  usageByChild,
  usageTotals,
  type ChildUsageRow,
  type MetricRow,
  type TotalRow,
  type UsageArguments,
} from './queries.ts';
import {
  GRAINS,
  bucketsOf,
  checkMetricKeys,
  checkWindow,
  layOut,
  bucketCount,
  type BucketSize,
  type Grain,
  type Window,
} from './window.ts';

const UsageScopeRef = builder.enumType('UsageScope', {
  description: 'What a usage summary covers.',
  values: {
    ALL: { description: 'This organization and every descendant.' },
    SINGLE: { description: 'This organization alone.' },
  } as const,
});

const UsageMetricKindRef = builder.enumType('UsageMetricKind', {
  description: "How a metric's values combine.",
  values: {
    SUM: { description: 'Values add up.' },
    AVERAGE: { description: 'A quotient of two sums, computed from them and never from other averages.' },
  } as const,
});

const UsageMetricRef = builder.objectRef<MetricRow>('UsageMetric').implement({
  description: 'A metered quantity, recorded or derived from recorded ones.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Name used in arguments, e.g. voice_minutes.' }),
    name: t.exposeString('name', { description: 'Display name.' }),
    unit: t.exposeString('unit', { description: 'Unit of its values, in the singular.' }),
    kind: t.expose('kind', { type: UsageMetricKindRef, description: 'How its values combine.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it measures.' }),
  }),
});

const UsageMetricTotalRef = builder.objectRef<TotalRow>('UsageMetricTotal').implement({
  description: 'The value of one metric over a window.',
  fields: (t) => ({
    metric: t.field({ type: UsageMetricRef, description: 'The metric.', resolve: (row) => row }),
    value: t.expose('value', {
      type: 'Decimal',
      description: 'Its exact value; averages are rounded to 9 decimals and are 0 where there is nothing to average.',
    }),
  }),
});

/** How many metrics a field with the argument `keys` answers. */
function metricCount({ keys }: Given): number {
  return lengthOf(keys, METRICS_MAX, METRICS_MAX);
}

/** One part of a window and the metrics over it. */
interface Bucket extends Window {
  metrics: TotalRow[];
}

const UsageBucketRef = builder.objectRef<Bucket>('UsageBucket').implement({
  description: 'Usage over one part of a window.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Start of the part, inclusive.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End of the part, exclusive.' }),
    metrics: t.expose('metrics', {
      type: [UsageMetricTotalRef],
      description: 'The metrics asked for, in the order of the catalog.',
      extensions: atMostWithin(metricCount),
    }),
  }),
});

const UsageBucketSizeRef = builder.enumType('UsageBucketSize', {
  description: 'Lengths of the parts of a window, in UTC.',
  values: {
    HOUR: { description: 'Whole hours.' },
    DAY: { description: 'Days from midnight.' },
    WEEK: { description: 'Weeks from Monday.' },
    MONTH: { description: 'Calendar months.' },
  } as const,
});

const UsageByChildConnectionRef = connectionType<ChildUsageRow>({
  name: 'UsageByChild',
  node: OrganizationRef as never,
  plural: 'branches of a usage summary',
  counted: false,
  edgeFields: (t) => ({
    own: t.field({ type: 'Decimal', description: 'Usage of the organization itself.', resolve: ({ row }) => row.own }),
    subtree: t.field({
      type: 'Decimal',
      description: 'Usage of the organization and everything below it; for the organization of the summary itself, its own usage.',
      resolve: ({ row }) => row.subtree,
    }),
    share: t.float({
      description: '`subtree` as a share of the summary, 0 to 1; 0 when there is no usage.',
      resolve: ({ row }) => row.share,
    }),
  }),
});

/** A summary that has been asked for; each of its fields is read when it is selected. */
interface Summary extends UsageArguments {
  organization: OrganizationRow;
}

const METRIC_KEYS_MAX = 100;

async function catalogKeys({ loaders }: Context): Promise<ReadonlySet<string>> {
  return new Set((await loaders.load(metricCatalog, null, 'all')).map((metric) => metric.key));
}

/** The totals that fit into buckets of each size. */
const GRAINS_WITHIN: Record<BucketSize, readonly Grain[]> = { HOUR: ['HOUR'], DAY: ['DAY', 'HOUR'], WEEK: ['DAY', 'HOUR'], MONTH: GRAINS };

/** Events are kept at least for so long, whatever is configured. */
const KEPT_AT_LEAST_MS = EVENT_DAYS_MIN * 86_400_000;

/** The end of a window that cannot be told exactly any more, since its events are gone; null when there is none. */
async function missingEdge(
  window: Window,
  grains: readonly Grain[],
  { loaders, now }: Context,
): Promise<{ argument: 'from' | 'to'; since: Date } | null> {
  const old = layOut(window, grains, now).edges.filter((edge) => now.getTime() - edge.from.getTime() > KEPT_AT_LEAST_MS);
  if (old.length === 0) return null;
  const since = (await loaders.load(eventsFrom, null, 'all'))?.at;
  const missing = since && old.find((edge) => edge.from < since);
  return missing ? { argument: missing.from > window.from ? 'to' : 'from', since } : null;
}

async function wantedKeys(keys: readonly string[] | null | undefined, context: Context): Promise<ReadonlySet<string> | null> {
  if (keys == null) return null;
  if (keys.length === 0 || keys.length > METRIC_KEYS_MAX) throw badInput('keys', `must name between 1 and ${METRIC_KEYS_MAX} metrics`);
  checkMetricKeys(keys, await catalogKeys(context), 'keys');
  return new Set(keys);
}

const UsageSummaryRef = builder.objectRef<Summary>('UsageSummary').implement({
  description: 'Usage over the half-open window [from, to). The subtree is the one that exists now.',
  fields: (t) => {
    const keys = t.arg.stringList({ description: `Only these metrics; all when absent. At most ${METRIC_KEYS_MAX}.` });
    return {
      from: t.expose('from', { type: 'DateTime', description: 'Start of the window, inclusive.' }),
      to: t.expose('to', { type: 'DateTime', description: 'End of the window, exclusive.' }),
      scope: t.expose('scope', { type: UsageScopeRef, description: 'What is covered.' }),
      organizationCount: t.int({
        description: 'How many organizations are covered, with or without usage.',
        resolve: async ({ organization, scope }, _args, { loaders }) =>
          scope === 'SINGLE' ? 1 : ((await loaders.load(organizationCount, null, organization.id))?.count ?? 0),
      }),
      asOf: t.field({
        type: 'DateTime',
        description: 'Every event acknowledged before this instant is counted.',
        resolve: (_summary, _args, { now }) => now,
      }),
      metrics: t.field({
        type: [UsageMetricTotalRef],
        nullable: true,
        description: 'Metrics over the whole window, in the order of the catalog.',
        extensions: atMost(metricCount),
        args: { keys },
        async resolve({ organization, scope, from, to }, args, context) {
          const wanted = await wantedKeys(args.keys, context);
          const totals = await context.loaders.load(usageTotals, { scope, from, to }, organization.id);
          return totals.filter(({ key }) => !wanted || wanted.has(key));
        },
      }),
      buckets: t.field({
        type: [UsageBucketRef],
        nullable: true,
        description:
          'Metrics for each part of the window. Empty parts are included, and the first and last parts end where the window does. At most 1,000 parts.',
        extensions: atMostWithin(({ from, to }, { size }) => bucketCount(from, to, size)),
        args: { size: t.arg({ type: UsageBucketSizeRef, required: true, defaultValue: 'DAY', description: 'Length of the parts.' }), keys },
        async resolve({ organization, scope, from, to }, args, context) {
          const buckets = bucketsOf({ from, to }, args.size);
          const wanted = await wantedKeys(args.keys, context);
          const grains = GRAINS_WITHIN[args.size];
          const missing = await missingEdge({ from, to }, grains, context);
          if (missing) throw badInput('size', `must be at least DAY in a window that begins before ${missing.since.toISOString()}`);
          const keys = wanted && [...wanted].toSorted();
          const rows = await context.loaders.load(usageBuckets, { scope, from, to, buckets, grains, keys }, organization.id);
          const byBucket = Map.groupBy(rows, (row) => row.bucket);
          return buckets.map((bucket, index) => ({ ...bucket, metrics: byBucket.get(index) ?? [] }));
        },
      }),
      byChild: t.field({
        type: UsageByChildConnectionRef,
        nullable: true,
        description:
          "The organization's own usage and each direct child's subtree, largest first by `metric`; together they add up to the summary. " +
          'Requires `child_organizations:manage`.',
        args: {
          metric: t.arg.string({ required: true, description: 'Key of a metric of kind SUM.' }),
          first: pageArguments(t.arg).first,
          after: pageArguments(t.arg).after,
        },
        authScopes: ({ organization }, args, context) => requiresReach(organization, args, context),
        async resolve({ organization, scope, from, to }, { metric, ...page }, context) {
          const catalog = await context.loaders.load(metricCatalog, null, 'all');
          if (!catalog.some(({ key, kind }) => key === metric && kind === 'SUM'))
            throw badInput('metric', 'must be a metric of kind SUM (see Query.usageMetrics)');
          return connect(context, usageByChild, organization.id, { scope, from, to, metric }, page);
        },
      }),
    };
  },
});

builder.objectField(OrganizationRef, 'usage', (t) =>
  t.field({
    type: UsageSummaryRef,
    nullable: true,
    description:
      'Usage of this organization and everything below it, which requires `child_organizations:manage`, or with `scope: SINGLE` of ' +
      'this organization alone, which requires `usage:read` or `child_organizations:manage`. A window may begin and end at any instant while ' +
      'single events are kept, 400 days unless configured otherwise; older usage is kept by whole days (UTC), and other windows are INVALID_WINDOW.',
    args: {
      from: t.arg({ type: 'DateTime', required: true, description: 'Start of the window, inclusive.' }),
      to: t.arg({
        type: 'DateTime',
        required: true,
        description: 'End of the window, exclusive; after `from` and at most 366 days later, else INVALID_WINDOW.',
      }),
      scope: t.arg({ type: UsageScopeRef, required: true, defaultValue: 'ALL', description: 'What to cover.' }),
    },
    authScopes: (organization, args, context) =>
      (args.scope === 'ALL' ? requiresReach : requires('usage:read'))(organization, args, context),
    async resolve(organization, { from, to, scope }, context) {
      const window = checkWindow(from, to);
      const missing = await missingEdge(window, GRAINS, context);
      if (missing)
        throw invalidWindow(
          missing.argument,
          `must be midnight in UTC where it lies before ${missing.since.toISOString()}: older usage is kept by day`,
        );
      return { organization, scope, ...window };
    },
  }),
);

builder.queryField('usageMetrics', (t) =>
  t.field({
    type: [UsageMetricRef],
    nullable: true,
    description: `The catalog of metered quantities, at most ${METRICS_MAX}.`,
    extensions: atMost(METRICS_MAX),
    authScopes: { authenticated: true, organization: true },
    resolve: (_root, _args, { loaders }) => loaders.load(metricCatalog, null, 'all'),
  }),
);
