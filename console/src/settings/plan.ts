/** Plans beside each other, and why one could not be changed to. */
import { planName } from '../organizations/plan-name.ts';
import { failureTexts } from '../texts/failures.ts';
import { texts } from '../texts/en/plan.ts';

export interface Plan {
  key: string;
  name: string;
  description: string | null;
  maxConcurrentCalls: number;
}

/** What an organization is on now. */
export interface CurrentPlan {
  plan: string;
  /** Calls allowed at the same time, and those that are. */
  limit: number;
  inUse: number;
}

/** A plan beside the current one. */
export interface ComparedPlan extends Plan {
  isCurrent: boolean;
  /** How many more calls it allows than are allowed now. */
  difference: number;
  /** Whether more is in use now than it allows. */
  isTooSmall: boolean;
}

export const comparePlans = (catalog: readonly Plan[], current: CurrentPlan): ComparedPlan[] =>
  catalog.map((plan) => ({
    ...plan,
    isCurrent: plan.key === current.plan,
    difference: plan.maxConcurrentCalls - current.limit,
    isTooSmall: current.inUse > plan.maxConcurrentCalls,
  }));

/** What a refused change answers. */
export type Refusal =
  | { __typename: 'PlanLimitError'; message: string; allowed: number; inUse: number }
  | { __typename: 'PlanChangePendingError'; message: string; plan: string }
  | {
      __typename:
        | 'BillingNotReadyError'
        | 'ContentionError'
        | 'IdempotencyConflictError'
        | 'VersionConflictError';
      message: string;
    };

/** Why the plan was not changed, and what to do. */
export function refusalText(
  refusal: Refusal,
  wanted: string,
  catalog: readonly Plan[],
  format: (count: number) => string,
): string {
  switch (refusal.__typename) {
    case 'PlanLimitError':
      return texts.refusals.limit(
        planName(catalog, wanted),
        format(refusal.allowed),
        format(refusal.inUse),
      );
    case 'PlanChangePendingError':
      return texts.refusals.pending(planName(catalog, refusal.plan));
    case 'BillingNotReadyError':
      return texts.refusals.notReady;
    default:
      return failureTexts[refusal.__typename] ?? refusal.message;
  }
}

/** What stands where the plan of an organization does. */
export interface PlanState {
  plan: string;
  planChange: { plan: string; status: 'DONE' | 'FAILED' | 'PENDING' } | null;
}

/** The plan in words, with the one that it changes to. */
export function planStateText(state: PlanState, catalog: readonly Plan[]): string {
  const { plan, planChange } = state;
  const name = planName(catalog, plan);
  if (planChange?.status !== 'PENDING') return name;
  return texts.changing(name, planName(catalog, planChange.plan));
}

/** Whether the plan, or the one that it changes to, is another than the one that was shown. */
export const isOtherPlan = (shown: PlanState, now: PlanState): boolean =>
  shown.plan !== now.plan || pendingPlan(shown) !== pendingPlan(now);

const pendingPlan = ({ planChange }: PlanState): string | undefined =>
  planChange?.status === 'PENDING' ? planChange.plan : undefined;

/** Whether an address leads to a page of the web, and so may be opened. */
export function isWebAddress(text: string): boolean {
  const protocol = URL.parse(text)?.protocol;
  return protocol === 'https:' || protocol === 'http:';
}
