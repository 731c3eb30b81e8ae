/** Operator changes to the catalog of metrics. */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { many, one } from '../../database/rows.ts';
import { ConfigurationError } from '../../errors.ts';
import { normalForm, textProblem } from '../../values/text.ts';

/**
 * The maximum number of metrics in the catalog, and therefore in any list of them. It is part of an
 * operation's cost.
 */
export const METRICS_MAX = 25;

/** A metric to be added to the catalog. */
export interface NewMetric {
  key: string;
  name: string;
  unit: string;
  description: string | null;
  /**
   * Keys of recorded metrics whose sums are added up; empty for a metric that is recorded itself.
   */
  parts: readonly string[];
  /** Keys of recorded metrics by whose sum it is divided; empty for a sum. */
  dividedBy: readonly string[];
  /** How many days after it happened an event can be recorded. */
  lateDays: number;
}

const TEXT_LENGTH_MAX = { name: 100, unit: 100, description: 500 };

function parseText(option: keyof typeof TEXT_LENGTH_MAX, value: string): string {
  const text = normalForm(value);
  const problem = textProblem(text, TEXT_LENGTH_MAX[option]);
  if (problem !== undefined) throw new ConfigurationError(`--${option} ${problem}.`);
  return text;
}

/** Adds a metric after the existing ones. Refuses one that the catalog could not compute. */
export async function addMetric(db: Database, metric: NewMetric): Promise<void> {
  const { key, parts, dividedBy, lateDays } = metric;
  const name = parseText('name', metric.name);
  const unit = parseText('unit', metric.unit);
  const description =
    metric.description === null ? null : parseText('description', metric.description);
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(key))
    throw new ConfigurationError(
      '--key must have 1 to 63 characters of a-z, 0-9 and _, and start with a letter.',
    );
  if (parts.length === 0 && dividedBy.length > 0)
    throw new ConfigurationError(
      '--divided-by requires --parts: an average divides one sum by another.',
    );
  const named = [...new Set([...parts, ...dividedBy])];
  await db.transaction().execute(async (tx) => {
    // One at a time, for the next position and slot.
    await sql`lock table usage_metrics in share row exclusive mode`.execute(tx);
    const present = await one(
      tx,
      sql<{ count: number }>`select count(*)::int as count from usage_metrics`,
    );
    if (present.count >= METRICS_MAX)
      throw new ConfigurationError(`The catalog already has ${METRICS_MAX} metrics, the maximum.`);
    const recorded = await many(
      tx,
      sql<{ key: string }>`
        select key from usage_metrics
          where key = any (${named}::text[]) and parts = array[key] and divided_by = '{}'`,
    );
    const missing = named.find((part) => !recorded.some((row) => row.key === part));
    if (missing !== undefined)
      throw new ConfigurationError(`"${missing}" is not a recorded metric.`);
    const rows = await many(
      tx,
      sql`
        insert into usage_metrics (key, name, unit, kind, description, parts, divided_by, late_days, position, slot)
        select ${key}, ${name}, ${unit}, ${dividedBy.length > 0 ? 'AVERAGE' : 'SUM'},
          ${description}, ${parts.length > 0 ? parts : [key]}::text[],
          ${dividedBy}::text[], ${lateDays}, coalesce(max(position), 0) + 1,
            case when ${parts.length === 0} then coalesce(max(slot), 0) + 1 end
        from usage_metrics on conflict do nothing returning key`,
    );
    if (rows.length === 0) throw new ConfigurationError(`--key is taken: ${key}.`);
  });
}
