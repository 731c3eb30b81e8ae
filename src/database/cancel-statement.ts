/** Cancels what another connection runs. */
import pg from 'pg';

/** How long cancelling a statement may take before its connection is closed instead. */
const CANCEL_MS = 1_000;

/**
 * Cancels the statement of a server process over a connection of its own. Calls `onFailure` if that
 * fails.
 */
export async function cancelStatement(
  config: pg.ClientConfig,
  processId: number | null | undefined,
  onFailure: () => void,
): Promise<void> {
  const control = new pg.Client({
    ...config,
    connectionTimeoutMillis: CANCEL_MS,
    query_timeout: CANCEL_MS,
  });
  control.on('error', () => undefined);
  try {
    await control.connect();
    await control.query('select pg_cancel_backend($1)', [processId]);
  } catch {
    onFailure();
  } finally {
    await control.end().catch(() => undefined);
  }
}
