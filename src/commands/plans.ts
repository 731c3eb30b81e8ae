/** `banyan plans`: one more plan in the catalog, and what it holds. */
import { addPlan, listPlans } from '../modules/plan/catalog.ts';
import { withDatabase } from './run.ts';
import type { Terminal } from './terminal.ts';

export interface PlanOptions {
  key: string;
  name: string;
  description?: string;
  /** Calls at the same time. */
  maxCalls: number;
  /** The price as the billing provider names it. */
  price?: string;
}

/** Adds a plan; running gateways know it at once. */
export function addToPlans(
  terminal: Terminal,
  { description, price, ...plan }: PlanOptions,
): Promise<void> {
  return withDatabase(terminal, async ({ db }) => {
    await addPlan(db, { ...plan, description: description ?? null, priceId: price ?? null });
    terminal.print(`Added ${plan.key} to the plans.`);
  });
}

/** Prints the plans in their order. */
export function printPlans(terminal: Terminal): Promise<void> {
  return withDatabase(terminal, async ({ db }) => {
    for (const { key, name, max_calls: maxCalls, price_id: priceId } of await listPlans(db)) {
      const calls = `${maxCalls} ${maxCalls === 1 ? 'call' : 'calls'} at a time`;
      terminal.print(`${key}  ${name}, ${calls}, ${priceId === null ? 'no price' : priceId}`);
    }
  });
}
