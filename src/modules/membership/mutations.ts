/** Mutations of members. */
import { builder } from '../../graphql/builder.ts';
import { decodeId, encodeId } from '../../values/ids.ts';
import { atMost } from '../../graphql/cost.ts';
import { idempotencyKey, mutation } from '../../graphql/mutation.ts';
import { definePayload, rowField } from '../../graphql/payload.ts';
import { ROLES_MAX, ROLE_NAMES } from '../role/choice.ts';
import { addMember, leaveOrganization, removeMember, updateMemberRoles } from './commands.ts';
import { organizationById } from '../organization/queries.ts';
import { OrganizationRef } from '../organization/refs.ts';
import { MembershipRef } from './type.ts';
import { membershipById } from './queries.ts';
import { IdempotencyConflictError } from '../../command/errors.ts';
import { AlreadyMemberError, LastAdminError, UserNotFoundError } from './errors.ts';
import { NoValidRoleError, RoleEscalationError } from '../role/errors.ts';

const organizationId = "The caller's organization, or one below it.";
const roles = `${ROLE_NAMES}, 1 to ${ROLES_MAX}. What names no role here is left out and reported.`;

/** A payload that shows a membership and the role keys that were ignored. */
function membershipPayload(name: string, description: string) {
  return definePayload<{ membershipId: string; ignoredRoles: string[] }>(name, {
    description,
    rows: {
      membership: rowField({
        type: MembershipRef,
        batch: membershipById,
        id: ({ membershipId }) => membershipId,
        description: 'The membership as it is now.',
      }),
    },
    fields: (t) => ({
      ignoredRoles: t.exposeStringList('ignoredRoles', {
        description: 'Role keys and ids that name no role here and were left out.',
        extensions: atMost(ROLES_MAX),
      }),
    }),
  });
}

mutation('updateMemberRoles', {
  description:
    'Replaces the roles of a member. A repeat leaves the same roles, so it has no `idempotencyKey`; memberships have no version. ' +
    'Requires the `members:manage` scope.',
  input: builder.inputType('UpdateMemberRolesInput', {
    description: 'The member, and the roles to replace theirs with.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: organizationId }),
      userId: t.id({ required: true, description: 'The member.' }),
      roles: t.stringList({ required: true, description: roles }),
    }),
  }),
  payload: membershipPayload('UpdateMemberRolesPayload', 'The roles were replaced.'),
  errors: [LastAdminError, NoValidRoleError, RoleEscalationError],
  run: (input, request) =>
    updateMemberRoles(request, {
      organizationId: decodeId('Organization', input.organizationId, 'organizationId'),
      userId: decodeId('User', input.userId, 'userId'),
      roles: input.roles,
    }),
});

mutation('removeMember', {
  description:
    "Ends a person's membership in one organization, at once. Its account and other memberships stay. Sent again it finds no such " +
    'member, so it has no `idempotencyKey`; memberships have no version, so it has no `expectedVersion`. Requires the `members:manage` scope.',
  input: builder.inputType('RemoveMemberInput', {
    description: 'Which member to remove.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: organizationId }),
      userId: t.id({ required: true, description: 'The member.' }),
    }),
  }),
  payload: definePayload<{ removedMembershipId: string; organizationId: string }>(
    'RemoveMemberPayload',
    {
      description: 'The membership was removed.',
      rows: {
        organization: rowField({
          type: OrganizationRef,
          batch: organizationById,
          id: ({ organizationId }) => organizationId,
          nullable: true,
          description:
            'The organization that the person was a member of; null for a caller who removed themselves from the one they act in.',
        }),
      },
      fields: (t) => ({
        removedMembershipId: t.id({
          description: 'Id of the removed membership.',
          resolve: ({ removedMembershipId }) => encodeId('Membership', removedMembershipId),
        }),
      }),
    },
  ),
  errors: [LastAdminError, RoleEscalationError],
  run: (input, request) =>
    removeMember(request, {
      organizationId: decodeId('Organization', input.organizationId, 'organizationId'),
      userId: decodeId('User', input.userId, 'userId'),
    }),
});

mutation('leaveOrganization', {
  description:
    "Ends the calling user's own membership in an organization immediately. It requires no scope, and no organization in the request. " +
    'The last admin cannot leave. A repeat finds no membership, so it has no `idempotencyKey`; memberships have no version, ' +
    'so it has no `expectedVersion`.',
  input: builder.inputType('LeaveOrganizationInput', {
    description: 'Which organization to leave.',
    fields: (t) => ({
      organizationId: t.id({
        required: true,
        description: 'The organization: one that the person is a native member of.',
      }),
    }),
  }),
  payload: definePayload<{ removedMembershipId: string }>('LeaveOrganizationPayload', {
    description: 'The membership was removed.',
    fields: (t) => ({
      removedMembershipId: t.id({
        description: 'Id of the removed membership.',
        resolve: ({ removedMembershipId }) => encodeId('Membership', removedMembershipId),
      }),
    }),
  }),
  errors: [LastAdminError],
  run: (input, request) =>
    leaveOrganization(request, {
      organizationId: decodeId('Organization', input.organizationId, 'organizationId'),
    }),
});

mutation('addMember', {
  description:
    'Adds a person as a member immediately, without an invitation. The person must belong to an organization whose members the caller may ' +
    'read, and their address must be verified; anyone else has to be invited. Requires the `members:manage` scope.',
  input: builder.inputType('AddMemberInput', {
    description: 'Who to add, and with which roles.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: organizationId }),
      email: t.field({
        type: 'EmailAddress',
        required: true,
        description: "The person's address, at most 255 characters.",
      }),
      roles: t.stringList({ required: true, description: roles }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: membershipPayload('AddMemberPayload', 'The person is now a member.'),
  errors: [
    AlreadyMemberError,
    NoValidRoleError,
    RoleEscalationError,
    UserNotFoundError,
    IdempotencyConflictError,
  ],
  run: (input, request) =>
    addMember(request, {
      ...input,
      organizationId: decodeId('Organization', input.organizationId, 'organizationId'),
    }),
});
