/** What waits to be numbered and sealed, for those who watch it. */
import { sql, type RawBuilder } from 'kysely';

/** The maximum number of events that are counted, so that the statement costs the same on any platform. */
export const UNSEALED_COUNTED_MAX = 10_000;

/**
 * The number of events that are not sealed yet, at most `UNSEALED_COUNTED_MAX`, and for how many
 * seconds the one that came first has waited; 0 if there is none.
 */
export function unsealedEvents(): RawBuilder<{ events: number; oldestSeconds: number }> {
  return sql<{ events: number; oldestSeconds: number }>`
    select
      count(*)::int as events,
      coalesce(max(extract(epoch from now() - at)), 0)::float8 as "oldestSeconds"
    from (
      select at from audit_events where sequence is null
      union all
      select at from account_events where sequence is null
      limit ${UNSEALED_COUNTED_MAX}
    ) as unsealed`;
}
