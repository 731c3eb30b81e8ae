/** Mutations that survive a lost answer: with one idempotency key for each intention. */
import { useCallback, useRef, useState } from 'react';
import { useClient, type CombinedError, type TypedDocumentNode } from 'urql';
import { retryAfterOf, codeOf } from './errors.ts';

type RootField<Data> = Exclude<Data[keyof Data], undefined>;

/** The payload of a mutation whose result is a union. */
export type PayloadOf<Data> = Extract<RootField<Data>, { __typename: `${string}Payload` }>;

/** The expected failures of a mutation. */
export type FailureOf<Data> = Exclude<RootField<Data>, { __typename: `${string}Payload` } | null>;

/** What became of a mutation. */
export type Outcome<Data> =
  | { kind: 'success'; payload: PayloadOf<Data> }
  | { kind: 'failure'; failure: FailureOf<Data> }
  | { kind: 'error'; error: CombinedError };

export interface MutationState<Data> {
  isPending: boolean;
  /** What became of the last attempt; undefined before, and after a success or `reset`. */
  failure: FailureOf<Data> | undefined;
  error: CombinedError | undefined;
}

type Variables = { input: object };
type InputOf<V extends Variables> = Omit<V['input'], 'idempotencyKey'>;

/** Waits before a lost answer is asked for again. */
const PAUSES_MS = [300, 1_000, 3_000];

/** The longest wait that is not left to the person. */
const PATIENCE_S = 3;

const IDLE = { isPending: false, failure: undefined, error: undefined };

/**
 * Runs a mutation. Each intention has one idempotency key: it stays the same while the same input is
 * tried again, so that a lost answer never means a second effect, and is a new one after a success
 * or with another input. Inputs without such a key are sent once (`keyed: false`).
 */
export function useIdempotentMutation<Data, V extends Variables>(
  document: TypedDocumentNode<Data, V>,
  { keyed = true }: { keyed?: boolean } = {},
): [MutationState<Data>, (input: InputOf<V>) => Promise<Outcome<Data>>, () => void] {
  const client = useClient();
  const [state, setState] = useState<MutationState<Data>>(IDLE);
  const intention = useRef<{ input: string; key: string }>(undefined);
  const run = useCallback(
    async (input: InputOf<V>): Promise<Outcome<Data>> => {
      setState({ ...IDLE, isPending: true });
      const text = JSON.stringify(input);
      if (intention.current?.input !== text)
        intention.current = { input: text, key: crypto.randomUUID() };
      const { key } = intention.current;
      const variables = { input: keyed ? { ...input, idempotencyKey: key } : input } as V;
      for (let attempt = 0; ; attempt++) {
        const result = await client.mutation(document, variables).toPromise();
        const pause = result.error && pauseBefore(result.error, keyed ? attempt : Infinity);
        if (pause !== undefined) {
          await new Promise((resolve) => setTimeout(resolve, pause));
          continue;
        }
        const outcome = outcomeOf<Data>(result.data, result.error);
        // An expected failure changed nothing: the same input may be meant anew, with another key.
        if (outcome.kind !== 'error') intention.current = undefined;
        setState({
          isPending: false,
          failure: outcome.kind === 'failure' ? outcome.failure : undefined,
          error: outcome.kind === 'error' ? outcome.error : undefined,
        });
        return outcome;
      }
    },
    [client, document, keyed],
  );
  const reset = useCallback(() => setState(IDLE), []);
  return [state, run, reset];
}

/** Milliseconds until the next attempt; undefined if there is none. */
function pauseBefore(error: CombinedError, attempt: number): number | undefined {
  if (!['NETWORK', 'UNAVAILABLE'].includes(codeOf(error))) return undefined;
  const seconds = retryAfterOf(error);
  if (seconds !== undefined && seconds > PATIENCE_S) return undefined;
  const pause = PAUSES_MS[attempt];
  return pause === undefined ? undefined : Math.max(pause, (seconds ?? 0) * 1_000);
}

function outcomeOf<Data>(data: Data | undefined, error: CombinedError | undefined): Outcome<Data> {
  const [result] = Object.values(data ?? {}) as (RootField<Data> | null)[];
  if (error || result === null || result === undefined) {
    if (!error) throw new Error('A mutation answered neither data nor an error.');
    return { kind: 'error', error };
  }
  const { __typename: name } = result as unknown as { __typename: string };
  return name.endsWith('Payload')
    ? { kind: 'success', payload: result as PayloadOf<Data> }
    : { kind: 'failure', failure: result as FailureOf<Data> };
}
