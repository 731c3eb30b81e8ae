/** Why roles or a membership were not changed, and what to do about it. */
import type { CombinedError } from 'urql';
import { texts } from '../texts/en/members.ts';
import { Callout } from '../ui/callout.tsx';
import { MutationFailure, type Failure } from '../ui/mutation-failure.tsx';

export interface MembershipFailure extends Failure {
  missingScopes?: readonly string[];
}

export interface RefusalProps {
  /** The person and the organization that the change was about. */
  name: string;
  organization: string;
  failure: MembershipFailure | undefined;
  error: CombinedError | undefined;
}

export function Refusal({ name, organization, failure, error }: RefusalProps) {
  const sentence = failure && sentenceFor(failure, name, organization);
  if (sentence === undefined) return <MutationFailure failure={failure} error={error} />;
  return <Callout tone="danger">{sentence}</Callout>;
}

function sentenceFor(
  { __typename: type, missingScopes }: MembershipFailure,
  name: string,
  organization: string,
): string | undefined {
  if (type === 'LastAdminError') return texts.refusals.LAST_ADMIN(name, organization);
  if (type === 'NoValidRoleError') return texts.refusals.NO_VALID_ROLE;
  if (type === 'RoleEscalationError' && missingScopes)
    return texts.refusals.ROLE_ESCALATION(missingScopes);
  return undefined;
}
