/** Expected failures of changes of plan. */
import { defineUserError } from '../../command/user-error.ts';

export const BillingNotReadyError = defineUserError('BillingNotReadyError', {
  code: 'BILLING_NOT_READY',
  message: 'The organization has no billing account yet. Wait until it is provisioned.',
  description: 'The billing account of the organization is not provisioned yet.',
});

export const BillingPortalError = defineUserError<
  'BillingPortalError',
  { reason: 'NOT_OFFERED' | 'PROVIDER_FAILED' }
>('BillingPortalError', {
  code: 'BILLING_PORTAL',
  message: 'The portal of the billing provider cannot be opened.',
  description: 'The billing provider has no portal, or could not open it now.',
});

export const PlanChangePendingError = defineUserError<'PlanChangePendingError', { plan: string }>(
  'PlanChangePendingError',
  {
    code: 'PLAN_CHANGE_PENDING',
    message: 'Another change of the plan is under way. Wait until it is done or has failed.',
    description: 'The billing provider has not finished an earlier change of the plan.',
  },
);

export const PlanLimitError = defineUserError<
  'PlanLimitError',
  { limit: 'CONCURRENCY'; allowed: number; inUse: number }
>('PlanLimitError', {
  code: 'PLAN_LIMIT',
  message: 'The organization uses more now than the plan allows.',
  description: 'What the organization uses now exceeds a limit of the plan.',
});
