/** Expected failures of inviting and of answering an invitation. */
import { defineUserError } from '../../command/user-error.ts';

export const InvitationExistsError = defineUserError<'InvitationExistsError', { invitationId: string | null }>('InvitationExistsError', {
  code: 'INVITATION_EXISTS',
  message: 'This address has a pending invitation to this organization already.',
  description: 'The address has a pending invitation to the organization.',
});

export const InvitationClosedError = defineUserError('InvitationClosedError', {
  code: 'INVITATION_CLOSED',
  message: 'The invitation was accepted, declined, revoked or replaced already.',
  description: 'The invitation was accepted, declined, revoked or replaced before.',
});

export const InvitationInvalidError = defineUserError('InvitationInvalidError', {
  code: 'INVITATION_INVALID',
  message: 'This invitation cannot be used.',
  description:
    'The token cannot be used: unknown, altered, expired, revoked, used, or for another address. One answer for all, so that it tells nothing.',
});

export const EmailNotVerifiedError = defineUserError('EmailNotVerifiedError', {
  code: 'EMAIL_NOT_VERIFIED',
  message: 'This requires a verified e-mail address: yours, and that of the person who created this tree of organizations.',
  description: 'An account whose address is not verified creates one organization of its own, and nobody sends invitations in it.',
});

/** `retryAt` is ISO 8601, since outcomes are kept as JSON. */
export const InvitationLimitError = defineUserError<'InvitationLimitError', { scope: 'SENDER' | 'TREE'; limit: number; retryAt: string }>(
  'InvitationLimitError',
  {
    code: 'INVITATION_LIMIT',
    message: 'As many invitations were sent within 24 hours as are allowed; nothing was sent.',
    description: 'As many invitations were sent within 24 hours as are allowed.',
  },
);
