/** Mutations of provisioning. */
import { builder } from '../../graphql/builder.ts';
import { decodeId } from '../../values/ids.ts';
import { idempotencyKey, mutation } from '../../graphql/mutation.ts';
import { organizationPayload } from '../organization/payload.ts';
import { retryProvisioning } from './commands.ts';
import { IdempotencyConflictError } from '../../command/errors.ts';

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
  errors: [IdempotencyConflictError],
  run: (input, request) =>
    retryProvisioning(request, { ...input, organizationId: decodeId('Organization', input.organizationId, 'organizationId') }),
});
