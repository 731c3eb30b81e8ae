/** Words for what the log names by the words of the API, which may gain more of them. */
import { texts } from '../texts/en/audit.ts';

export type Action = keyof typeof texts.actions;

/** The actions that can be chosen, by what they are about. */
export const ACTION_GROUPS: Readonly<Record<keyof typeof texts.groups, readonly Action[]>> = {
  organization: [
    'createOrganization',
    'updateOrganization',
    'moveOrganization',
    'suspendOrganization',
    'resumeOrganization',
    'deleteOrganization',
    'restoreOrganization',
    'retryProvisioning',
  ],
  members: ['addMember', 'updateMemberRoles', 'removeMember', 'leaveOrganization'],
  invitations: [
    'createInvitation',
    'inviteUsers',
    'resendInvitation',
    'revokeInvitation',
    'acceptInvitation',
    'declineInvitation',
  ],
  credentials: [
    'createApiKey',
    'updateApiKey',
    'revokeApiKey',
    'createPersonalAccessToken',
    'revokePersonalAccessToken',
  ],
  roles: ['createRole', 'updateRole', 'deleteRole'],
  contacts: ['createContact', 'updateContact', 'deleteContact'],
};

/** A word of the API as people write it: `logoUrl` and `logo_url` give "Logo url". */
export function spelledOut(word: string): string {
  const spaced = word
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[._]+/g, ' ')
    .toLowerCase();
  return `${spaced.charAt(0).toUpperCase()}${spaced.slice(1)}`;
}

const wordIn = (words: Readonly<Record<string, string>>, name: string): string =>
  (Object.hasOwn(words, name) ? words[name] : undefined) ?? spelledOut(name);

export const actionLabel = (action: string): string => wordIn(texts.actions, action);
export const partLabel = (part: string): string => wordIn(texts.parts, part);
export const targetLabel = (type: string): string => wordIn(texts.targets, type);
