/** A change of plan. What others changed elsewhere meanwhile is no reason to ask again. */
import { useState } from 'react';
import { ChangePlanDocument } from '../generated/settings/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import type { Organization, SectionProps } from './organization.ts';
import { isOtherPlan } from './plan.ts';

/** How often a change is sent again on top of others that have nothing to do with it. */
const REBASES = 3;

export function usePlanChange(onAsk: SectionProps['onAsk']) {
  const [{ isPending, failure, error }, run] = useIdempotentMutation(ChangePlanDocument);
  const [conflict, setConflict] = useState<Organization>();
  const [isLooking, setLooking] = useState(false);
  const look = async (): Promise<Organization | undefined> => {
    setLooking(true);
    try {
      return await onAsk();
    } finally {
      setLooking(false);
    }
  };
  /** Asks for a plan; true if that was accepted. */
  const change = async (shown: Organization, plan: string): Promise<boolean> => {
    setConflict(undefined);
    let version = shown.version;
    for (let rebased = 0; ; rebased++) {
      const input = { organizationId: shown.id, plan, expectedVersion: version };
      const outcome = await run(input);
      if (outcome.kind === 'success') return true;
      if (outcome.kind === 'error') return false;
      // Whatever it was refused for, something else was shown here.
      const now = await look();
      if (outcome.failure.__typename !== 'VersionConflictError' || !now) return false;
      const isOther = !shown.billing || !now.billing || isOtherPlan(shown.billing, now.billing);
      if (isOther || rebased >= REBASES) {
        setConflict(now);
        return false;
      }
      version = now.version;
    }
  };
  return {
    change,
    isPending: isPending || isLooking,
    failure: isLooking ? undefined : failure,
    error,
    /** The organization as it is now, if somebody else changed its plan. */
    conflict,
  };
}
