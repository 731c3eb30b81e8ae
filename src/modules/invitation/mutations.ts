/** Mutations with which organizations invite people, and send and revoke invitations. */
import { builder } from '../../graphql/builder.ts';
import { decodeId } from '../../values/ids.ts';
import { atMost, inputOf, lengthOf, atMostWithin, type Given } from '../../graphql/cost.ts';
import { idempotencyKey, mutation } from '../../graphql/mutation.ts';
import { UserErrorRef } from '../../graphql/user-error.ts';
import { definePayload, rowField } from '../../graphql/payload.ts';
import { ROLES_MAX, ROLE_NAMES } from '../role/choice.ts';
import { createInvitation, inviteUsers, resendInvitation, revokeInvitation } from './commands.ts';
import { InvitationRef } from './type.ts';
import { INVITED_MAX, type InvitationOutcome } from './invite.ts';
import { invitationById } from './queries.ts';
import { IdempotencyConflictError } from '../../command/errors.ts';
import {
  EmailNotVerifiedError,
  InvitationClosedError,
  InvitationExistsError,
  InvitationLimitError,
} from './errors.ts';
import { AlreadyMemberError } from '../membership/errors.ts';
import { NoValidRoleError, RoleEscalationError } from '../role/errors.ts';
import { userErrorFields } from '../../graphql/user-error.ts';

const InvitationLimitScopeRef = builder.enumType('InvitationLimitScope', {
  description: 'Whose invitations are counted.',
  values: {
    SENDER: { description: 'Those of the calling user or API key.' },
    TREE: { description: 'Those of the whole tree of organizations.' },
  },
});
userErrorFields(InvitationExistsError, (t) => ({
  pendingInvitation: t.field({
    type: InvitationRef,
    nullable: true,
    description: 'That invitation.',
    resolve: ({ invitationId }, _args, { loaders }) =>
      invitationId === null ? null : loaders.load(invitationById, null, invitationId),
  }),
}));

userErrorFields(InvitationLimitError, (t) => ({
  scope: t.expose('scope', {
    type: InvitationLimitScopeRef,
    description: 'Whose invitations the limit counts.',
  }),
  limit: t.exposeInt('limit', { description: 'Mails within 24 hours.' }),
  retryAt: t.field({
    type: 'DateTime',
    description: 'The earliest time at which another one can be sent.',
    resolve: ({ retryAt }) => new Date(retryAt),
  }),
}));

const organizationId = "The organization to join: the caller's organization, or one below it.";
const email = 'The address to invite, at most 255 characters.';
const roles = `${ROLE_NAMES}, 1 to ${ROLES_MAX}; ["user"] when absent. What names no role here is left out and reported.`;

/** How many people the input of a mutation invites. */
export function invitedCount({ input }: Given): number {
  return lengthOf(inputOf(input)['users'], 0, INVITED_MAX);
}

function invitationPayload(name: string, description: string) {
  return definePayload<{ invitationId: string }>(name, {
    description,
    rows: {
      invitation: rowField({
        type: InvitationRef,
        batch: invitationById,
        id: ({ invitationId }) => invitationId,
        description: 'The invitation as it is now.',
      }),
    },
  });
}

const CreateInvitationPayloadRef = definePayload<{ invitationId: string; ignoredRoles: string[] }>(
  'CreateInvitationPayload',
  {
    description: 'The person was invited; the mail is being sent.',
    rows: {
      invitation: rowField({
        type: InvitationRef,
        batch: invitationById,
        id: ({ invitationId }) => invitationId,
        description: 'The invitation.',
      }),
    },
    fields: (t) => ({
      ignoredRoles: t.exposeStringList('ignoredRoles', {
        description: 'Role keys and ids that name no role here and were left out.',
        extensions: atMost(ROLES_MAX),
      }),
    }),
  },
);

mutation('createInvitation', {
  description:
    'Invites a person to an organization by e-mail. There is at most one pending invitation per address and organization. Requires the `members:manage` scope.',
  input: builder.inputType('CreateInvitationInput', {
    description: 'Who to invite, and with which roles.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: organizationId }),
      email: t.field({ type: 'EmailAddress', required: true, description: email }),
      roles: t.stringList({ description: roles }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: CreateInvitationPayloadRef,
  errors: [
    AlreadyMemberError,
    InvitationExistsError,
    NoValidRoleError,
    RoleEscalationError,
    EmailNotVerifiedError,
    InvitationLimitError,
    IdempotencyConflictError,
  ],
  run: (input, request) =>
    createInvitation(request, {
      ...input,
      organizationId: decodeId('Organization', input.organizationId, 'organizationId'),
    }),
});

export const InviteUserInputRef = builder.inputType('InviteUserInput', {
  description: 'A person to invite.',
  fields: (t) => ({
    email: t.field({ type: 'EmailAddress', required: true, description: email }),
    roles: t.stringList({ description: roles }),
  }),
});

export const InviteUserOutcomeRef = builder
  .objectRef<InvitationOutcome>('InviteUserOutcome')
  .implement({
    description: 'The outcome of inviting one person: an invitation, or why there is none.',
    fields: (t) => ({
      email: t.expose('email', {
        type: 'EmailAddress',
        description: 'The address, as it was given.',
      }),
      invitation: t.field({
        type: InvitationRef,
        nullable: true,
        description: 'The new invitation.',
        resolve: ({ invitationId }, _args, { loaders }) =>
          invitationId === null ? null : loaders.load(invitationById, null, invitationId),
      }),
      error: t.expose('error', {
        type: UserErrorRef,
        nullable: true,
        description: 'Why the person was not invited.',
      }),
      ignoredRoles: t.exposeStringList('ignoredRoles', {
        description: 'Role keys and ids that name no role here and were left out.',
        extensions: atMost(ROLES_MAX),
      }),
    }),
  });

mutation('inviteUsers', {
  description: `Invites up to ${INVITED_MAX} people at once, each with its own outcome. Requires the \`members:manage\` scope.`,
  input: builder.inputType('InviteUsersInput', {
    description: 'Who to invite.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: organizationId }),
      users: t.field({
        type: [InviteUserInputRef],
        required: true,
        description: `Between 1 and ${INVITED_MAX} people.`,
      }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: definePayload<{ results: InvitationOutcome[] }>('InviteUsersPayload', {
    description: 'The outcome of each invitation.',
    nested: [
      {
        batch: invitationById,
        ids: ({ results }) => results.map((outcome) => outcome.invitationId),
      },
    ],
    fields: (t) => ({
      results: t.field({
        type: [InviteUserOutcomeRef],
        description: 'One for each person, in the order of the input.',
        extensions: atMostWithin(invitedCount),
        resolve: ({ results }) => results,
      }),
    }),
  }),
  errors: [IdempotencyConflictError],
  run: (input, request) =>
    inviteUsers(request, {
      ...input,
      organizationId: decodeId('Organization', input.organizationId, 'organizationId'),
    }),
});

mutation('resendInvitation', {
  description:
    'Sends the mail of a pending or expired invitation again, with a new token and a new expiry; earlier mails stop working. ' +
    'The caller vouches for the invitation from now on, and therefore must hold the scopes of its roles. Requires the `members:manage` scope.',
  input: builder.inputType('ResendInvitationInput', {
    description: 'Which invitation to send again.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The invitation.' }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: invitationPayload('ResendInvitationPayload', 'The mail is being sent again.'),
  errors: [
    InvitationClosedError,
    RoleEscalationError,
    EmailNotVerifiedError,
    InvitationLimitError,
    IdempotencyConflictError,
  ],
  run: (input, request) =>
    resendInvitation(request, { ...input, id: decodeId('Invitation', input.id, 'id') }),
});

mutation('revokeInvitation', {
  description:
    'Revokes an invitation; its mails stop working immediately. The caller must hold the scopes of its roles. ' +
    'A repeat finds the invitation closed and reports that, so it has no `idempotencyKey`. ' +
    'Requires the `members:manage` scope.',
  input: builder.inputType('RevokeInvitationInput', {
    description: 'Which invitation to revoke.',
    fields: (t) => ({ id: t.id({ required: true, description: 'The invitation.' }) }),
  }),
  payload: invitationPayload('RevokeInvitationPayload', 'The invitation was revoked.'),
  errors: [InvitationClosedError, RoleEscalationError],
  run: (input, request) =>
    revokeInvitation(request, { id: decodeId('Invitation', input.id, 'id') }),
});
