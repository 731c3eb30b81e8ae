/** An organization changed while somebody was about to suspend, move or delete it. */
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/settings.ts';
import { MutationFailure, type Failure } from '../ui/mutation-failure.tsx';
import { VersionConflict } from '../ui/version-conflict.tsx';
import type { Organization, SectionProps } from './organization.ts';

interface Conflict {
  /** As it was shown, and as it is now. */
  before: Organization;
  now: Organization;
}

/** What became of any mutation. */
type AnyOutcome =
  { kind: 'success' | 'error' } | { kind: 'failure'; failure: { __typename: string } };

/** What changed meanwhile, if a change was refused for it. */
export function usePlaceConflict(onAsk: SectionProps['onAsk']) {
  const [found, setFound] = useState<Conflict>();
  return {
    found,
    clear: (): void => setFound(undefined),
    /** Looks at what is there now if the outcome is a conflict of versions. */
    look: async (outcome: AnyOutcome, before: Organization): Promise<void> => {
      if (outcome.kind !== 'failure') return;
      if (outcome.failure.__typename !== 'VersionConflictError') return;
      const now = await onAsk();
      if (now) setFound({ before, now });
    },
  };
}

/** What can be seen of an organization where its place or status is changed. */
const factsOf = ({ name, status, parent }: Organization): [label: string, value: string][] => [
  [texts.conflict.name, name],
  [texts.conflict.status, common.statuses[status]],
  [texts.conflict.place, parent?.name ?? common.common.none],
];

export interface PlaceFailureProps {
  state: { failure: Failure | undefined; error: CombinedError | undefined };
  conflict: ReturnType<typeof usePlaceConflict>;
  /** What the change would make of it. */
  yours: readonly (readonly [label: string, value: string])[];
  onOverwrite(now: Organization): void;
}

export function PlaceFailure({ state, conflict, yours, onOverwrite }: PlaceFailureProps) {
  const { found, clear } = conflict;
  if (!found) {
    if (state.failure?.__typename === 'VersionConflictError') return null;
    return <MutationFailure {...state} />;
  }
  const before = new Map(factsOf(found.before));
  const wanted = new Map(yours);
  const differences = factsOf(found.now)
    .map(([label, theirs]) => ({
      label,
      theirs,
      yours: wanted.get(label) ?? before.get(label) ?? theirs,
    }))
    .filter((row) => row.theirs !== row.yours);
  return (
    <VersionConflict
      differences={differences}
      onOverwrite={() => onOverwrite(found.now)}
      onDiscard={clear}
    />
  );
}
