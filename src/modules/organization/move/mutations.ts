/** Mutations of an organization's place: moving it, deleting and restoring it. */
import { builder } from '../../../graphql/builder.ts';
import { badInput } from '../../../errors.ts';
import { decodeId } from '../../../values/ids.ts';
import { atMost, weighs } from '../../../graphql/cost.ts';
import { expectedVersion, idempotencyKey, mutation } from '../../../graphql/mutation.ts';
import { definePayload, rowField } from '../../../graphql/payload.ts';
import { OWN_ROLES_MAX } from '../../role/choice.ts';
import { RoleRef } from '../../role/type.ts';
import { roleById } from '../../role/queries.ts';
import { moveOrganization, type Moved } from './commands.ts';
import { OrganizationRef, BREADCRUMB_WEIGHT } from '../refs.ts';
import { organizationById } from '../queries.ts';
import { IdempotencyConflictError } from '../../../command/errors.ts';
import { CycleError, DepthLimitError, VersionConflictError } from '../errors.ts';

const below = "The organization, which must be below the caller's organization.";

const MoveOrganizationPayloadRef = definePayload<Moved>('MoveOrganizationPayload', {
  description: 'The organization was moved, or would have been moved if this was not a dry run.',
  rows: {
    organization: rowField({
      type: OrganizationRef,
      batch: organizationById,
      id: ({ organizationId }) => organizationId,
      description: 'The organization as it is now.',
    }),
    oldParent: rowField({
      type: OrganizationRef,
      batch: organizationById,
      id: ({ oldParentId }) => oldParentId ?? null,
      nullable: true,
      description:
        'The parent before the move, as it is now. Null in the answer to a repeat whose caller no longer sees it.',
    }),
    newParent: rowField({
      type: OrganizationRef,
      batch: organizationById,
      id: ({ newParentId }) => newParentId ?? null,
      nullable: true,
      description:
        'The parent after the move, as it is now; for a dry run, the one that it would have. Null in the answer to a repeat whose ' +
        'caller no longer sees it.',
    }),
  },
  fields: (t) => {
    const breadcrumb = (slugs: (moved: Moved) => string[], description: string) =>
      t.string({
        description,
        extensions: weighs(BREADCRUMB_WEIGHT),
        args: {
          separator: t.arg.string({
            required: true,
            defaultValue: ' › ',
            description: 'Text between two slugs, at most 16 characters.',
          }),
        },
        resolve: (moved, { separator }) => {
          if (separator.length > 16) throw badInput('separator', 'must have at most 16 characters');
          return slugs(moved).join(separator);
        },
      });
    return {
      pathBefore: breadcrumb(
        ({ pathBefore }) => pathBefore,
        "Slugs from the caller's own organization down to the moved one, before.",
      ),
      pathAfter: breadcrumb(({ pathAfter }) => pathAfter, 'The same, after.'),
      affectedCount: t.exposeInt('affectedCount', {
        description:
          'Number of organizations whose place changes: the moved one and everything below it. 0 when it is there already.',
      }),
      adoptedRoles: t.field({
        type: [RoleRef],
        extensions: atMost(OWN_ROLES_MAX),
        description:
          'Roles that people below hold and that an organization defines which is no longer above: the moved organization has a copy of each ' +
          'now, which these people hold instead. Empty for a dry run.',
        resolve: async ({ roleIds }, _args, { loaders }) => {
          const roles = await Promise.all(roleIds.map((id) => loaders.load(roleById, null, id)));
          return roles.filter((role) => role !== null);
        },
      }),
      dryRun: t.exposeBoolean('dryRun', {
        description: 'Whether this was a dry run, so that nothing was changed.',
      }),
    };
  },
});

mutation('moveOrganization', {
  description:
    "Moves an organization with everything below it to another parent. Both must be in the caller's subtree. The organizations above it " +
    'before lose it and those above it now have it, at once. Requires the `child_organizations:manage` scope.',
  input: builder.inputType('MoveOrganizationInput', {
    description: 'What to move, and where to.',
    fields: (t) => ({
      id: t.id({ required: true, description: below }),
      newParentId: t.id({
        required: true,
        description: "The new parent: the caller's organization, or one below it.",
      }),
      expectedVersion: t.int({ description: expectedVersion }),
      dryRun: t.boolean({
        defaultValue: false,
        description: 'Checks everything and shows what would happen, without changing anything.',
      }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: MoveOrganizationPayloadRef,
  errors: [CycleError, DepthLimitError, VersionConflictError, IdempotencyConflictError],
  run: (input, request) =>
    moveOrganization(request, {
      ...input,
      id: decodeId('Organization', input.id, 'id'),
      newParentId: decodeId('Organization', input.newParentId, 'newParentId'),
    }),
});
