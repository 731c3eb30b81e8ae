/** Mutations with which invitees answer invitations. */
import { IdempotencyConflictError } from '../../command/errors.ts';
import { badInput } from '../../errors.ts';
import { builder } from '../../graphql/builder.ts';
import { idempotencyKey, mutation } from '../../graphql/mutation.ts';
import { definePayload, rowField } from '../../graphql/payload.ts';
import { decodeId } from '../../values/ids.ts';
import { membershipById } from '../membership/queries.ts';
import { MembershipRef } from '../membership/type.ts';
import { acceptInvitation, declineInvitation, type Answered } from './answer-commands.ts';
import { InvitationInvalidError } from './errors.ts';
import { invitationOfPerson } from './queries.ts';
import { InvitationRef, TOKEN_LENGTH_MAX } from './type.ts';

const tokenArgument = `The token from the mail, at most ${TOKEN_LENGTH_MAX} characters. Either this or \`id\`.`;
const idArgument =
  "The invitation, one to the person's verified address, as `Viewer.invitations` shows them. Either this or `token`.";

/** The invitation that an input names, by its token or by its id. */
function answered({
  token,
  id,
}: {
  token?: string | null | undefined;
  id?: string | null | undefined;
}): Answered {
  if (token != null && id != null) throw badInput('id', 'cannot be combined with "token"');
  if (id != null) return { id: decodeId('Invitation', id, 'id') };
  if (token == null || token.length === 0 || token.length > TOKEN_LENGTH_MAX)
    throw badInput(
      'token',
      `must have between 1 and ${TOKEN_LENGTH_MAX} characters, unless "id" names the invitation`,
    );
  return { token };
}

mutation('acceptInvitation', {
  description:
    'Accepts an invitation, which creates the membership. Only a user whose verified address is the invited one can accept; no organization is needed. ' +
    'The inviter must still be allowed to grant these roles.',
  input: builder.inputType('AcceptInvitationInput', {
    description: 'Which invitation to accept.',
    fields: (t) => ({
      token: t.string({ description: tokenArgument }),
      id: t.id({ description: idArgument }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: definePayload<{ membershipId: string }>('AcceptInvitationPayload', {
    description: 'The person is now a member.',
    rows: {
      membership: rowField({
        type: MembershipRef,
        batch: membershipById,
        id: ({ membershipId }) => membershipId,
        description: 'The new membership.',
      }),
    },
  }),
  errors: [InvitationInvalidError, IdempotencyConflictError],
  run: (input, request) =>
    acceptInvitation(request, { ...answered(input), idempotencyKey: input.idempotencyKey }),
});

mutation('declineInvitation', {
  description:
    'Declines an invitation. Only a user whose verified address is the invited one can decline; no organization is needed. ' +
    'A repeat finds the invitation declined and changes nothing, so it has no `idempotencyKey`.',
  input: builder.inputType('DeclineInvitationInput', {
    description: 'Which invitation to decline.',
    fields: (t) => ({
      token: t.string({ description: tokenArgument }),
      id: t.id({ description: idArgument }),
    }),
  }),
  payload: definePayload<{ invitationId: string }>('DeclineInvitationPayload', {
    description: 'The invitation was declined.',
    rows: {
      invitation: rowField({
        type: InvitationRef,
        batch: invitationOfPerson,
        id: ({ invitationId }) => invitationId,
        description: 'The invitation as it is now.',
      }),
    },
  }),
  errors: [InvitationInvalidError],
  run: (input, request) => declineInvitation(request, answered(input)),
});
