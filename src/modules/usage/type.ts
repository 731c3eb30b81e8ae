/** Summaries of usage over one organization or its subtree. */
import { requires, requiresReach } from '../../graphql/guards.ts';
import { inSql, rowsInSql } from '../../compiler/forms.ts';
import { builder } from '../../graphql/builder.ts';
import { badInput, invalidWindow } from '../../errors.ts';
import { atMost, atMostWithin } from '../../graphql/cost.ts';
import { OrganizationRef } from '../organization/refs.ts';
import type { OrganizationRow } from '../organization/queries.ts';
import { METRIC_KEYS_MAX, missingEdge, wantedKeys } from './input.ts';
import { UsageMetricTotalRef } from './metric-type.ts';
import { metricCount, UsageBucketRef, UsageBucketSizeRef } from './bucket-type.ts';
import { EVENT_DAYS_MAX, bucketCount, bucketsOf, layOutBuckets } from './buckets.ts';
import { requireTimeZone } from './time-zone.ts';
import {
  bucketColumns,
  countedKeys,
  summaryInSql,
  type GivenKeys,
  type SummaryArguments,
} from './summary-input.ts';
import {
  andEventsAreKept,
  areMetrics,
  bucketsOfSummary,
  isUsageReadable,
  metricsOfSummary,
  organizationCount,
  organizationsOfSummary,
  summaryOfRow,
  timeOfRequest,
  usageBuckets,
  usageTotals,
  type BucketColumns,
  type UsageArguments,
} from './queries.ts';
import { HOURS_DAYS, RESOLUTIONS, layOut, parseWindow, type BucketSize } from './window.ts';

const UsageScopeRef = builder.enumType('UsageScope', {
  description: 'What a usage summary covers.',
  values: {
    ALL: { description: 'This organization and every descendant.' },
    SINGLE: { description: 'This organization alone.' },
  } as const,
});

/** The arguments of a summary, as the client gives them. */
interface GivenUsage extends UsageArguments {
  timeZone?: string | null;
}

/** A summary that has been asked for; each of its fields is read when it is selected. */
export interface Summary extends UsageArguments {
  organization: OrganizationRow;
  /** The zone of its buckets; null for UTC. */
  timeZone: string | null;
  /** Whether it is the previous summary of another one. */
  isPrevious: boolean;
}

export const UsageSummaryRef = builder.objectRef<Summary>('UsageSummary').implement({
  description:
    'Usage over the half-open window [from, to). The subtree is the one that exists now.',
  fields: (t) => {
    const keys = t.arg.stringList({
      description: `Only these metrics; all when absent. At most ${METRIC_KEYS_MAX}.`,
    });
    return {
      from: t.expose('from', { type: 'DateTime', description: 'Start of the window, inclusive.' }),
      to: t.expose('to', { type: 'DateTime', description: 'End of the window, exclusive.' }),
      scope: t.expose('scope', { type: UsageScopeRef, description: 'What is covered.' }),
      organizationCount: t.int({
        description: 'How many organizations are covered, with or without usage.',
        resolve: async ({ organization, scope }, _args, { loaders }) =>
          scope === 'SINGLE'
            ? 1
            : ((await loaders.load(organizationCount, null, organization.id))?.count ?? 0),
        extensions: inSql<unknown, undefined, SummaryArguments>(({ outer }) =>
          organizationsOfSummary(outer),
        ),
      }),
      asOf: t.field({
        type: 'DateTime',
        description: 'Every event acknowledged before this instant is counted.',
        resolve: (_summary, _args, { now }) => now,
        extensions: inSql(({ viewer }) => timeOfRequest(viewer)),
      }),
      metrics: t.field({
        type: [UsageMetricTotalRef],
        nullable: true,
        description: 'Metrics over the whole window, in the order of the catalog.',
        extensions: {
          ...atMost(metricCount),
          ...rowsInSql<GivenKeys, { keys: readonly string[] | null }, SummaryArguments>(
            ({ args, outer }) => metricsOfSummary(outer, outer.scope, args.keys),
            {
              prepare: ({ keys: given }) => ({ keys: countedKeys(given) }),
              check: ({ args }) => areMetrics(args.keys),
            },
          ),
        },
        args: { keys },
        async resolve({ organization, scope, from, to }, args, { loaders }) {
          const wanted = await wantedKeys(args.keys, loaders);
          const keys = wanted && [...wanted].toSorted();
          return loaders.load(usageTotals, { scope, from, to, keys }, organization.id);
        },
      }),
      buckets: t.field({
        type: [UsageBucketRef],
        nullable: true,
        description:
          'Metrics for each part of the window, in its `timeZone`. Empty parts are included, and the first and last parts end where the window does. ' +
          `At most 1,000 parts. Totals are kept by the day in UTC, and by the hour for ${HOURS_DAYS} days. In other time zones, what they cannot tell is ` +
          'added up from single events: each HOUR and DAY longer ago, the day in which each older WEEK and MONTH begins, and the hour in which a part ' +
          `begins that does not begin on a whole hour of UTC. More than ${EVENT_DAYS_MAX} days of single events are LIMIT_EXCEEDED.`,
        extensions: {
          ...atMostWithin((summary, { size }) => bucketCount(summary, size)),
          ...rowsInSql<GivenKeys & { size: BucketSize }, BucketColumns, SummaryArguments>(
            ({ args, outer }) => bucketsOfSummary(args, outer.scope),
            {
              prepare: bucketColumns,
              check: ({ args }) => andEventsAreKept(areMetrics(args.keys), args),
            },
          ),
        },
        args: {
          size: t.arg({
            type: UsageBucketSizeRef,
            required: true,
            defaultValue: 'DAY',
            description: 'Length of the parts.',
          }),
          keys,
        },
        async resolve({ organization, scope, timeZone, ...window }, args, { loaders, now }) {
          const { size } = args;
          const { from, to } = window;
          const buckets = bucketsOf(window, size, timeZone);
          const wanted = await wantedKeys(args.keys, loaders);
          const layout = layOutBuckets(window, { size, timeZone, buckets }, now);
          const missing = await missingEdge(window, layout, loaders, now);
          if (missing) throw bucketsGone(timeZone, missing.since);
          const keys = wanted && [...wanted].toSorted();
          const rows = await loaders.load(
            usageBuckets,
            { scope, from, to, buckets, size, timeZone, keys },
            organization.id,
          );
          const byBucket = Map.groupBy(rows, (row) => row.bucket);
          return buckets.map((bucket, index) => ({
            ...bucket,
            metrics: byBucket.get(index) ?? [],
          }));
        },
      }),
    };
  },
});

/** The error for parts that cannot be told exactly any more. */
function bucketsGone(timeZone: string | null, since: Date) {
  const window = `in a window that begins before ${since.toISOString()}`;
  return timeZone === null
    ? badInput('size', `must be at least DAY ${window}`)
    : badInput('timeZone', `must be UTC ${window}: older usage is kept by day in UTC`);
}

builder.objectField(OrganizationRef, 'usage', (t) =>
  t.field({
    type: UsageSummaryRef,
    nullable: true,
    description:
      'Usage of this organization and everything below it, which requires `child_organizations:manage`, or with `scope: SINGLE` of ' +
      'this organization alone, which requires `usage:read` or `child_organizations:manage`. A window may begin and end at any instant while ' +
      'single events are kept, 400 days unless configured otherwise; older usage is kept by whole days (UTC), and other windows are INVALID_WINDOW.',
    args: {
      from: t.arg({
        type: 'DateTime',
        required: true,
        description: 'Start of the window, inclusive.',
      }),
      to: t.arg({
        type: 'DateTime',
        required: true,
        description:
          'End of the window, exclusive; after `from` and at most 366 days later, else INVALID_WINDOW.',
      }),
      scope: t.arg({
        type: UsageScopeRef,
        required: true,
        defaultValue: 'ALL',
        description: 'What to cover.',
      }),
      timeZone: t.arg.string({
        description:
          'The zone in which the days, weeks and months of `buckets` begin, as named by the IANA time zone database, e.g. Europe/Berlin; UTC when ' +
          'absent. Days in which clocks change have 23 or 25 hours.',
      }),
    },
    authScopes: (organization, args, context) =>
      (args.scope === 'ALL' ? requiresReach : requires('usage:read'))(organization, args, context),
    async resolve(organization, { from, to, scope, timeZone }, { loaders, now }) {
      const window = parseWindow(from, to);
      const zone = requireTimeZone(timeZone);
      const missing = await missingEdge(window, layOut(window, RESOLUTIONS, now), loaders, now);
      if (missing)
        throw invalidWindow(
          missing.argument,
          `must be midnight in UTC where it lies before ${missing.since.toISOString()}: older usage is kept by day`,
        );
      return { organization, scope, timeZone: zone, isPrevious: false, ...window };
    },
    extensions: rowsInSql<GivenUsage, SummaryArguments>(({ args }) => summaryOfRow(args), {
      structural: ['scope'],
      prepare: ({ from, to, scope, timeZone }, viewer) =>
        summaryInSql(
          parseWindow(from, to),
          { scope, timeZone: requireTimeZone(timeZone), isPrevious: false },
          viewer,
        ),
      check: ({ viewer, args }) => andEventsAreKept(isUsageReadable(viewer, args), args),
    }),
  }),
);
