/** Rolls recorded events into the totals (docs/decisions/0016-usage.md). */
import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import type { Logger } from '../telemetry/log.ts';

/** Rows of the tail in one transaction: moves and deletions in their trees wait for it. */
const ROWS_AT_ONCE = 5_000;
const EVERY_MS = 1_000;

/** Rolls until the tail is empty, or somebody else is rolling. Returns how many rows of the tail it was. */
export async function rollUsage(db: Database): Promise<number> {
  let rolled = 0;
  for (;;) {
    const { rows } = await sql<{ rolled: number }>`select roll_usage(${ROWS_AT_ONCE}) as rolled`.execute(db);
    if (!rows[0]?.rolled) return rolled;
    rolled += rows[0].rolled;
  }
}

/** Rolls every second. Reads are exact without it, and slower the longer the tail is. The returned function ends it. */
export function startRolling(db: Database, log: Logger): () => Promise<void> {
  let rolling: Promise<unknown> = Promise.resolve();
  let isRolling = false;
  const timer = setInterval(() => {
    if (isRolling) return;
    isRolling = true;
    rolling = rollUsage(db)
      .catch((error: unknown) => log.warn({ err: error }, 'usage could not be rolled up; it is tried again'))
      .finally(() => (isRolling = false));
  }, EVERY_MS).unref();
  return async () => {
    clearInterval(timer);
    await rolling;
  };
}
