/**
 * Verifies the usage totals against each other and against the events that they were computed from.
 */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { many } from '../../database/rows.ts';
import type { Logger } from '../../telemetry/log.ts';

export interface UsageCheck {
  organizations: number;
  /**
   * The number of totals (of one organization, span and metric) that do not match their sources.
   */
  differing: number;
  /** At most five of them. */
  examples: string[];
}

const EXAMPLES_MAX = 5;
const AT_ONCE = 200;
const SAMPLE = 20;

interface Difference {
  organization_id: string;
  what: 'own' | 'subtree';
  resolution: string;
  starts_at: Date;
  metric: string;
  stored: string;
  computed: string;
}

async function compare(db: Database, ids: readonly string[], check: UsageCheck): Promise<void> {
  const rows = await many(
    db,
    sql<Difference>`
      select organization_id, what, lower(grain::text) as resolution, starts_at, metric, stored, computed
      from usage_differences(${ids}::uuid[]) order by organization_id, starts_at, grain desc, metric, what`,
  );
  check.organizations += ids.length;
  check.differing += rows.length;
  for (const row of rows.slice(0, EXAMPLES_MAX - check.examples.length))
    check.examples.push(
      `${row.metric} of ${row.organization_id} (${row.what}) in the ${row.resolution} from ${row.starts_at.toISOString()}: ${row.stored} instead of ${row.computed}`,
    );
}

/**
 * Verifies every organization that has totals. It only reads, in batches: every total twice and
 * every event once.
 */
export async function verifyUsage(db: Database): Promise<UsageCheck> {
  const check: UsageCheck = { organizations: 0, differing: 0, examples: [] };
  let last = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await many(
      db,
      sql<{ id: string }>`
        select distinct organization_id as id from usage_totals
          where organization_id > ${last}::uuid order by 1 limit ${AT_ONCE}`,
    );
    if (rows.length === 0) return check;
    last = rows.at(-1)?.id ?? last;
    await compare(
      db,
      rows.map((row) => row.id),
      check,
    );
  }
}

/**
 * A job that verifies a few randomly chosen organizations that have others below them, and logs an
 * error if one is wrong.
 */
export async function verifySomeUsage(db: Database, log: Logger): Promise<void> {
  const rows = await many(
    db,
    sql<{ id: string }>`
      select distinct lineage[1 + floor(random() * cardinality(lineage))::integer] as id from (
        select o.lineage from organizations o
          where o.ordinal >= (select floor(random() * max(ordinal))::bigint from organizations)
        order by o.ordinal limit ${SAMPLE}
      ) as drawn`,
  );
  const check: UsageCheck = { organizations: 0, differing: 0, examples: [] };
  await compare(
    db,
    rows.map((row) => row.id),
    check,
  );
  if (check.differing > 0) log.error({ ...check }, 'totals of usage differ from their events');
}
