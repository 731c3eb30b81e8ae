/** Why an invitation was not changed. */
import type { CombinedError } from 'urql';
import { Callout } from '../ui/callout.tsx';
import { MutationFailure } from '../ui/mutation-failure.tsx';
import { refusalText, type InvitationFailure } from './outcome.ts';

export interface InvitationRefusalProps {
  title?: string;
  failure: InvitationFailure | undefined;
  error: CombinedError | undefined;
}

export function InvitationRefusal({ title, failure, error }: InvitationRefusalProps) {
  const sentence = failure && refusalText(failure);
  if (sentence === undefined) return <MutationFailure failure={failure} error={error} />;
  return (
    <Callout tone="danger" title={title}>
      {sentence}
    </Callout>
  );
}
