/** Mutations of provisioning. */
import { builder } from '../builder.ts';
import { decodeId } from '../ids.ts';
import { mutation } from '../mutation.ts';
import { organizationPayload } from '../organization/mutation-graph.ts';
import { organizationById } from '../organization/store.ts';
import { retryProvisioning } from './actions.ts';

mutation('retryProvisioning', {
  description:
    'Starts the steps of provisioning that failed, or wait for their next attempt, again at once. What is done stays. Takes `organizations:manage`.',
  input: builder.inputType('RetryProvisioningInput', {
    description: 'Whose provisioning to start again.',
    fields: (t) => ({ organizationId: t.id({ required: true, description: 'The organization: that of the request, or one below it.' }) }),
  }),
  payload: organizationPayload('RetryProvisioningPayload', 'The steps are on their way.'),
  failures: [],
  shows: [{ batch: organizationById, ids: ({ organizationId }) => [organizationId] }],
  run: (input, context) => retryProvisioning(context, { organizationId: decodeId('Organization', input.organizationId, 'organizationId') }),
});
