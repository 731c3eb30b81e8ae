/** Rolls recorded events up into the totals (docs/decisions/0016-usage.md). */
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { many, one } from '../../database/rows.ts';
import { sqlState } from '../../errors.ts';
import { startPeriodic } from '../../jobs/periodic.ts';
import type { Logger } from '../../telemetry/log.ts';

/** The number of pending rows per transaction; moves and deletions in their trees wait for it. */
const ROWS_AT_ONCE = 10_000;
/** The number of organizations examined per transaction; their tree waits for it. */
const ORGANIZATIONS_AT_ONCE = 100;
const EVERY_MS = 1_000;
/** The tree has been locked by others for too long. The next run tries again. */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Rolls up the subtrees that have become busy, and then all pending rows, until none is left that
 * another process is not rolling up. Returns the number of pending rows processed.
 *
 * Several processes share the work: each takes the groups of trees that are free, one batch of each
 * in turn, so that no tree waits for a busier one.
 */
export async function rollUpUsage(db: Database): Promise<number> {
  await repeat(db, sql`select roll_up_subtrees(${ORGANIZATIONS_AT_ONCE}) as done`).catch(
    (error: unknown) => {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    },
  );
  let all = 0;
  for (;;) {
    const before = all;
    for (const { group } of await many(db, pendingGroups)) {
      const { done } = await one(
        db,
        sql<{ done: number }>`select roll_usage(${ROWS_AT_ONCE}, ${group}::smallint) as done`,
      );
      all += done;
    }
    if (all === before) return all;
  }
}

/** The groups with pending rows, in any order, so that processes begin at different ones. */
const pendingGroups = sql<{ group: number }>`
  select tree_group as group from (select distinct tree_group from usage_tail) as pending order by random()`;

/** Runs a statement until it has nothing left to do. */
async function repeat(db: Database, statement: RawBuilder<{ done: number }>): Promise<number> {
  let all = 0;
  for (;;) {
    const { done } = await one(db, statement);
    if (!done) return all;
    all += done;
  }
}

/**
 * Rolls up every second. Reads are exact without it, but slower the more rows are pending. Returns
 * a function that stops it. `rolledUp` is called each time that nothing was left to do.
 */
export function startRollUp(
  db: Database,
  log: Logger,
  rolledUp: () => void = () => undefined,
): () => Promise<void> {
  return startPeriodic(
    {
      everyMs: EVERY_MS,
      outage: 'rolling up usage',
      failure: 'usage could not be rolled up; it will be retried',
      log,
    },
    () => rollUpUsage(db).then(rolledUp),
  );
}
