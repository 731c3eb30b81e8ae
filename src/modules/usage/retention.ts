/** How long usage is kept at each resolution (docs/decisions/0016-usage.md). */
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';

/** The minimum number of days that single events can be configured to be kept. */
export const EVENT_DAYS_MIN = 31;
const ROWS_AT_ONCE = 10_000;
/**
 * The lock timeout for changes to the partitions, which wait for everyone who reads or records
 * usage, and block them meanwhile.
 */
const LOCK_TIMEOUT = '3s';

/**
 * A daily job that prepares the partitions of the next months, and drops events that are older than
 * `eventDays` and than any metric accepts, whole months at a time. Reads stop using them one run
 * before they are dropped.
 */
export async function retainUsage(db: Database, eventDays: number): Promise<void> {
  const before = await db.transaction().execute(async (tx) => {
    await sql`select set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`.execute(tx);
    await sql`select prepare_usage_months(now(), now() + interval '3 months')`.execute(tx);
    const retired = await one(
      tx,
      sql<{ before: Date }>`
        select retire_usage_events(now() - make_interval(days => greatest(${eventDays}, max(late_days) + 1))) as before from usage_metrics`,
    );
    return retired.before;
  });
  await removeAll(
    db,
    sql`select ctid from usage_event_keys where occurred_at < ${before}`,
    'usage_event_keys',
  );
  await removeAll(
    db,
    sql`select ctid from usage_totals where grain = 'HOUR' and starts_at < usage_hours_from()`,
    'usage_totals',
  );
}

/** Deletes what the query finds, in batches. */
async function removeAll(
  db: Database,
  rows: RawBuilder<unknown>,
  table: 'usage_event_keys' | 'usage_totals',
): Promise<void> {
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${sql.table(table)} where ctid = any (array(${rows} limit ${ROWS_AT_ONCE}))`.execute(
      db,
    );
    if (numAffectedRows < ROWS_AT_ONCE) return;
  }
}
