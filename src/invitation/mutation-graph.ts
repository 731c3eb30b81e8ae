/** Mutations of invitations. */
import '../failure-graph.ts';
import { builder } from '../builder.ts';
import { badInput, orNotFound } from '../errors.ts';
import { decodeId } from '../ids.ts';
import { atMost, inputOf, lengthOf, atMostWithin, type Given } from '../limits/cost.ts';
import { MembershipRef } from '../membership/graph.ts';
import { membershipById } from '../membership/store.ts';
import { UserErrorRef, idempotencyKey, mutation } from '../mutation.ts';
import { ROLES_MAX, ROLE_NAMES } from '../role/choice.ts';
import {
  acceptInvitation,
  createInvitation,
  declineInvitation,
  inviteUsers,
  resendInvitation,
  revokeInvitation,
  type Answered,
} from './actions.ts';
import { InvitationRef, TOKEN_LENGTH_MAX } from './graph.ts';
import { INVITED_MAX, type InvitationOutcome } from './invite.ts';
import { invitationById, invitationOfPerson } from './store.ts';

const organizationId = 'The organization to join: that of the request, or one below it.';
const email = 'The address to invite, at most 255 characters.';
const roles = `${ROLE_NAMES}, 1 to ${ROLES_MAX}; ["user"] when absent. What names no role here is left out and reported.`;

/** How many people the input of a mutation invites. */
export function invitedCount({ input }: Given): number {
  return lengthOf(inputOf(input)['users'], 0, INVITED_MAX);
}

function invitationPayload(name: string, description: string) {
  return builder.objectRef<{ invitationId: string }>(name).implement({
    description,
    fields: (t) => ({
      invitation: t.field({
        type: InvitationRef,
        description: 'The invitation as it is now.',
        resolve: async ({ invitationId }, _args, { loaders }) => orNotFound(await loaders.load(invitationById, null, invitationId)),
      }),
    }),
  });
}

const CreateInvitationPayloadRef = builder
  .objectRef<{ invitationId: string; ignoredRoles: string[] }>('CreateInvitationPayload')
  .implement({
    description: 'The person is invited; the mail is on its way.',
    fields: (t) => ({
      invitation: t.field({
        type: InvitationRef,
        description: 'The invitation.',
        resolve: async ({ invitationId }, _args, { loaders }) => orNotFound(await loaders.load(invitationById, null, invitationId)),
      }),
      ignoredRoles: t.exposeStringList('ignoredRoles', {
        description: 'Role keys and ids that name no role here and were left out.',
        extensions: atMost(ROLES_MAX),
      }),
    }),
  });

mutation('createInvitation', {
  description:
    'Invites a person to an organization by e-mail. There is one pending invitation for an address and organization. Takes `members:manage`.',
  input: builder.inputType('CreateInvitationInput', {
    description: 'Whom to invite, and with which roles.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: organizationId }),
      email: t.field({ type: 'EmailAddress', required: true, description: email }),
      roles: t.stringList({ description: roles }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: CreateInvitationPayloadRef,
  failures: [
    'AlreadyMemberError',
    'InvitationExistsError',
    'NoValidRoleError',
    'RoleEscalationError',
    'EmailNotVerifiedError',
    'InvitationLimitError',
    'IdempotencyConflictError',
  ],
  shows: [{ batch: invitationById, ids: ({ invitationId }) => [invitationId] }],
  run: (input, context) =>
    createInvitation(context, { ...input, organizationId: decodeId('Organization', input.organizationId, 'organizationId') }),
});

export const InviteUserInputRef = builder.inputType('InviteUserInput', {
  description: 'A person to invite.',
  fields: (t) => ({
    email: t.field({ type: 'EmailAddress', required: true, description: email }),
    roles: t.stringList({ description: roles }),
  }),
});

export const InviteUserOutcomeRef = builder.objectRef<InvitationOutcome>('InviteUserOutcome').implement({
  description: 'What became of inviting one person: an invitation, or why there is none.',
  fields: (t) => ({
    email: t.expose('email', { type: 'EmailAddress', description: 'The address, as it was given.' }),
    invitation: t.field({
      type: InvitationRef,
      nullable: true,
      description: 'The new invitation.',
      resolve: ({ invitationId }, _args, { loaders }) => (invitationId === null ? null : loaders.load(invitationById, null, invitationId)),
    }),
    error: t.expose('error', { type: UserErrorRef, nullable: true, description: 'Why the person was not invited.' }),
    ignoredRoles: t.exposeStringList('ignoredRoles', {
      description: 'Role keys and ids that name no role here and were left out.',
      extensions: atMost(ROLES_MAX),
    }),
  }),
});

mutation('inviteUsers', {
  description: `Invites up to ${INVITED_MAX} people at once, each with an outcome of its own. Takes \`members:manage\`.`,
  input: builder.inputType('InviteUsersInput', {
    description: 'Whom to invite.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: organizationId }),
      users: t.field({ type: [InviteUserInputRef], required: true, description: `Between 1 and ${INVITED_MAX} people.` }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: builder.objectRef<{ results: InvitationOutcome[] }>('InviteUsersPayload').implement({
    description: 'What became of each invitation.',
    fields: (t) => ({
      results: t.field({
        type: [InviteUserOutcomeRef],
        description: 'One for each person, in the order of the input.',
        extensions: atMostWithin(invitedCount),
        resolve: ({ results }) => results,
      }),
    }),
  }),
  failures: ['IdempotencyConflictError'],
  shows: [{ batch: invitationById, ids: ({ results }) => results.map((one) => one.invitationId) }],
  run: (input, context) =>
    inviteUsers(context, { ...input, organizationId: decodeId('Organization', input.organizationId, 'organizationId') }),
});

mutation('resendInvitation', {
  description:
    'Sends the mail of a pending or expired invitation once more, with a new token and a new term; earlier mails stop working. ' +
    'The caller vouches for the invitation from now on, and so has to hold the scopes of its roles. Takes `members:manage`.',
  input: builder.inputType('ResendInvitationInput', {
    description: 'Which invitation to send again.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The invitation.' }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: invitationPayload('ResendInvitationPayload', 'The mail is on its way again.'),
  failures: ['InvitationClosedError', 'RoleEscalationError', 'EmailNotVerifiedError', 'InvitationLimitError', 'IdempotencyConflictError'],
  shows: [{ batch: invitationById, ids: ({ invitationId }) => [invitationId] }],
  run: (input, context) => resendInvitation(context, { ...input, id: decodeId('Invitation', input.id, 'id') }),
});

mutation('revokeInvitation', {
  description:
    'Takes an invitation back; its mails stop working at once. The caller has to hold the scopes of its roles. ' +
    'Sent again it finds the invitation closed, and says so, so it takes no `idempotencyKey`. ' +
    'Requires the `members:manage` scope.',
  input: builder.inputType('RevokeInvitationInput', {
    description: 'Which invitation to revoke.',
    fields: (t) => ({ id: t.id({ required: true, description: 'The invitation.' }) }),
  }),
  payload: invitationPayload('RevokeInvitationPayload', 'The invitation is revoked.'),
  failures: ['InvitationClosedError', 'RoleEscalationError'],
  shows: [{ batch: invitationById, ids: ({ invitationId }) => [invitationId] }],
  run: (input, context) => revokeInvitation(context, { id: decodeId('Invitation', input.id, 'id') }),
});

const token = `The token from the mail, at most ${TOKEN_LENGTH_MAX} characters. Either this or \`id\`.`;
const id = "The invitation, one to the person's verified address, as `Viewer.invitations` shows them. Either this or `token`.";

/** The invitation that an input names, by its token or by its id. */
function answered({ token: text, id: given }: { token?: string | null | undefined; id?: string | null | undefined }): Answered {
  if (text != null && given != null) throw badInput('id', 'cannot be combined with "token"');
  if (given != null) return { id: decodeId('Invitation', given, 'id') };
  if (text == null || text.length === 0 || text.length > TOKEN_LENGTH_MAX)
    throw badInput('token', `must have between 1 and ${TOKEN_LENGTH_MAX} characters, unless "id" names the invitation`);
  return { token: text };
}

mutation('acceptInvitation', {
  description:
    'Accepts an invitation: the membership begins. Takes a person whose verified address is the invited one, and no organization. ' +
    'Whoever invited has to be able to invite with these roles still.',
  input: builder.inputType('AcceptInvitationInput', {
    description: 'Which invitation to accept.',
    fields: (t) => ({
      token: t.string({ description: token }),
      id: t.id({ description: id }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: builder.objectRef<{ membershipId: string }>('AcceptInvitationPayload').implement({
    description: 'The person is a member.',
    fields: (t) => ({
      membership: t.field({
        type: MembershipRef,
        description: 'The new membership.',
        resolve: async ({ membershipId }, _args, { loaders }) => orNotFound(await loaders.load(membershipById, null, membershipId)),
      }),
    }),
  }),
  failures: ['InvitationInvalidError', 'IdempotencyConflictError'],
  shows: [{ batch: membershipById, ids: ({ membershipId }) => [membershipId] }],
  run: (input, context) => acceptInvitation(context, { ...answered(input), idempotencyKey: input.idempotencyKey }),
});

mutation('declineInvitation', {
  description:
    'Declines an invitation. Takes a person whose verified address is the invited one, and no organization. ' +
    'Sent again it finds the invitation declined, and changes nothing, so it takes no `idempotencyKey`.',
  input: builder.inputType('DeclineInvitationInput', {
    description: 'Which invitation to decline.',
    fields: (t) => ({ token: t.string({ description: token }), id: t.id({ description: id }) }),
  }),
  payload: builder.objectRef<{ invitationId: string }>('DeclineInvitationPayload').implement({
    description: 'The invitation is declined.',
    fields: (t) => ({
      invitation: t.field({
        type: InvitationRef,
        description: 'The invitation as it is now.',
        resolve: async ({ invitationId }, _args, { loaders }) => orNotFound(await loaders.load(invitationOfPerson, null, invitationId)),
      }),
    }),
  }),
  failures: ['InvitationInvalidError'],
  shows: [{ batch: invitationOfPerson, ids: ({ invitationId }) => [invitationId] }],
  run: (input, context) => declineInvitation(context, answered(input)),
});
