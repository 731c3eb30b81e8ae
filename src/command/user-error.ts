/** Expected failures of mutations: data that a result union carries, beside the payload. */

/** Every failure type, with what it tells beyond code and message. */
export interface FailureDetails {
  LastAdminError: object;
  NoValidRoleError: { ignoredRoles: string[] };
  RoleEscalationError: { missingScopes: string[] };
  ScopeEscalationError: { missingScopes: string[] };
  AlreadyMemberError: object;
  UserNotFoundError: object;
  RoleKeyTakenError: object;
  RoleInUseError: { memberCount: number; invitationCount: number };
  InvitationExistsError: { invitationId: string | null };
  InvitationClosedError: object;
  InvitationInvalidError: object;
  VersionConflictError: { currentVersion: number };
  SlugTakenError: { slug: string; reason: 'RESERVED' | 'TAKEN' };
  DepthLimitError: { limit: number };
  CycleError: object;
  HasChildrenError: { childCount: number };
  ParentDeletedError: object;
  ExternalAccountTakenError: { system: string; accountId: string };
  EmailNotVerifiedError: object;
  /** `retryAt` as ISO 8601, since outcomes are kept as JSON. */
  InvitationLimitError: { scope: 'SENDER' | 'TREE'; limit: number; retryAt: string };
  IdempotencyConflictError: object;
  /** The credential's public id. */
  SecretShownBeforeError: { credentialId: string };
  ContentionError: object;
}

/** Name of a failure type. */
export type FailureName = keyof FailureDetails;

/** A failure as it is answered. */
export type Failure<Name extends FailureName = FailureName> = { __typename: Name; code: string; message: string } & FailureDetails[Name];

/** What each failure says; `code` is stable, the message is for people. */
const texts: Record<FailureName, { code: string; message: string }> = {
  LastAdminError: { code: 'LAST_ADMIN', message: 'The organization would be left without an admin.' },
  NoValidRoleError: { code: 'NO_VALID_ROLE', message: 'None of the roles exists in this organization; nothing was changed.' },
  RoleEscalationError: {
    code: 'ROLE_ESCALATION',
    message: 'This would give or take scopes that you do not hold on this organization yourself.',
  },
  ScopeEscalationError: {
    code: 'SCOPE_ESCALATION',
    message: 'This would give or take away a key with scopes that you do not hold on its organization yourself.',
  },
  AlreadyMemberError: { code: 'ALREADY_MEMBER', message: 'The person is a member of this organization already.' },
  UserNotFoundError: {
    code: 'USER_NOT_FOUND',
    message: 'Nobody in your organizations has this verified address; send an invitation instead.',
  },
  RoleKeyTakenError: { code: 'ROLE_KEY_TAKEN', message: 'A role that is usable in this organization has this key already.' },
  RoleInUseError: { code: 'ROLE_IN_USE', message: 'Members hold the role, or open invitations offer it.' },
  InvitationExistsError: { code: 'INVITATION_EXISTS', message: 'This address has a pending invitation to this organization already.' },
  InvitationClosedError: { code: 'INVITATION_CLOSED', message: 'The invitation was accepted, declined, revoked or replaced already.' },
  InvitationInvalidError: { code: 'INVITATION_INVALID', message: 'This invitation cannot be used.' },
  VersionConflictError: { code: 'VERSION_CONFLICT', message: 'The organization was changed meanwhile; read it again and decide anew.' },
  SlugTakenError: {
    code: 'SLUG_TAKEN',
    message: 'The slug cannot be taken: it belongs, or once belonged, to an organization, or is reserved.',
  },
  DepthLimitError: { code: 'DEPTH_LIMIT', message: 'The organization, or one below it, would lie too deep in the tree.' },
  CycleError: { code: 'CYCLE', message: 'An organization cannot lie below itself.' },
  HasChildrenError: { code: 'HAS_CHILDREN', message: 'There are organizations below; delete them first, or use the mode CASCADE.' },
  ParentDeletedError: { code: 'PARENT_DELETED', message: 'The organization above is deleted; restore that one first.' },
  ExternalAccountTakenError: { code: 'EXTERNAL_ACCOUNT_TAKEN', message: 'Another organization has this account of another system.' },
  EmailNotVerifiedError: {
    code: 'EMAIL_NOT_VERIFIED',
    message: 'This requires a verified e-mail address: yours, and that of the person who created this tree of organizations.',
  },
  InvitationLimitError: {
    code: 'INVITATION_LIMIT',
    message: 'As many invitations were sent within 24 hours as are allowed; nothing was sent.',
  },
  IdempotencyConflictError: {
    code: 'IDEMPOTENCY_CONFLICT',
    message: 'The idempotency key was used for another input in the last 24 hours.',
  },
  SecretShownBeforeError: {
    code: 'SECRET_SHOWN_BEFORE',
    message:
      'This request was answered before, to another credential of yours, and its secret can be shown to nobody else. ' +
      'Revoke what it created and ask under another idempotency key.',
  },
  ContentionError: { code: 'CONTENTION', message: 'The change met too many others at the same time; nothing was done. Try again.' },
};

/** Makes a failure. */
export function failure<Name extends FailureName>(name: Name, details: FailureDetails[Name]): Failure<Name> {
  const { code, message } = texts[name];
  return { __typename: name, code, message, ...details };
}

/** Names of all failure types. */
export const failureNames = Object.keys(texts) as FailureName[];

/** Thrown inside an action to end it with a failure: the transaction is rolled back and the attempt recorded. */
export class Refused extends Error {
  readonly failure: Failure;

  constructor(reason: Failure) {
    super(reason.message);
    this.failure = reason;
  }
}

/** Ends an action with a failure. */
export function refuse<Name extends FailureName>(name: Name, details: FailureDetails[Name]): never {
  throw new Refused(failure(name, details));
}
