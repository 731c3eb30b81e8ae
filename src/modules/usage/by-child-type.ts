/** The breakdown of a usage summary by the branches of its organization. */
import { column, inSql, listInSql } from '../../compiler/forms.ts';
import { badInput } from '../../errors.ts';
import { builder } from '../../graphql/builder.ts';
import { connect, connectionType, pageArguments } from '../../graphql/connection.ts';
import { requiresReach } from '../../graphql/guards.ts';
import { OrganizationRef } from '../organization/refs.ts';
import {
  byChildArguments,
  isSum,
  shareInSql,
  usageByChild,
  type ByChildArguments,
  type ChildUsageRow,
} from './by-child-queries.ts';
import { metricCatalog } from './metric-queries.ts';
import type { SummaryArguments } from './summary-input.ts';
import { UsageSummaryRef } from './type.ts';
import { RESOLUTIONS, columnsOf, layOut } from './window.ts';

const UsageByChildConnectionRef = connectionType<ChildUsageRow>({
  name: 'UsageByChild',
  node: OrganizationRef as never,
  plural: 'branches of a usage summary',
  counted: false,
  edgeFields: (t) => ({
    own: t.field({
      type: 'Decimal',
      description: 'Usage of the organization itself.',
      resolve: ({ row }) => row.own,
      extensions: column('own'),
    }),
    subtree: t.field({
      type: 'Decimal',
      description:
        'Usage of the organization and everything below it; for the organization of the summary itself, its own usage.',
      resolve: ({ row }) => row.subtree,
      extensions: column('subtree'),
    }),
    share: t.float({
      description: '`subtree` as a share of the summary, 0 to 1; 0 when there is no usage.',
      resolve: ({ row }) => row.share,
      extensions: inSql(() => shareInSql),
    }),
  }),
});

builder.objectField(UsageSummaryRef, 'byChild', (t) =>
  t.field({
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
    extensions: listInSql<{ metric: string }, ByChildArguments, ChildUsageRow, SummaryArguments>(
      usageByChild,
      ({ metric }, _viewer, outer) => byChildArguments(metric, outer),
      {
        structural: ['scope'],
        check: ({ args }) => isSum(args),
      },
    ),
    async resolve({ organization, scope, from, to }, { metric, ...page }, context) {
      const catalog = await context.loaders.load(metricCatalog, null, 'all');
      if (!catalog.some(({ key, kind }) => key === metric && kind === 'SUM'))
        throw badInput('metric', 'must be a metric of kind SUM (see Query.usageMetrics)');
      const layout = columnsOf(layOut({ from, to }, RESOLUTIONS, context.now));
      const args = byChildArguments(metric, { scope, from, to, ...layout });
      return connect(context, usageByChild, organization.id, args, page);
    },
  }),
);
