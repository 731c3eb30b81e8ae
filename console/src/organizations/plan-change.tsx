/** A change of plan that is under way or was given up. */
import { texts } from '../texts/en/plan.ts';
import { Callout } from '../ui/callout.tsx';
import { Name } from '../ui/name.tsx';
import { When } from '../ui/when.tsx';
import { planName } from './plan-name.ts';

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

/** Shows nothing where there is nothing to wait for or to do. */
export function PlanChange({ billing: { plan, planChange }, catalog }: PlanChangeProps) {
  if (!planChange || planChange.status === 'DONE') return null;
  const { status, error, requestedAt } = planChange;
  const current = planName(catalog, plan);
  const wanted = planName(catalog, planChange.plan);
  const isPending = status === 'PENDING';
  return (
    <Callout
      tone={isPending ? 'info' : 'warning'}
      title={isPending ? texts.pending(wanted) : texts.failed(wanted)}
    >
      <p>{isPending ? texts.pendingHint(current) : texts.failedHint(current)}</p>
      {error !== null && <p>{isPending ? texts.lastAttempt(error) : <Name of={error} />}</p>}
      <p className="hint">
        {texts.askedFor} <When at={requestedAt} />
      </p>
    </Callout>
  );
}
