/** A change of plan that is under way, was given up, or is done while somebody looks. */
import { useState } from 'react';
import { texts } from '../texts/en/plan.ts';
import { Callout } from '../ui/callout.tsx';
import { Name } from '../ui/name.tsx';
import { When } from '../ui/when.tsx';
import { planName } from './plan-name.ts';

const TONES = { PENDING: 'info', DONE: 'good', FAILED: 'warning' } as const;

export interface PlanChangeProps {
  /** The plan that the organization is on, and the last change that was asked for. */
  billing: {
    plan: string;
    planChange: {
      plan: string;
      status: 'DONE' | 'FAILED' | 'PENDING';
      error: string | null;
      requestedAt: string;
    } | null;
  };
  catalog: readonly { key: string; name: string }[];
}

/**
 * Shows nothing where there is nothing to wait for or to do. A change that ends while it is shown says
 * so in the same place, so that nothing below moves.
 */
export function PlanChange({ billing: { plan, planChange }, catalog }: PlanChangeProps) {
  const isUnderWay = planChange?.status === 'PENDING';
  const [wasUnderWay, setWasUnderWay] = useState(isUnderWay);
  if (isUnderWay && !wasUnderWay) setWasUnderWay(true);
  if (!planChange || (planChange.status === 'DONE' && !wasUnderWay)) return null;
  const { status, error, requestedAt } = planChange;
  const current = planName(catalog, plan);
  const wanted = planName(catalog, planChange.plan);
  const { title, hint } = texts.states[status];
  return (
    <Callout tone={TONES[status]} title={title(wanted)}>
      <p>{hint(current)}</p>
      {error !== null && status !== 'DONE' && (
        <p>{isUnderWay ? texts.lastAttempt(error) : <Name of={error} />}</p>
      )}
      <p className="hint">
        {texts.askedFor} <When at={requestedAt} />
      </p>
    </Callout>
  );
}
