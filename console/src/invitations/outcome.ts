/** What became of inviting people. */
import type { InviteUsersMutation } from '../generated/invitations/graphql.ts';
import type { PayloadOf } from '../graphql/use-mutation.ts';
import { texts } from '../texts/en/invitations.ts';
import { texts as membership } from '../texts/en/members.ts';
import { formatDateTime, formatInteger } from '../ui/format.ts';
import type { Failure } from '../ui/mutation-failure.tsx';

/** The outcome for one address, as the gateway tells it. */
export type Answered = PayloadOf<InviteUsersMutation>['results'][number];

/** An expected failure, with the details that some have. */
export interface InvitationFailure extends Failure {
  missingScopes?: readonly string[];
  scope?: 'SENDER' | 'TREE';
  limit?: number;
  retryAt?: string;
}

/** What a person would tell apart. `BAD` was not sent at all, or refused as no address. */
export type OutcomeKind = 'INVITED' | 'ALREADY_MEMBER' | 'INVITATION_EXISTS' | 'BAD' | 'OTHER';

export const OUTCOME_KINDS: readonly OutcomeKind[] = [
  'BAD',
  'OTHER',
  'INVITATION_EXISTS',
  'ALREADY_MEMBER',
  'INVITED',
];

export interface Outcome {
  email: string;
  kind: OutcomeKind;
  /** What happened, in words. */
  text: string;
  ignoredRoles: readonly string[];
}

/** The outcome for an address that is none. */
export const badOutcome = (email: string): Outcome => ({
  email,
  kind: 'BAD',
  text: texts.sending.results.BAD,
  ignoredRoles: [],
});

export function outcomeOf({ email, error, ignoredRoles }: Answered): Outcome {
  if (!error) return { email, kind: 'INVITED', text: texts.sending.results.INVITED, ignoredRoles };
  const { __typename: type } = error;
  if (type === 'AlreadyMemberError')
    return {
      email,
      kind: 'ALREADY_MEMBER',
      text: texts.sending.results.ALREADY_MEMBER,
      ignoredRoles,
    };
  if (type === 'InvitationExistsError')
    return {
      email,
      kind: 'INVITATION_EXISTS',
      text: texts.sending.results.INVITATION_EXISTS,
      ignoredRoles,
    };
  return { email, kind: 'OTHER', text: refusalText(error) ?? error.message, ignoredRoles };
}

/** Refusals that the next address would meet as well: sending stops, and nothing is lost. */
const STOPPING = new Set([
  'EmailNotVerifiedError',
  'InvitationLimitError',
  'NoValidRoleError',
  'RoleEscalationError',
]);

/** The refusal for which the others need not be tried; undefined if it concerns this address only. */
export function stoppingRefusal({ error }: Answered): InvitationFailure | undefined {
  return error && STOPPING.has(error.__typename) ? error : undefined;
}

/** An expected failure in words; undefined if the API's own are good. */
export function refusalText({
  __typename: type,
  missingScopes,
  scope,
  limit,
  retryAt,
}: InvitationFailure): string | undefined {
  if (type === 'InvitationClosedError') return texts.refusals.INVITATION_CLOSED;
  if (type === 'EmailNotVerifiedError') return texts.refusals.EMAIL_NOT_VERIFIED;
  if (type === 'NoValidRoleError') return membership.refusals.NO_VALID_ROLE;
  if (type === 'RoleEscalationError' && missingScopes)
    return membership.refusals.ROLE_ESCALATION(missingScopes);
  if (type === 'InvitationLimitError' && scope && limit !== undefined && retryAt !== undefined)
    return texts.refusals.INVITATION_LIMIT[scope](formatInteger(limit), formatDateTime(retryAt));
  return undefined;
}
