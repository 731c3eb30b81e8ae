/**
 * Verifies that the audit log is intact: numbered without gaps, each event hashed together with the
 * one before it.
 */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';

export interface AuditLogReport {
  events: number;
  /** The number of events that were changed or are missing. */
  broken: number;
  examples: string[];
}

const EXAMPLES_MAX = 5;

/** Reads the whole log. */
export async function verifyAuditLog(db: Database): Promise<AuditLogReport> {
  const { events, broken, examples } = await one(
    db,
    sql<{ events: number; broken: number; examples: string[] | null }>`
      with breaks as materialized (select * from audit_breaks)
      select (select count(*)::int from audit_events) + (select count(*)::int from account_events) as events, (select count(*)::int from breaks) as broken,
        (select array_agg(place) from (
          select chain_id || ' number ' || sequence as place from breaks order by chain_id, sequence limit ${EXAMPLES_MAX}
        ) as shown) as examples`,
  );
  return { events, broken, examples: examples ?? [] };
}
