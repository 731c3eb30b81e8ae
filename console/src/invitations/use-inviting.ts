/** Inviting any number of people, a hundred with each call. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CombinedError } from 'urql';
import { InviteUsersDocument } from '../generated/invitations/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { badUsers } from './bad-users.ts';
import {
  badOutcome,
  outcomeOf,
  stoppingRefusal,
  type InvitationFailure,
  type Outcome,
} from './outcome.ts';

/** The most people that one call may invite. */
export const INVITED_MAX = 100;

export interface Progress {
  phase: 'form' | 'sending' | 'stopped' | 'done';
  /** For every address that was dealt with. */
  outcomes: readonly Outcome[];
  /** Addresses that were not sent yet. */
  waiting: readonly string[];
  /** Why the rest need not be tried. */
  refusal: InvitationFailure | undefined;
}

const IDLE: Progress = { phase: 'form', outcomes: [], waiting: [], refusal: undefined };

export interface Inviting extends Progress {
  /** Why the last call failed as a whole. */
  failure: InvitationFailure | undefined;
  error: CombinedError | undefined;
  /** Invites people; addresses that are none are among the outcomes from the start. */
  start(addresses: readonly string[], bad: readonly string[]): void;
  /** Goes on with those that were not sent yet. */
  goOn(): void;
  /** Stops after the call that is under way. */
  stop(): void;
  /** Leads back to the form. */
  reset(): void;
}

export function useInviting(organizationId: string, roles: readonly string[]): Inviting {
  const [progress, setProgress] = useState(IDLE);
  const [{ failure, error }, invite, resetMutation] = useIdempotentMutation(InviteUsersDocument);
  const isStopped = useRef(false);
  useEffect(() => {
    isStopped.current = false;
    return () => {
      isStopped.current = true;
    };
  }, []);

  const send = useCallback(
    async (first: Pick<Progress, 'outcomes' | 'waiting'>): Promise<void> => {
      let { outcomes, waiting } = first;
      let refusal: InvitationFailure | undefined;
      isStopped.current = false;
      while (waiting.length > 0 && !isStopped.current && !refusal) {
        setProgress({ phase: 'sending', outcomes, waiting, refusal });
        const batch = waiting.slice(0, INVITED_MAX);
        const users = batch.map((email) => ({ email, roles: [...roles] }));
        const result = await invite({ organizationId, users });
        if (result.kind === 'success') {
          const { results } = result.payload;
          refusal = results.map(stoppingRefusal).find((one) => one !== undefined);
          const dealtWith = results.filter((answered) => !stoppingRefusal(answered));
          const left = results.filter(stoppingRefusal).map(({ email }) => email);
          outcomes = [...outcomes, ...dealtWith.map(outcomeOf)];
          waiting = [...left, ...waiting.slice(batch.length)];
          continue;
        }
        const bad = result.kind === 'error' ? badUsers(result.error.graphQLErrors) : new Set();
        if (bad.size === 0) break;
        // The gateway is stricter than the page. Nobody was invited: the others are sent again.
        resetMutation();
        outcomes = [...outcomes, ...batch.filter((_, at) => bad.has(at)).map(badOutcome)];
        waiting = waiting.filter((_, at) => !bad.has(at));
      }
      setProgress({ phase: waiting.length > 0 ? 'stopped' : 'done', outcomes, waiting, refusal });
    },
    [invite, organizationId, resetMutation, roles],
  );

  return {
    ...progress,
    failure,
    error,
    start: (addresses, bad) => void send({ outcomes: bad.map(badOutcome), waiting: addresses }),
    goOn: () => void send(progress),
    stop: () => {
      isStopped.current = true;
    },
    reset: () => {
      resetMutation();
      setProgress(IDLE);
    },
  };
}
