/** The failure types of the result unions. */
import { SCOPES_MAX } from './access/scopes.ts';
import { builder } from './builder.ts';
import { invitationById } from './invitation/store.ts';
import { InvitationRef } from './invitation/graph.ts';
import { atMost } from './limits/cost.ts';
import { failureType } from './mutation.ts';
import { SlugUnavailableReasonRef } from './organization/slug-graph.ts';
import { ROLES_MAX } from './role/choice.ts';

failureType('LastAdminError', 'The change would leave the organization without an admin; nobody can do that, at any level.');
failureType('NoValidRoleError', 'None of the roles named can be given in this organization.', (t) => ({
  ignoredRoles: t.exposeStringList('ignoredRoles', {
    description: 'The role keys and ids that mean nothing here.',
    extensions: atMost(ROLES_MAX),
  }),
}));
failureType('RoleEscalationError', 'The change would give or take scopes that the caller does not hold where they take effect.', (t) => ({
  missingScopes: t.exposeStringList('missingScopes', {
    description: 'The scopes that the caller lacks; `child_organizations:manage` when the role is used in organizations below.',
    extensions: atMost(SCOPES_MAX),
  }),
}));
failureType('ScopeEscalationError', 'The key has, or would have, scopes that the caller does not hold on its organization.', (t) => ({
  missingScopes: t.exposeStringList('missingScopes', { description: 'The scopes that the caller lacks.', extensions: atMost(SCOPES_MAX) }),
}));
failureType('AlreadyMemberError', 'The person belongs to the organization already.');
failureType('UserNotFoundError', 'Nobody that the caller may see has this address, verified.');
failureType('RoleKeyTakenError', 'A role that is usable in the organization has the key: a built-in one, its own, or one from above.');
failureType('RoleInUseError', 'The role is held by members or offered by open invitations.', (t) => ({
  memberCount: t.exposeInt('memberCount', {
    description: 'Members that hold it, here and, for a caller with `child_organizations:manage`, below. 0 when only others use it.',
  }),
  invitationCount: t.exposeInt('invitationCount', {
    description: 'Pending or expired invitations that offer it, here and, for a caller with `child_organizations:manage`, below.',
  }),
}));
failureType('InvitationExistsError', 'The address has a pending invitation to the organization.', (t) => ({
  pendingInvitation: t.field({
    type: InvitationRef,
    nullable: true,
    description: 'That invitation.',
    resolve: ({ invitationId }, _args, { loaders }) => (invitationId === null ? null : loaders.load(invitationById, null, invitationId)),
  }),
}));
failureType('InvitationClosedError', 'The invitation was accepted, declined, revoked or replaced before.');
failureType('VersionConflictError', 'The version that the caller expected is not the present one.', (t) => ({
  currentVersion: t.exposeInt('currentVersion', { description: 'The present version.' }),
}));
failureType('SlugTakenError', 'The slug cannot be taken. `slugAvailability` asks the same beforehand.', (t) => ({
  slug: t.exposeString('slug', { description: 'The slug.' }),
  reason: t.expose('reason', { type: SlugUnavailableReasonRef, description: 'Why it cannot be taken.' }),
}));
failureType('DepthLimitError', 'The tree would become deeper than the platform allows.', (t) => ({
  limit: t.exposeInt('limit', { description: 'Levels that may lie above an organization, counted from the root of the whole tree.' }),
}));
failureType('CycleError', 'The new parent is the organization itself, or lies below it.');
failureType('HasChildrenError', 'Organizations lie below the one to be deleted, and the mode is RESTRICT.', (t) => ({
  childCount: t.exposeInt('childCount', { description: 'Organizations directly below.' }),
}));
failureType('ParentDeletedError', 'An organization cannot be restored below one that is deleted.');
failureType('ExternalAccountTakenError', 'An account in another system belongs to one organization; another has it.', (t) => ({
  system: t.exposeString('system', { description: 'The other system.' }),
  accountId: t.exposeString('accountId', { description: "The account's id there." }),
}));
failureType(
  'EmailNotVerifiedError',
  'An account whose address is not verified creates one organization of its own, and nobody sends invitations in it.',
);
const InvitationLimitScopeRef = builder.enumType('InvitationLimitScope', {
  description: 'Whose invitations a limit counts.',
  values: {
    SENDER: { description: 'Those of the calling person or API key.' },
    TREE: { description: 'Those of the whole tree of organizations.' },
  },
});
failureType('InvitationLimitError', 'As many invitations were sent within 24 hours as are allowed.', (t) => ({
  scope: t.expose('scope', { type: InvitationLimitScopeRef, description: 'Whose invitations the limit counts.' }),
  limit: t.exposeInt('limit', { description: 'Mails within 24 hours.' }),
  retryAt: t.field({
    type: 'DateTime',
    description: 'When one more can be sent, at the earliest.',
    resolve: ({ retryAt }) => new Date(retryAt),
  }),
}));
failureType('IdempotencyConflictError', 'The idempotency key was used for another input in the last 24 hours.');
failureType(
  'SecretShownBeforeError',
  'The idempotency key was used by another credential of the same person, which alone can be shown the secret again.',
  (t) => ({
    credentialId: t.exposeID('credentialId', { description: 'The API key or token that was created then. It still exists.' }),
  }),
);
failureType('ContentionError', 'The change met too many others at the same time, and nothing was done; any mutation may answer so.');
failureType(
  'InvitationInvalidError',
  'The token cannot be used: unknown, altered, expired, revoked, used, or for another address. One answer for all, so that it tells nothing.',
);
