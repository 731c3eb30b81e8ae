/** The mutation that deletes organizations. */
import { builder } from '../../../graphql/builder.ts';
import { atMost } from '../../../graphql/cost.ts';
import { expectedVersion, mutation } from '../../../graphql/mutation.ts';
import { definePayload, rowField } from '../../../graphql/payload.ts';
import { userErrorFields } from '../../../graphql/user-error.ts';
import { decodeId, encodeId } from '../../../values/ids.ts';
import { HasChildrenError, VersionConflictError } from '../errors.ts';
import { organizationById } from '../queries.ts';
import { OrganizationRef } from '../refs.ts';
import { DELETED_MAX, deleteOrganization } from './commands.ts';

userErrorFields(HasChildrenError, (t) => ({
  childCount: t.exposeInt('childCount', { description: 'Organizations directly below.' }),
}));

const DeleteModeRef = builder.enumType('DeleteMode', {
  description: 'What happens to the organizations below a deleted one.',
  values: {
    RESTRICT: { description: 'The deletion is refused if there are any.' },
    CASCADE: { description: 'They are deleted as well.' },
  } as const,
});

mutation('deleteOrganization', {
  description:
    `Deletes an organization below the caller's organization; with CASCADE everything below it too, at most ${DELETED_MAX.toLocaleString('en')} ` +
    'organizations. Memberships end, keys are revoked, and open invitations are revoked. It can be restored until `purgeAt`; ' +
    'people keep their accounts, and slugs are never reused. A repeat finds no such organization, so it has no `idempotencyKey`. ' +
    "Requires the `child_organizations:manage` scope. At the top of a tree, the caller's own organization can be deleted, with " +
    '`confirmSlug`: that requires the `organizations:manage` scope as well, and every credential of the tree stops working. Until `purgeAt` ' +
    'a member who held both scopes there restores it with `restoreOrganization`, in a request that names no organization.',
  input: builder.inputType('DeleteOrganizationInput', {
    description: 'What to delete.',
    fields: (t) => ({
      id: t.id({
        required: true,
        description:
          "The organization: one below the caller's organization, or the caller's own at the top of its tree.",
      }),
      confirmSlug: t.string({
        description:
          "The organization's slug, as a confirmation. Required for the caller's own organization, otherwise ignored.",
      }),
      mode: t.field({
        type: DeleteModeRef,
        defaultValue: 'RESTRICT',
        description: 'What to do with organizations below.',
      }),
      expectedVersion: t.int({ description: expectedVersion }),
    }),
  }),
  payload: definePayload<{
    deletedOrganizationIds: string[];
    parentId: string | null;
    removedMemberCount: number;
    purgeAt: Date;
  }>('DeleteOrganizationPayload', {
    description: 'The organization was deleted.',
    rows: {
      parent: rowField({
        type: OrganizationRef,
        batch: organizationById,
        id: ({ parentId }) => parentId,
        nullable: true,
        description:
          'The organization that it was directly below, as it is now; null at the top of a tree.',
      }),
    },
    fields: (t) => ({
      deletedOrganizationIds: t.idList({
        description: `It, and what was deleted with it, in tree order; at most ${DELETED_MAX.toLocaleString('en')}.`,
        extensions: atMost(DELETED_MAX),
        resolve: ({ deletedOrganizationIds }) =>
          deletedOrganizationIds.map((id) => encodeId('Organization', id)),
      }),
      removedMemberCount: t.exposeInt('removedMemberCount', {
        description: 'Memberships that ended.',
      }),
      purgeAt: t.expose('purgeAt', {
        type: 'DateTime',
        description: 'Until when it can be restored.',
      }),
    }),
  }),
  errors: [HasChildrenError, VersionConflictError],
  run: (input, request) =>
    deleteOrganization(request, {
      ...input,
      id: decodeId('Organization', input.id, 'id'),
      mode: input.mode ?? 'RESTRICT',
    }),
});
