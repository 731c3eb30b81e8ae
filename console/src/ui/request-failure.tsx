/** A request that failed: what it means, and how to go on. */
import { useEffect, useState } from 'react';
import type { CombinedError } from 'urql';
import { codeOf, isPassing, requestIdOf, retryAfterOf } from '../graphql/errors.ts';
import { texts } from '../texts/en.ts';
import { Button } from './button.tsx';
import { Callout } from './callout.tsx';

export interface RequestFailureProps {
  error: CombinedError;
  /** Tries again; absent where a form has its own button for that. */
  onRetry?: (() => void) | undefined;
}

export function RequestFailure({ error, onRetry }: RequestFailureProps) {
  const seconds = useCountdown(error);
  const id = requestIdOf(error);
  return (
    <Callout
      tone={isPassing(error) ? 'warning' : 'danger'}
      action={
        onRetry && (
          <Button onPress={onRetry} isDisabled={seconds > 0}>
            {seconds > 0 ? texts.answer.retryIn(seconds) : texts.common.tryAgain}
          </Button>
        )
      }
    >
      {sentenceFor(error)}
      {id !== undefined && !isPassing(error) && (
        <div className="hint">{texts.answer.requestId(id)}</div>
      )}
    </Callout>
  );
}

function sentenceFor(error: CombinedError): string {
  const code = codeOf(error);
  if (code === 'NETWORK') return texts.answer.network;
  if (code === 'RATE_LIMITED') return texts.answer.rateLimited;
  if (code === 'UNAVAILABLE') return texts.answer.unavailable;
  return error.graphQLErrors[0]?.message ?? texts.answer.failed;
}

/** Seconds until the gateway wants to be asked again. */
function useCountdown(error: CombinedError): number {
  const [passed, setPassed] = useState({ error, seconds: 0 });
  useEffect(() => {
    const tick = (): void =>
      setPassed((before) => ({
        error,
        seconds: before.error === error ? before.seconds + 1 : 1,
      }));
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, [error]);
  const seconds = passed.error === error ? passed.seconds : 0;
  return Math.max(0, (retryAfterOf(error) ?? 0) - seconds);
}
