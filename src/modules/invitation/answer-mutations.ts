/** Mutations with which invitees answer invitations. */
import { IdempotencyConflictError } from '../../command/errors.ts';
import { badInput } from '../../errors.ts';
import { builder } from '../../graphql/builder.ts';
import { idempotencyKey, mutation } from '../../graphql/mutation.ts';
import { definePayload, rowField } from '../../graphql/payload.ts';
import { decodeId } from '../../values/ids.ts';
import { membershipById } from '../membership/queries.ts';
import { MembershipRef } from '../membership/type.ts';
import { acceptInvitation, declineInvitation, type Answered } from './commands.ts';
import { InvitationInvalidError } from './errors.ts';
import { invitationOfPerson } from './queries.ts';
import { InvitationRef, TOKEN_LENGTH_MAX } from './type.ts';

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
    'Accepts an invitation, which creates the membership. Only a user whose verified address is the invited one can accept; no organization is needed. ' +
    'The inviter must still be allowed to grant these roles.',
  input: builder.inputType('AcceptInvitationInput', {
    description: 'Which invitation to accept.',
    fields: (t) => ({
      token: t.string({ description: token }),
      id: t.id({ description: id }),
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
  run: (input, request) => acceptInvitation(request, { ...answered(input), idempotencyKey: input.idempotencyKey }),
});

mutation('declineInvitation', {
  description:
    'Declines an invitation. Only a user whose verified address is the invited one can decline; no organization is needed. ' +
    'A repeat finds the invitation declined and changes nothing, so it has no `idempotencyKey`.',
  input: builder.inputType('DeclineInvitationInput', {
    description: 'Which invitation to decline.',
    fields: (t) => ({ token: t.string({ description: token }), id: t.id({ description: id }) }),
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
