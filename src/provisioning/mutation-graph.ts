/** Mutations of provisioning. */
import { builder } from '../builder.ts';
import { decodeId } from '../ids.ts';
import { idempotencyKey, mutation } from '../mutation.ts';
import { organizationPayload } from '../organization/mutation-graph.ts';
import { organizationById } from '../organization/store.ts';
import { retryProvisioning } from './actions.ts';

mutation('retryProvisioning', {
  description:
    'Starts the steps of provisioning that failed, or wait for their next attempt, again at once. What is done stays. ' +
    'Steps are not part of what the version of an organization counts, so it takes no `expectedVersion`. Takes `organizations:manage`.',
  input: builder.inputType('RetryProvisioningInput', {
    description: 'Whose provisioning to start again.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: 'The organization: that of the request, or one below it.' }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: organizationPayload('RetryProvisioningPayload', 'The steps are on their way.'),
  failures: ['IdempotencyConflictError'],
  shows: [{ batch: organizationById, ids: ({ organizationId }) => [organizationId] }],
  run: (input, context) =>
    retryProvisioning(context, { ...input, organizationId: decodeId('Organization', input.organizationId, 'organizationId') }),
});
