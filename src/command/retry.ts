/** Transactions that are tried again. */
import type { Database } from '../database/connect.ts';
import { isStalePlan, sqlState } from '../errors.ts';
import { ContentionError } from './errors.ts';
import { userError, type UserError } from './user-error.ts';

const ATTEMPTS_MAX = 5;

/**
 * Whether nothing was changed and a retry can succeed: after a deadlock, or if a move to another
 * tree or a migration interfered.
 */
function isTransient(error: unknown): boolean {
  return isStalePlan(error) || ['40001', '40P01'].includes(sqlState(error) ?? '');
}

/** Runs a transaction, and retries it if concurrent changes interfered. */
export async function withRetries<Result extends object>(
  { db }: { db: Database },
  work: (tx: Database) => Promise<Result>,
): Promise<Result | UserError> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await db.transaction().setIsolationLevel('read committed').execute(work);
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (attempts >= ATTEMPTS_MAX) return userError(ContentionError, {});
    }
  }
}
