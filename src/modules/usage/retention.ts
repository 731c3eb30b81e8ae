/** How long usage is kept at each resolution (docs/decisions/0016-usage.md). */
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { many, one } from '../../database/rows.ts';

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
  for (const { name } of await many(db, tablesOfKeys))
    await removeAll(db, name, sql<boolean>`occurred_at < ${before}`);
  await removeAll(
    db,
    'usage_totals',
    sql<boolean>`grain = 'HOUR' and starts_at < usage_hours_from()`,
  );
}

/**
 * The partitions of usage_event_keys, since a ctid says which row it is within one of them only; or
 * the table itself as long as it has none.
 */
const tablesOfKeys = sql<{ name: string }>`
  select c.relname as name from pg_class c
  where c.oid = 'usage_event_keys'::regclass and c.relkind = 'r'
  union all
  select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'usage_event_keys'::regclass
  order by name`;

/** Deletes rows of one table, in batches. */
async function removeAll(db: Database, name: string, which: RawBuilder<boolean>): Promise<void> {
  const table = sql.id(name);
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from only ${table} where ctid = any (array(
        select ctid from only ${table} where ${which} limit ${ROWS_AT_ONCE}
      ))`.execute(db);
    if (numAffectedRows < ROWS_AT_ONCE) return;
  }
}
