/** Mutations of provisioning. */
import { builder } from '../../graphql/builder.ts';
import { decodeId } from '../../values/ids.ts';
import { idempotencyKey, mutation } from '../../graphql/mutation.ts';
import { organizationPayload } from '../organization/payload.ts';
import { retryProvisioning } from './commands.ts';
import { IdempotencyConflictError } from '../../command/errors.ts';

mutation('retryProvisioning', {
  description:
    'Restarts the provisioning steps that failed or are waiting for their next attempt. Finished steps stay as they are. ' +
    'Steps do not count toward the version of an organization, so it has no `expectedVersion`. Requires the `organizations:manage` scope.',
  input: builder.inputType('RetryProvisioningInput', {
    description: 'Whose provisioning to start again.',
    fields: (t) => ({
      organizationId: t.id({
        required: true,
        description: "The caller's organization, or one below it.",
      }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: organizationPayload('RetryProvisioningPayload', 'The failed steps were started again.'),
  errors: [IdempotencyConflictError],
  run: (input, request) =>
    retryProvisioning(request, {
      ...input,
      organizationId: decodeId('Organization', input.organizationId, 'organizationId'),
    }),
});
