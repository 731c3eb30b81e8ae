/** Mutations of an organization's place: moving it, deleting and restoring it. */
import { builder } from '../builder.ts';
import { badInput, orNotFound } from '../errors.ts';
import { decodeId, encodeId } from '../ids.ts';
import { atMost, weighs } from '../limits/cost.ts';
import { expectedVersion, idempotencyKey, mutation } from '../mutation.ts';
import { OWN_ROLES_MAX } from '../role/choice.ts';
import { RoleRef } from '../role/graph.ts';
import { roleById } from '../role/store.ts';
import { DELETED_MAX, deleteOrganization, restoreOrganization } from './delete-actions.ts';
import { moveOrganization, type Moved } from './move-actions.ts';
import { OrganizationRef, PATH_WEIGHT } from './refs.ts';
import { organizationById } from './store.ts';

const below = 'The organization; one below that of the request.';

const MoveOrganizationPayloadRef = builder.objectRef<Moved>('MoveOrganizationPayload').implement({
  description: 'The organization lies in its new place, or would, if it was a dry run.',
  fields: (t) => {
    const path = (of: (moved: Moved) => string[], description: string) =>
      t.string({
        description,
        extensions: weighs(PATH_WEIGHT),
        args: {
          separator: t.arg.string({ required: true, defaultValue: ' › ', description: 'Text between two slugs, at most 16 characters.' }),
        },
        resolve: (moved, { separator }) => {
          if (separator.length > 16) throw badInput('separator', 'must have at most 16 characters');
          return of(moved).join(separator);
        },
      });
    return {
      organization: t.field({
        type: OrganizationRef,
        description: 'The organization as it is now.',
        resolve: async ({ organizationId }, _args, { loaders }) => orNotFound(await loaders.load(organizationById, null, organizationId)),
      }),
      pathBefore: path(({ pathBefore }) => pathBefore, "Slugs from the caller's own organization down to the moved one, before."),
      pathAfter: path(({ pathAfter }) => pathAfter, 'The same, after.'),
      affectedCount: t.exposeInt('affectedCount', {
        description: 'Organizations whose place changes: the moved one and everything below it. 0 when it lies there already.',
      }),
      adoptedRoles: t.field({
        type: [RoleRef],
        extensions: atMost(OWN_ROLES_MAX),
        description:
          'Roles that people below hold and that an organization defines which is no longer above: the moved organization has a copy of each ' +
          'now, which these people hold instead. Empty for a dry run.',
        resolve: async ({ roleIds }, _args, { loaders }) => {
          const found = await Promise.all(roleIds.map((id) => loaders.load(roleById, null, id)));
          return found.filter((role) => role !== null);
        },
      }),
      dryRun: t.exposeBoolean('dryRun', { description: 'Whether nothing was changed because that was asked for.' }),
    };
  },
});

mutation('moveOrganization', {
  description:
    'Moves an organization with everything below it to another parent, both below or at the organization of the request. Those above it ' +
    'before lose it and those above it now have it, at once. Takes `child_organizations:manage`.',
  input: builder.inputType('MoveOrganizationInput', {
    description: 'What to move, and where to.',
    fields: (t) => ({
      id: t.id({ required: true, description: below }),
      newParentId: t.id({ required: true, description: 'The new parent: the organization of the request, or one below it.' }),
      expectedVersion: t.int({ description: expectedVersion }),
      dryRun: t.boolean({ defaultValue: false, description: 'Checks everything and tells what would happen, and changes nothing.' }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: MoveOrganizationPayloadRef,
  failures: ['CycleError', 'DepthLimitError', 'VersionConflictError', 'IdempotencyConflictError'],
  shows: [{ batch: organizationById, ids: ({ organizationId }) => [organizationId] }],
  run: (input, context) =>
    moveOrganization(context, {
      ...input,
      id: decodeId('Organization', input.id, 'id'),
      newParentId: decodeId('Organization', input.newParentId, 'newParentId'),
    }),
});

const DeleteModeRef = builder.enumType('DeleteMode', {
  description: 'What deleting an organization does to those below it.',
  values: {
    RESTRICT: { description: 'Refuses if there are any.' },
    CASCADE: { description: 'Deletes them with it.' },
  } as const,
});

mutation('deleteOrganization', {
  description:
    `Deletes an organization below that of the request; with CASCADE everything below it too, at most ${DELETED_MAX.toLocaleString('en')} ` +
    'organizations. Memberships give nothing any more, keys are revoked and open invitations taken back. It can be restored until `purgeAt`; ' +
    'people keep their accounts, and slugs are never given again. Sent again it finds no such organization, so it takes no `idempotencyKey`. ' +
    'Requires the `child_organizations:manage` scope. At the top of a tree, the organization of the request itself can be deleted, with ' +
    '`confirmSlug`: that requires the `organizations:manage` scope as well, and every credential of the tree stops working. Until `purgeAt` ' +
    'a member who held both scopes there restores it with `restoreOrganization`, in a request that names no organization.',
  input: builder.inputType('DeleteOrganizationInput', {
    description: 'What to delete.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The organization: one below that of the request, or its own at the top of the tree.' }),
      confirmSlug: t.string({ description: 'Its slug, as a confirmation; required for the organization of the request, else ignored.' }),
      mode: t.field({ type: DeleteModeRef, defaultValue: 'RESTRICT', description: 'What to do about organizations below.' }),
      expectedVersion: t.int({ description: expectedVersion }),
    }),
  }),
  payload: builder
    .objectRef<{ deletedOrganizationIds: string[]; removedMemberCount: number; purgeAt: Date }>('DeleteOrganizationPayload')
    .implement({
      description: 'The organization is deleted.',
      fields: (t) => ({
        deletedOrganizationIds: t.idList({
          description: `It, and what was deleted with it, in tree order; at most ${DELETED_MAX.toLocaleString('en')}.`,
          extensions: atMost(DELETED_MAX),
          resolve: ({ deletedOrganizationIds }) => deletedOrganizationIds.map((id) => encodeId('Organization', id)),
        }),
        removedMemberCount: t.exposeInt('removedMemberCount', { description: 'Memberships that ended.' }),
        purgeAt: t.expose('purgeAt', { type: 'DateTime', description: 'Until when it can be restored.' }),
      }),
    }),
  failures: ['HasChildrenError', 'VersionConflictError'],
  run: (input, context) =>
    deleteOrganization(context, { ...input, id: decodeId('Organization', input.id, 'id'), mode: input.mode ?? 'RESTRICT' }),
});

const RestoreOrganizationPayloadRef = builder
  .objectRef<{ organizationId: string; restoredCount: number }>('RestoreOrganizationPayload')
  .implement({
    description: 'The organization is there again.',
    fields: (t) => ({
      organization: t.field({
        type: OrganizationRef,
        description: 'The organization as it is now.',
        resolve: async ({ organizationId }, _args, { loaders }) => orNotFound(await loaders.load(organizationById, null, organizationId)),
      }),
      restoredCount: t.exposeInt('restoredCount', { description: 'Organizations that were restored; 0 when it was not deleted.' }),
    }),
  });

mutation('restoreOrganization', {
  description:
    'Restores a deleted organization, and what was deleted with it, under the same ids: people are members again, with the roles they held. ' +
    'Keys stay revoked and invitations closed. Sent again it finds nothing to restore and says so, so it takes no `idempotencyKey`; ' +
    'nobody can read a deleted organization and decide on what it is, so it takes no `expectedVersion`. ' +
    'Requires the `child_organizations:manage` scope; of the top of a tree, which nobody can act in, a request without an organization by ' +
    'a person who held `organizations:manage` and `child_organizations:manage` there.',
  input: builder.inputType('RestoreOrganizationInput', {
    description: 'What to restore.',
    fields: (t) => ({
      id: t.id({
        required: true,
        description: 'The organization: one that lay below that of the request or, without one, the top of a tree.',
      }),
    }),
  }),
  payload: RestoreOrganizationPayloadRef,
  failures: ['SlugTakenError', 'ParentDeletedError'],
  shows: [{ batch: organizationById, ids: ({ organizationId }) => [organizationId] }],
  async run(input, context) {
    const isOwn = !context.principal.home;
    if (isOwn) context.showing = undefined;
    const restored = await restoreOrganization(context, { id: decodeId('Organization', input.id, 'id') });
    // The answer shows the top of a tree as to a request that acts in it, which the person may again.
    if (isOwn && 'organizationId' in restored) {
      context.principal = await context.authenticate(encodeId('Organization', restored.organizationId));
    }
    return restored;
  },
});
