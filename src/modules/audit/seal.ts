/** Numbers and seals the events of the audit log (docs/decisions/0037-deferred-seals.md). */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';
import { startPeriodic } from '../../jobs/periodic.ts';
import type { Logger } from '../../telemetry/log.ts';

/** The number of events per transaction; no change waits for it. */
const EVENTS_AT_ONCE = 2_000;
/** Seals follow within a second. */
const EVERY_MS = 250;

/**
 * Seals all events that are committed, until none is left or another process is sealing. Returns
 * the number of events sealed.
 */
export async function sealAuditLog(db: Database, eventsAtOnce = EVENTS_AT_ONCE): Promise<number> {
  let all = 0;
  for (;;) {
    const { sealed } = await one(
      db,
      sql<{ sealed: number }>`select seal_audit_events(${eventsAtOnce}) as sealed`,
    );
    if (sealed === 0) return all;
    all += sealed;
  }
}

/**
 * Seals four times a second. Readers see events before they are sealed. Returns a function that
 * stops it.
 */
export function startSealing(db: Database, log: Logger): () => Promise<void> {
  return startPeriodic(
    {
      everyMs: EVERY_MS,
      outage: 'sealing the audit log',
      failure: 'the audit log could not be sealed; it will be retried',
      log,
    },
    () => sealAuditLog(db),
  );
}
