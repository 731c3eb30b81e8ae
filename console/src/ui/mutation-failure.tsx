/** Why a mutation changed nothing: an expected failure in words, or a request that failed. */
import type { CombinedError } from 'urql';
import { failureTexts } from '../texts/failures.ts';
import { Callout } from './callout.tsx';
import { RequestFailure } from './request-failure.tsx';

/** What all expected failures have. */
export interface Failure {
  __typename: string;
  message: string;
}

export interface MutationFailureProps {
  /** As `useIdempotentMutation` returns them. */
  failure?: Failure | undefined;
  error?: CombinedError | undefined;
}

export function MutationFailure({ failure, error }: MutationFailureProps) {
  if (error) return <RequestFailure error={error} />;
  if (!failure) return null;
  return <Callout tone="danger">{failureTexts[failure.__typename] ?? failure.message}</Callout>;
}
