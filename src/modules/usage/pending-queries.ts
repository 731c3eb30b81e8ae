/** What waits to be rolled up, for those who watch it. */
import { sql, type RawBuilder } from 'kysely';

/** The maximum number of pending amounts that are counted: a roll-up takes as many at once. */
export const PENDING_COUNTED_MAX = 10_000;

/** The number of pending amounts of usage, at most `PENDING_COUNTED_MAX`. */
export function pendingUsage(): RawBuilder<{ pending: number }> {
  return sql<{ pending: number }>`
    select count(*)::int as pending
    from (select from usage_tail limit ${PENDING_COUNTED_MAX}) as tail`;
}
