/** Mutations of members. */
import '../failure-graph.ts';
import { builder } from '../builder.ts';
import { orNotFound } from '../errors.ts';
import { decodeId, encodeId } from '../ids.ts';
import { atMost } from '../limits/cost.ts';
import { idempotencyKey, mutation } from '../mutation.ts';
import { ROLES_MAX, ROLE_NAMES } from '../role/choice.ts';
import { addMember, leaveOrganization, removeMember, updateMemberRoles } from './actions.ts';
import { MembershipRef } from './graph.ts';
import { membershipById } from './store.ts';

const organizationId = 'The organization: that of the request, or one below it.';
const roles = `${ROLE_NAMES}, 1 to ${ROLES_MAX}. What names no role here is left out and reported.`;

/** A payload that shows a membership and the role keys that were ignored. */
function membershipPayload(name: string, description: string) {
  return builder.objectRef<{ membershipId: string; ignoredRoles: string[] }>(name).implement({
    description,
    fields: (t) => ({
      membership: t.field({
        type: MembershipRef,
        description: 'The membership as it is now.',
        resolve: async ({ membershipId }, _args, { loaders }) => orNotFound(await loaders.load(membershipById, null, membershipId)),
      }),
      ignoredRoles: t.exposeStringList('ignoredRoles', {
        description: 'Role keys and ids that name no role here and were left out.',
        extensions: atMost(ROLES_MAX),
      }),
    }),
  });
}

mutation('updateMemberRoles', {
  description:
    'Replaces the roles of a member. Sent again it leaves the same roles, so it takes no `idempotencyKey`; memberships have no version. ' +
    'Takes `members:manage`.',
  input: builder.inputType('UpdateMemberRolesInput', {
    description: 'Which member, and its roles from now on.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: organizationId }),
      userId: t.id({ required: true, description: 'The member.' }),
      roles: t.stringList({ required: true, description: roles }),
    }),
  }),
  payload: membershipPayload('UpdateMemberRolesPayload', 'The roles were replaced.'),
  failures: ['LastAdminError', 'NoValidRoleError', 'RoleEscalationError'],
  shows: [{ batch: membershipById, ids: ({ membershipId }) => [membershipId] }],
  run: (input, context) =>
    updateMemberRoles(context, {
      organizationId: decodeId('Organization', input.organizationId, 'organizationId'),
      userId: decodeId('User', input.userId, 'userId'),
      roles: input.roles,
    }),
});

mutation('removeMember', {
  description:
    "Ends a person's membership in one organization, at once. Its account and other memberships stay. Sent again it finds no such " +
    'member, so it takes no `idempotencyKey`. Takes `members:manage`.',
  input: builder.inputType('RemoveMemberInput', {
    description: 'Which member to remove.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: organizationId }),
      userId: t.id({ required: true, description: 'The member.' }),
    }),
  }),
  payload: builder.objectRef<{ removedMembershipId: string }>('RemoveMemberPayload').implement({
    description: 'The membership is no more.',
    fields: (t) => ({
      removedMembershipId: t.id({
        description: 'Id that the membership had.',
        resolve: ({ removedMembershipId }) => encodeId('Membership', removedMembershipId),
      }),
    }),
  }),
  failures: ['LastAdminError', 'RoleEscalationError'],
  run: (input, context) =>
    removeMember(context, {
      organizationId: decodeId('Organization', input.organizationId, 'organizationId'),
      userId: decodeId('User', input.userId, 'userId'),
    }),
});

mutation('leaveOrganization', {
  description:
    "Ends the calling person's own membership in an organization, at once; no scope is required, and no organization in the request. " +
    'The last admin cannot leave. Sent again it finds no membership, so it takes no `idempotencyKey`; memberships have no version, so it ' +
    'takes no `expectedVersion`.',
  input: builder.inputType('LeaveOrganizationInput', {
    description: 'Which organization to leave.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: 'The organization: one that the person is a native member of.' }),
    }),
  }),
  payload: builder.objectRef<{ removedMembershipId: string }>('LeaveOrganizationPayload').implement({
    description: 'The membership was removed.',
    fields: (t) => ({
      removedMembershipId: t.id({
        description: 'Id that the membership had.',
        resolve: ({ removedMembershipId }) => encodeId('Membership', removedMembershipId),
      }),
    }),
  }),
  failures: ['LastAdminError'],
  run: (input, context) => leaveOrganization(context, { organizationId: decodeId('Organization', input.organizationId, 'organizationId') }),
});

mutation('addMember', {
  description:
    'Makes a person a member at once, without an invitation. The person has to belong to an organization whose members the caller may ' +
    'read, and its address to be verified; anybody else is invited. Takes `members:manage`.',
  input: builder.inputType('AddMemberInput', {
    description: 'Whom to add, and with which roles.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: organizationId }),
      email: t.field({ type: 'EmailAddress', required: true, description: "The person's address, at most 255 characters." }),
      roles: t.stringList({ required: true, description: roles }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: membershipPayload('AddMemberPayload', 'The person is a member.'),
  failures: ['AlreadyMemberError', 'NoValidRoleError', 'RoleEscalationError', 'UserNotFoundError', 'IdempotencyConflictError'],
  shows: [{ batch: membershipById, ids: ({ membershipId }) => [membershipId] }],
  run: (input, context) =>
    addMember(context, { ...input, organizationId: decodeId('Organization', input.organizationId, 'organizationId') }),
});
