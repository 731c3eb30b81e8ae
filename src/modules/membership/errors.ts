/** Expected failures of commands on memberships. */
import { defineUserError } from '../../command/user-error.ts';

export const LastAdminError = defineUserError('LastAdminError', {
  code: 'LAST_ADMIN',
  message: 'The organization would be left without an admin.',
  description:
    'The change would leave the organization without an admin. Nobody can do that, at any level.',
});

export const AlreadyMemberError = defineUserError('AlreadyMemberError', {
  code: 'ALREADY_MEMBER',
  message: 'The person is already a member of this organization.',
  description: 'The person is already a member of the organization.',
});

export const UserNotFoundError = defineUserError('UserNotFoundError', {
  code: 'USER_NOT_FOUND',
  message: 'Nobody in your organizations has this verified address; send an invitation instead.',
  description: 'Nobody that the caller may see has this verified address.',
});
