/** The catalog of plans, and the change that an organization asked for. */
import { related, rowsInSql } from '../../compiler/forms.ts';
import { builder } from '../../graphql/builder.ts';
import { atMost } from '../../graphql/cost.ts';
import { BillingRef } from '../organization/profile/type.ts';
import { PLANS_MAX } from './catalog.ts';
import { planCatalog, planChanges, type PlanChangeRow, type PlanRow } from './queries.ts';

const PlanRef = builder.objectRef<PlanRow>('Plan').implement({
  description: 'What an organization can subscribe to.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Name used in arguments, e.g. free.' }),
    name: t.exposeString('name', { description: 'Display name.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What it includes.',
    }),
    maxConcurrentCalls: t.exposeInt('max_calls', {
      description: 'Calls allowed at the same time.',
    }),
  }),
});

builder.queryField('plans', (t) =>
  t.field({
    type: [PlanRef],
    nullable: true,
    description: `The catalog of plans in the order in which they are offered, at most ${PLANS_MAX}.`,
    extensions: {
      ...atMost(PLANS_MAX),
      ...rowsInSql(({ viewer }) => planCatalog.statement(viewer, ['all'], null)),
    },
    authScopes: { authenticated: true, organization: true },
    resolve: (_root, _args, { loaders }) => loaders.load(planCatalog, null, 'all'),
  }),
);

const PlanChangeStatusRef = builder.enumType('PlanChangeStatus', {
  description: 'State of a change of plan.',
  values: {
    PENDING: { description: 'Waiting for the billing provider.' },
    DONE: { description: 'The organization is on the plan, with its limits.' },
    FAILED: { description: 'Given up; the organization stays on its plan.' },
  } as const,
});

const PlanChangeRef = builder.objectRef<PlanChangeRow>('PlanChange').implement({
  description: 'A change of plan that was asked for.',
  fields: (t) => ({
    plan: t.exposeString('plan', { description: 'Key of the plan to change to.' }),
    status: t.expose('status', { type: PlanChangeStatusRef, description: 'Its state.' }),
    error: t.exposeString('error', { nullable: true, description: 'Why the last attempt failed.' }),
    requestedAt: t.expose('requested_at', {
      type: 'DateTime',
      description: 'When it was asked for.',
    }),
    finishedAt: t.expose('finished_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was made or given up.',
    }),
  }),
});

builder.objectField(BillingRef, 'planChange', (t) =>
  t.field({
    type: PlanChangeRef,
    nullable: true,
    description: 'The last change of plan; null if there was none.',
    resolve: ({ organization_id }, _args, { loaders }) =>
      loaders.load(planChanges, null, organization_id),
    extensions: related(planChanges, 'organization_id'),
  }),
);
