/** What only the database knows of the platform, in one statement that costs the same on any. */
import { together } from '../database/rows.ts';
import type { Database } from '../database/connect.ts';
import { jobStates } from '../jobs/state.ts';
import { unsealedEvents } from '../modules/audit/unsealed-queries.ts';
import { pendingUsage } from '../modules/usage/pending-queries.ts';
import type { DatabaseReading } from '../telemetry/metrics/metrics.ts';

/** The shortest time between two statements, however often and by however many somebody asks. */
const EVERY_MS = 10_000;

/**
 * Returns what reads the database. What it has read is returned again for `everyMs`, and those who
 * ask meanwhile wait for the same statement. Undefined if the database cannot be asked, which other
 * figures show.
 */
export function databaseReading(
  db: Database,
  everyMs = EVERY_MS,
): () => Promise<DatabaseReading | undefined> {
  let readAt = -Infinity;
  let reading: Promise<DatabaseReading | undefined> = Promise.resolve(undefined);
  return () => {
    const now = performance.now();
    if (now - readAt < everyMs) return reading;
    readAt = now;
    reading = read(db).catch(() => undefined);
    return reading;
  };
}

async function read(db: Database): Promise<DatabaseReading> {
  const { jobs, usage, audit } = await together(db, {
    jobs: jobStates(),
    usage: pendingUsage(),
    audit: unsealedEvents(),
  });
  return {
    jobs,
    usagePending: usage[0]?.pending ?? 0,
    auditUnsealed: audit[0] ?? { events: 0, oldestSeconds: 0 },
  };
}
