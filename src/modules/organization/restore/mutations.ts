/** The mutation that restores deleted organizations. */
import { builder } from '../../../graphql/builder.ts';
import { mutation } from '../../../graphql/mutation.ts';
import { definePayload, rowField } from '../../../graphql/payload.ts';
import { decodeId, encodeId } from '../../../values/ids.ts';
import { ParentDeletedError, SlugTakenError } from '../errors.ts';
import { organizationById } from '../queries.ts';
import { OrganizationRef } from '../refs.ts';
import { restoreOrganization, type Restored } from './commands.ts';

const RestoreOrganizationPayloadRef = definePayload<Restored>('RestoreOrganizationPayload', {
  description: 'The organization was restored.',
  rows: {
    organization: rowField({
      type: OrganizationRef,
      batch: organizationById,
      id: ({ organizationId }) => organizationId,
      description: 'The organization as it is now.',
    }),
  },
  fields: (t) => ({
    restoredCount: t.exposeInt('restoredCount', {
      description: 'Organizations that were restored; 0 when it was not deleted.',
    }),
  }),
});

mutation('restoreOrganization', {
  description:
    'Restores a deleted organization, and what was deleted with it, under the same ids: people become members again with the roles they held. ' +
    'Keys stay revoked and invitations closed. A repeat finds nothing to restore and reports that, so it has no `idempotencyKey`; ' +
    'no one can read a deleted organization and base a change on it, so it has no `expectedVersion`. ' +
    'Requires the `child_organizations:manage` scope; of the top of a tree, which nobody can act in, a request without an organization by ' +
    'a person who held `organizations:manage` and `child_organizations:manage` there.',
  input: builder.inputType('RestoreOrganizationInput', {
    description: 'What to restore.',
    fields: (t) => ({
      id: t.id({
        required: true,
        description:
          "The organization: one that was below the caller's organization or, in a request without an organization, the top of a tree.",
      }),
    }),
  }),
  payload: RestoreOrganizationPayloadRef,
  errors: [SlugTakenError, ParentDeletedError],
  async run(input, request, context) {
    const isOwn = !context.principal.organization;
    // The person's rights in the tree come back with it, so its rows cannot be read before.
    const prefetch = isOwn ? undefined : request.prefetch;
    const restored = await restoreOrganization(
      { ...request, prefetch },
      { id: decodeId('Organization', input.id, 'id') },
    );
    // The response shows the root of a tree as to a request that acts in it, which the person may again.
    if (isOwn && 'organizationId' in restored) {
      context.principal = await context.authenticate(
        encodeId('Organization', restored.organizationId),
      );
    }
    return restored;
  },
});
