/** Keeps the list of pending entries of the search index short (docs/decisions/0039-search-index-in-batches.md). */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';
import { startPeriodic } from '../../jobs/periodic.ts';
import type { Logger } from '../../telemetry/log.ts';

const EVERY_MS = 1_000;
/** Enough documents that most of their pieces have company, few enough that a search reads them in 2 ms. */
const DOCUMENTS_AT_ONCE = 400;
/** Fewer documents wait no longer than this. */
const WAIT_MS = 60_000;

/**
 * Puts the pending entries in their places. Searches find them before, meanwhile and afterwards.
 * Returns the number of index pages that they had.
 */
export async function settleSearchIndex(db: Database): Promise<number> {
  const { pages } = await one(
    db,
    sql<{ pages: number }>`select settle_search_index()::int as pages`,
  );
  return pages;
}

/**
 * Settles the index whenever enough documents were written since, and at least once a minute.
 * Returns a function that stops it.
 */
export function startSettling(db: Database, log: Logger): () => Promise<void> {
  let settledAt = performance.now();
  let settled: number | undefined;
  return startPeriodic(
    {
      everyMs: EVERY_MS,
      outage: 'settling the search index',
      failure: 'the search index could not be settled; it will be retried',
      log,
    },
    async () => {
      const written = await documentsWritten(db);
      settled ??= written;
      // Counters begin at 0 again after a crash of the server.
      const isDue = Math.abs(written - settled) >= DOCUMENTS_AT_ONCE;
      if (!isDue && performance.now() - settledAt < WAIT_MS) return;
      await settleSearchIndex(db);
      settled = written;
      settledAt = performance.now();
    },
  );
}

/** How many documents were written by anybody, as the server counts them, about a second late. */
async function documentsWritten(db: Database): Promise<number> {
  const { written } = await one(
    db,
    sql<{ written: number }>`
      select (pg_stat_get_tuples_inserted(c) + pg_stat_get_tuples_updated(c))::float8 as written
      from (select 'search_documents'::regclass) as table_of (c)`,
  );
  return written;
}
