/** Mutations of an organization's own roles. */
import '../../graphql/failure-graph.ts';
import { builder } from '../../graphql/builder.ts';
import { orNotFound } from '../../errors.ts';
import { decodeId, encodeId } from '../../values/ids.ts';
import { idempotencyKey, mutation } from '../../graphql/mutation.ts';
import { createRole, deleteRole, updateRole } from './commands.ts';
import { RoleRef } from './type.ts';
import { roleById } from './queries.ts';

function rolePayload(name: string, description: string) {
  return builder.objectRef<{ roleId: string }>(name).implement({
    description,
    fields: (t) => ({
      role: t.field({
        type: RoleRef,
        description: 'The role as it is now.',
        resolve: async ({ roleId }, _args, { loaders }) => orNotFound(await loaders.load(roleById, null, roleId)),
      }),
    }),
  });
}

const name = 'Display name: 1 to 100 characters, one of which can be seen, and no link.';
const description = 'What the role is for, at most 500 characters.';
const scopes = 'Scopes that the role gives, of `Query.scopes`; only such as the caller holds on the organization.';

mutation('createRole', {
  description: 'Defines a role, usable in the organization and everything below it. At most 100 an organization. Takes `roles:manage`.',
  input: builder.inputType('CreateRoleInput', {
    description: 'The new role.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: 'The organization that defines it: that of the request, or one below it.' }),
      key: t.string({
        required: true,
        description: 'Name for inputs, fixed for life: 1 to 63 of a-z, 0-9 and _, beginning with a letter.',
      }),
      name: t.string({ required: true, description: name }),
      description: t.string({ description }),
      scopes: t.stringList({ required: true, description: scopes }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: rolePayload('CreateRolePayload', 'The role exists.'),
  failures: ['RoleKeyTakenError', 'RoleEscalationError', 'IdempotencyConflictError'],
  shows: [{ batch: roleById, ids: ({ roleId }) => [roleId] }],
  run: (input, context) =>
    createRole(context, { ...input, organizationId: decodeId('Organization', input.organizationId, 'organizationId') }),
});

mutation('updateRole', {
  description:
    'Changes a role for everybody who holds it, at once. The caller has to hold the scopes that it gave and those that it will give. ' +
    'While it is held or offered in an organization below, its scopes change only for a caller with `child_organizations:manage`. ' +
    'Sent again it leaves the role as it did the first time, so it takes no `idempotencyKey`; roles have no version. ' +
    'Requires the `roles:manage` scope.',
  input: builder.inputType('UpdateRoleInput', {
    description: 'What to change; absent stays as it is.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The role; one that an organization defined.' }),
      name: t.string({ description: `${name} Cannot be cleared.` }),
      description: t.string({ description: `${description} Null clears it.` }),
      scopes: t.stringList({ description: `${scopes} Replaces the list.` }),
    }),
  }),
  payload: rolePayload('UpdateRolePayload', 'The role was changed.'),
  failures: ['RoleKeyTakenError', 'RoleEscalationError'],
  shows: [{ batch: roleById, ids: ({ roleId }) => [roleId] }],
  run: (input, context) => updateRole(context, { ...input, id: decodeId('Role', input.id, 'id') }),
});

mutation('deleteRole', {
  description:
    'Removes a role that nobody holds and no open invitation offers. The caller has to hold the scopes that it gives. ' +
    'Sent again it finds no such role, so it takes no `idempotencyKey`. Requires the `roles:manage` scope.',
  input: builder.inputType('DeleteRoleInput', {
    description: 'Which role to remove.',
    fields: (t) => ({ id: t.id({ required: true, description: 'The role; one that an organization defined.' }) }),
  }),
  payload: builder.objectRef<{ deletedRoleId: string }>('DeleteRolePayload').implement({
    description: 'The role is no more.',
    fields: (t) => ({
      deletedRoleId: t.id({ description: 'Id that the role had.', resolve: ({ deletedRoleId }) => encodeId('Role', deletedRoleId) }),
    }),
  }),
  failures: ['RoleInUseError', 'RoleEscalationError'],
  run: (input, context) => deleteRole(context, { id: decodeId('Role', input.id, 'id') }),
});
