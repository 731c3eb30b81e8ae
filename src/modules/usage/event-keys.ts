/** Moves the ids of usage events into partitions (docs/decisions/0045-usage-ids-by-organization.md). */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';
import { sqlState } from '../../errors.ts';

/** Ids per transaction. It holds their organizations, shared, so it is short. */
const IDS_AT_ONCE = 2_000;
/** How long one run goes on, which is less than the minute between two. */
const RUN_MS = 45_000;
/** Less than the second after which the server looks for a deadlock, so that the copy gives way. */
const LOCK_TIMEOUT = '500ms';
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Copies ids that were recorded before they were partitioned, in batches, and replaces the table
 * once all are copied. On a database without any left it is a single look. It gives way to whoever
 * holds what it needs, and the next run goes on from there. Returns the number of ids copied.
 */
export async function partitionEventKeys(
  db: Database,
  { idsAtOnce = IDS_AT_ONCE, runMs = RUN_MS } = {},
): Promise<number> {
  const end = performance.now() + runMs;
  let all = 0;
  while (performance.now() < end) {
    const copied = await copyBatch(db, idsAtOnce);
    if (copied === 0) break;
    all += copied;
  }
  return all;
}

async function copyBatch(db: Database, idsAtOnce: number): Promise<number> {
  try {
    return await db.transaction().execute(async (tx) => {
      await sql`select set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`.execute(tx);
      const { copied } = await one(
        tx,
        sql<{ copied: number }>`select partition_usage_event_keys(${idsAtOnce}) as copied`,
      );
      return copied;
    });
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) return 0;
    throw error;
  }
}
