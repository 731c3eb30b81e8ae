/** Expected failures of changes to memberships. */
import { defineUserError } from '../../command/user-error.ts';

export const LastAdminError = defineUserError('LastAdminError', {
  code: 'LAST_ADMIN',
  message: 'The organization would be left without an admin.',
  description: 'The change would leave the organization without an admin; nobody can do that, at any level.',
});

export const AlreadyMemberError = defineUserError('AlreadyMemberError', {
  code: 'ALREADY_MEMBER',
  message: 'The person is a member of this organization already.',
  description: 'The person belongs to the organization already.',
});

export const UserNotFoundError = defineUserError('UserNotFoundError', {
  code: 'USER_NOT_FOUND',
  message: 'Nobody in your organizations has this verified address; send an invitation instead.',
  description: 'Nobody that the caller may see has this address, verified.',
});
