/** `banyan migrate`: brings the database to the newest schema. */
import { withDatabase } from './run.ts';
import type { Terminal } from './terminal.ts';

/** Opening the database migrates it; this says what that changed. */
export function migrate(terminal: Terminal): Promise<void> {
  return withDatabase(terminal, async ({ applied }) => {
    terminal.print(
      applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`,
    );
  });
}
