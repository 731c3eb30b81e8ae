/** Expected failures of commands on roles, and of assigning them. */
import { defineUserError } from '../../command/user-error.ts';

export const NoValidRoleError = defineUserError<'NoValidRoleError', { ignoredRoles: string[] }>(
  'NoValidRoleError',
  {
    code: 'NO_VALID_ROLE',
    message: 'None of the roles exists in this organization. Nothing was changed.',
    description: 'None of the named roles can be assigned in this organization.',
  },
);

export const RoleEscalationError = defineUserError<
  'RoleEscalationError',
  { missingScopes: string[] }
>('RoleEscalationError', {
  code: 'ROLE_ESCALATION',
  message: 'This would give or take away scopes that you do not hold on this organization.',
  description:
    'The change would grant or remove scopes that the caller does not hold where they take effect.',
});

export const RoleKeyTakenError = defineUserError('RoleKeyTakenError', {
  code: 'ROLE_KEY_TAKEN',
  message: 'A role with this key is already available in this organization.',
  description:
    'A role that can be used in the organization already has this key: a built-in role, one of its own, or one from an organization above.',
});

export const RoleInUseError = defineUserError<
  'RoleInUseError',
  { memberCount: number; invitationCount: number }
>('RoleInUseError', {
  code: 'ROLE_IN_USE',
  message: 'Members hold the role, or open invitations offer it.',
  description: 'Members hold the role, or open invitations offer it.',
});
