/** Expected failures of inviting and of responding to an invitation. */
import { defineUserError } from '../../command/user-error.ts';

export const InvitationExistsError = defineUserError<
  'InvitationExistsError',
  { invitationId: string | null }
>('InvitationExistsError', {
  code: 'INVITATION_EXISTS',
  message: 'This address already has a pending invitation to this organization.',
  description: 'The address has a pending invitation to the organization.',
});

export const InvitationClosedError = defineUserError('InvitationClosedError', {
  code: 'INVITATION_CLOSED',
  message: 'The invitation was already accepted, declined, revoked or replaced.',
  description: 'The invitation was already accepted, declined, revoked or replaced.',
});

export const InvitationInvalidError = defineUserError('InvitationInvalidError', {
  code: 'INVITATION_INVALID',
  message: 'This invitation cannot be used.',
  description:
    'The token cannot be used: it is unknown, altered, expired, revoked, used, or for another address. The error does not tell which.',
});

export const EmailNotVerifiedError = defineUserError('EmailNotVerifiedError', {
  code: 'EMAIL_NOT_VERIFIED',
  message:
    'This requires a verified email address: yours, and that of the person who created this tree of organizations.',
  description:
    'An account with an unverified address may create one standalone organization, and nobody can send invitations in it.',
});

/** `retryAt` is ISO 8601, since outcomes are stored as JSON. */
export const InvitationLimitError = defineUserError<
  'InvitationLimitError',
  { scope: 'SENDER' | 'TREE'; limit: number; retryAt: string }
>('InvitationLimitError', {
  code: 'INVITATION_LIMIT',
  message: 'The limit of invitations within 24 hours is reached; nothing was sent.',
  description: 'The limit of invitations within 24 hours is reached.',
});
