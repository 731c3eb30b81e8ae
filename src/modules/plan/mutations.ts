/** Mutations of plans. */
import { IdempotencyConflictError } from '../../command/errors.ts';
import { builder } from '../../graphql/builder.ts';
import { expectedVersion, idempotencyKey, mutation } from '../../graphql/mutation.ts';
import { definePayload } from '../../graphql/payload.ts';
import { userErrorFields } from '../../graphql/user-error.ts';
import { decodeId } from '../../values/ids.ts';
import { VersionConflictError } from '../organization/errors.ts';
import { organizationPayload } from '../organization/payload.ts';
import { changePlan } from './commands.ts';
import {
  BillingNotReadyError,
  BillingPortalError,
  PlanChangePendingError,
  PlanLimitError,
} from './errors.ts';
import { openBillingPortal } from './portal-commands.ts';
import './type.ts';

const PlanLimitKindRef = builder.enumType('PlanLimitKind', {
  description: 'What a plan limits.',
  values: { CONCURRENCY: { description: 'Calls at the same time.' } } as const,
});

userErrorFields(PlanLimitError, (t) => ({
  limit: t.expose('limit', { type: PlanLimitKindRef, description: 'Which limit.' }),
  allowed: t.exposeInt('allowed', { description: 'What the plan allows.' }),
  inUse: t.exposeInt('inUse', { description: 'What is used now.' }),
}));

userErrorFields(PlanChangePendingError, (t) => ({
  plan: t.exposeString('plan', { description: 'Key of the plan that it changes to.' }),
}));

mutation('changePlan', {
  description:
    'Changes the plan of an organization. The billing provider makes the change afterwards, with proration; `Billing.planChange` shows its ' +
    'progress. Then the plan and its limits take effect together. To ask for the plan that the organization is on changes nothing. ' +
    'Requires the `billing:manage` scope.',
  input: builder.inputType('ChangePlanInput', {
    description: 'Which organization changes to which plan.',
    fields: (t) => ({
      organizationId: t.id({
        required: true,
        description: "The caller's organization, or one below it.",
      }),
      plan: t.string({ required: true, description: 'Key of the plan (see `Query.plans`).' }),
      expectedVersion: t.int({ description: expectedVersion }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: organizationPayload('ChangePlanPayload', 'The change of plan was asked for.'),
  errors: [
    BillingNotReadyError,
    PlanChangePendingError,
    PlanLimitError,
    VersionConflictError,
    IdempotencyConflictError,
  ],
  run: ({ organizationId, ...input }, request) =>
    changePlan(request, {
      ...input,
      id: decodeId('Organization', organizationId, 'organizationId'),
    }),
});

const BillingPortalFailureRef = builder.enumType('BillingPortalFailure', {
  description: 'Why the portal of the billing provider cannot be opened.',
  values: {
    NOT_OFFERED: { description: 'The billing provider has no portal.' },
    PROVIDER_FAILED: { description: 'The billing provider could not open it; try again later.' },
  } as const,
});

userErrorFields(BillingPortalError, (t) => ({
  reason: t.expose('reason', { type: BillingPortalFailureRef, description: 'Why.' }),
}));

mutation('openBillingPortal', {
  description:
    'Opens the portal of the billing provider, where payment methods and invoices are. Whoever has its address acts for the organization there, ' +
    'so the address is short-lived: ask for one when it is needed. Nothing of the organization changes and each address is a new one, so it has no ' +
    '`idempotencyKey` and no `expectedVersion`. Requires the `billing:manage` scope.',
  input: builder.inputType('OpenBillingPortalInput', {
    description: 'Whose portal to open.',
    fields: (t) => ({
      organizationId: t.id({
        required: true,
        description: "The caller's organization, or one below it.",
      }),
      returnUrl: t.field({
        type: 'URL',
        description:
          'Where the portal leads back to, http(s), at most 2,000 characters; what is configured at the billing provider when absent.',
      }),
    }),
  }),
  payload: definePayload<{ url: string }>('OpenBillingPortalPayload', {
    description: 'The portal is open.',
    fields: (t) => ({
      url: t.field({
        type: 'URL',
        description: 'The address to open.',
        resolve: ({ url }) => url,
      }),
    }),
  }),
  errors: [BillingNotReadyError, BillingPortalError],
  run: ({ organizationId, returnUrl }, request) =>
    openBillingPortal(request, {
      organizationId: decodeId('Organization', organizationId, 'organizationId'),
      returnUrl,
    }),
});
