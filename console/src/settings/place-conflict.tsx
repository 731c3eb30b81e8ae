/** An organization changed while somebody was about to suspend, move or delete it. */
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/settings.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { MutationFailure, type Failure } from '../ui/mutation-failure.tsx';
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
  /** Does it in spite of what changed. */
  onContinue(now: Organization): void;
}

export function PlaceFailure({ state, conflict, onContinue }: PlaceFailureProps) {
  const { found, clear } = conflict;
  if (!found) {
    if (state.failure?.__typename === 'VersionConflictError') return null;
    return <MutationFailure {...state} />;
  }
  const before = new Map(factsOf(found.before));
  const changes = factsOf(found.now).filter(([label, value]) => before.get(label) !== value);
  return (
    <Callout tone="warning" title={common.conflict.title}>
      {changes.length === 0 ? (
        <p>{texts.conflict.elsewhere}</p>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{common.conflict.field}</th>
              <th scope="col">{texts.conflict.shown}</th>
              <th scope="col">{common.conflict.theirs}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(([label, value]) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td>
                  <bdi>{before.get(label)}</bdi>
                </td>
                <td>
                  <bdi>{value}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div className="row">
        <Button onPress={() => onContinue(found.now)}>{texts.conflict.go}</Button>
        <Button variant="quiet" onPress={clear}>
          {texts.conflict.stop}
        </Button>
      </div>
    </Callout>
  );
}
