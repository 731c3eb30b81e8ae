/** Mutations of an organization's own roles. */
import { builder } from '../../graphql/builder.ts';
import { decodeId, encodeId } from '../../values/ids.ts';
import { idempotencyKey, mutation } from '../../graphql/mutation.ts';
import { definePayload, rowField } from '../../graphql/payload.ts';
import { organizationById } from '../organization/queries.ts';
import { OrganizationRef } from '../organization/refs.ts';
import { createRole, deleteRole, updateRole } from './commands.ts';
import { RoleRef } from './type.ts';
import { roleById } from './queries.ts';
import { IdempotencyConflictError } from '../../command/errors.ts';
import {
  RoleEscalationError,
  RoleInUseError,
  RoleKeyTakenError,
  NoValidRoleError,
} from './errors.ts';
import { userErrorFields } from '../../graphql/user-error.ts';
import { SCOPES_MAX } from '../../authorization/scopes.ts';
import { atMost } from '../../graphql/cost.ts';
import { ROLES_MAX } from './choice.ts';

userErrorFields(NoValidRoleError, (t) => ({
  ignoredRoles: t.exposeStringList('ignoredRoles', {
    description: 'The role keys and ids that mean nothing here.',
    extensions: atMost(ROLES_MAX),
  }),
}));

userErrorFields(RoleEscalationError, (t) => ({
  missingScopes: t.exposeStringList('missingScopes', {
    description:
      'The scopes that the caller lacks; `child_organizations:manage` when the role is used in organizations below.',
    extensions: atMost(SCOPES_MAX),
  }),
}));

userErrorFields(RoleInUseError, (t) => ({
  memberCount: t.exposeInt('memberCount', {
    description:
      'Members that hold it, here and, for a caller with `child_organizations:manage`, below. 0 when only others use it.',
  }),
  invitationCount: t.exposeInt('invitationCount', {
    description:
      'Pending or expired invitations that offer it, here and, for a caller with `child_organizations:manage`, below.',
  }),
}));

function rolePayload(name: string, description: string) {
  return definePayload<{ roleId: string }>(name, {
    description,
    rows: {
      role: rowField({
        type: RoleRef,
        batch: roleById,
        id: ({ roleId }) => roleId,
        description: 'The role as it is now.',
      }),
    },
  });
}

const name = 'Display name: 1 to 100 characters, at least one of them visible, and not a link.';
const description = 'What the role is for, at most 500 characters.';
const scopes =
  'Scopes that the role grants, from `Query.scopes`, limited to those the caller holds on the organization.';

mutation('createRole', {
  description:
    'Defines a role, usable in the organization and everything below it. At most 100 per organization. Requires the `roles:manage` scope.',
  input: builder.inputType('CreateRoleInput', {
    description: 'The new role.',
    fields: (t) => ({
      organizationId: t.id({
        required: true,
        description:
          "The organization that defines the role: the caller's organization, or one below it.",
      }),
      key: t.string({
        required: true,
        description:
          'Name for inputs, never changes: 1 to 63 of a-z, 0-9 and _, starting with a letter.',
      }),
      name: t.string({ required: true, description: name }),
      description: t.string({ description }),
      scopes: t.stringList({ required: true, description: scopes }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: rolePayload('CreateRolePayload', 'The role was created.'),
  errors: [RoleKeyTakenError, RoleEscalationError, IdempotencyConflictError],
  run: (input, request) =>
    createRole(request, {
      ...input,
      organizationId: decodeId('Organization', input.organizationId, 'organizationId'),
    }),
});

mutation('updateRole', {
  description:
    'Changes a role for everybody who holds it, at once. The caller must hold the scopes that it gave and those that it will give. ' +
    'While it is held or offered in an organization below, its scopes change only for a caller with `child_organizations:manage`. ' +
    'A repeat leaves the role in the same state, so it has no `idempotencyKey`; roles have no version. ' +
    'Requires the `roles:manage` scope.',
  input: builder.inputType('UpdateRoleInput', {
    description: 'What to change; absent fields stay as they are.',
    fields: (t) => ({
      id: t.id({
        required: true,
        description: 'The role, which must be one that an organization defined.',
      }),
      name: t.string({ description: `${name} Cannot be cleared.` }),
      description: t.string({ description: `${description} Null clears it.` }),
      scopes: t.stringList({ description: `${scopes} Replaces the list.` }),
    }),
  }),
  payload: rolePayload('UpdateRolePayload', 'The role was changed.'),
  errors: [RoleKeyTakenError, RoleEscalationError],
  run: (input, request) => updateRole(request, { ...input, id: decodeId('Role', input.id, 'id') }),
});

mutation('deleteRole', {
  description:
    'Removes a role that nobody holds and no open invitation offers. The caller must hold the scopes that it gives. ' +
    'A repeat finds no such role, so it has no `idempotencyKey`; roles have no version, so it has no `expectedVersion`. Requires the `roles:manage` scope.',
  input: builder.inputType('DeleteRoleInput', {
    description: 'Which role to remove.',
    fields: (t) => ({
      id: t.id({
        required: true,
        description: 'The role, which must be one that an organization defined.',
      }),
    }),
  }),
  payload: definePayload<{ deletedRoleId: string; organizationId: string }>('DeleteRolePayload', {
    description: 'The role was deleted.',
    rows: {
      organization: rowField({
        type: OrganizationRef,
        batch: organizationById,
        id: ({ organizationId }) => organizationId,
        description: 'The organization that had defined it.',
      }),
    },
    fields: (t) => ({
      deletedRoleId: t.id({
        description: 'Id of the deleted role.',
        resolve: ({ deletedRoleId }) => encodeId('Role', deletedRoleId),
      }),
    }),
  }),
  errors: [RoleInUseError, RoleEscalationError],
  run: (input, request) => deleteRole(request, { id: decodeId('Role', input.id, 'id') }),
});
