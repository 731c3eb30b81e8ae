/** Operator changes to the catalog of plans. */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { many, one, type Columns } from '../../database/rows.ts';
import { ConfigurationError } from '../../errors.ts';
import { normalForm, textProblem } from '../../values/text.ts';

/** The maximum number of plans in the catalog. It is part of an operation's cost. */
export const PLANS_MAX = 25;

/** A plan to be added to the catalog. */
export interface NewPlan {
  key: string;
  name: string;
  description: string | null;
  /** Calls at the same time. */
  maxCalls: number;
  /** The price as the billing provider names it; null where the provider needs none. */
  priceId: string | null;
}

const TEXT_LENGTH_MAX = { name: 100, description: 500, price: 255 };

function parseText(option: keyof typeof TEXT_LENGTH_MAX, value: string): string {
  const text = normalForm(value);
  const problem = textProblem(text, TEXT_LENGTH_MAX[option]);
  if (problem !== undefined) throw new ConfigurationError(`--${option} ${problem}.`);
  return text;
}

/** Adds a plan after the existing ones. */
export async function addPlan(db: Database, plan: NewPlan): Promise<void> {
  const { key, maxCalls } = plan;
  const name = parseText('name', plan.name);
  const description = plan.description === null ? null : parseText('description', plan.description);
  const priceId = plan.priceId === null ? null : parseText('price', plan.priceId);
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(key))
    throw new ConfigurationError(
      '--key must have 1 to 63 characters of a-z, 0-9 and _, and start with a letter.',
    );
  await db.transaction().execute(async (tx) => {
    // One at a time, for the next position.
    await sql`lock table plans in share row exclusive mode`.execute(tx);
    const present = await one(tx, sql<{ count: number }>`select count(*)::int as count from plans`);
    if (present.count >= PLANS_MAX)
      throw new ConfigurationError(`The catalog already has ${PLANS_MAX} plans, the maximum.`);
    const rows = await many(
      tx,
      sql`
        insert into plans (key, name, description, max_calls, price_id, position)
        select ${key}, ${name}, ${description}, ${maxCalls}, ${priceId}, coalesce(max(position), 0) + 1
        from plans on conflict do nothing returning key`,
    );
    if (rows.length === 0) throw new ConfigurationError(`--key is taken: ${key}.`);
  });
}

/** Lists the catalog in its order, with the prices. */
export function listPlans(
  db: Database,
): Promise<Columns<'plans', 'key' | 'name' | 'max_calls' | 'price_id'>[]> {
  return many(
    db,
    db
      .selectFrom('plans')
      .select(['key', 'name', 'max_calls', 'price_id'])
      .orderBy('position')
      .orderBy('key'),
  );
}
