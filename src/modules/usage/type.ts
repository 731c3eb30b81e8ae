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
import {
  bucketColumns,
  countedKeys,
  layoutInSql,
  RESOLUTIONS_WITHIN,
  type GivenKeys,
  type SummaryArguments,
} from './summary-input.ts';
import {
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
import { RESOLUTIONS, bucketsOf, parseWindow, bucketCount, type BucketSize } from './window.ts';

const UsageScopeRef = builder.enumType('UsageScope', {
  description: 'What a usage summary covers.',
  values: {
    ALL: { description: 'This organization and every descendant.' },
    SINGLE: { description: 'This organization alone.' },
  } as const,
});

/** A summary that has been asked for; each of its fields is read when it is selected. */
export interface Summary extends UsageArguments {
  organization: OrganizationRow;
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
          'Metrics for each part of the window. Empty parts are included, and the first and last parts end where the window does. At most 1,000 parts.',
        extensions: {
          ...atMostWithin(({ from, to }, { size }) => bucketCount(from, to, size)),
          ...rowsInSql<GivenKeys & { size: BucketSize }, BucketColumns, SummaryArguments>(
            ({ args, outer }) => bucketsOfSummary(args, outer.scope),
            { prepare: bucketColumns, check: ({ args }) => areMetrics(args.keys) },
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
        async resolve({ organization, scope, from, to }, args, { loaders, now }) {
          const buckets = bucketsOf({ from, to }, args.size);
          const wanted = await wantedKeys(args.keys, loaders);
          const resolutions = RESOLUTIONS_WITHIN[args.size];
          const missing = await missingEdge({ from, to }, resolutions, loaders, now);
          if (missing)
            throw badInput(
              'size',
              `must be at least DAY in a window that begins before ${missing.since.toISOString()}`,
            );
          const keys = wanted && [...wanted].toSorted();
          const rows = await loaders.load(
            usageBuckets,
            { scope, from, to, buckets, resolutions, keys },
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
    },
    authScopes: (organization, args, context) =>
      (args.scope === 'ALL' ? requiresReach : requires('usage:read'))(organization, args, context),
    async resolve(organization, { from, to, scope }, { loaders, now }) {
      const window = parseWindow(from, to);
      const missing = await missingEdge(window, RESOLUTIONS, loaders, now);
      if (missing)
        throw invalidWindow(
          missing.argument,
          `must be midnight in UTC where it lies before ${missing.since.toISOString()}: older usage is kept by day`,
        );
      return { organization, scope, ...window };
    },
    extensions: rowsInSql<UsageArguments, SummaryArguments>(({ args }) => summaryOfRow(args), {
      structural: ['scope'],
      prepare: ({ from, to, scope }, { now }) => ({
        from,
        to,
        scope,
        ...layoutInSql(parseWindow(from, to), RESOLUTIONS, now),
      }),
      check: ({ viewer, args }) => isUsageReadable(viewer, args),
    }),
  }),
);
