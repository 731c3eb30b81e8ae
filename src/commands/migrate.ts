/** `banyan migrate`: brings the database to the newest schema. */
import type { OpenDatabase } from './database.ts';
import { withDatabase } from './run.ts';
import type { Terminal } from './terminal.ts';

/** Opening the database migrates it, whatever `MIGRATE` says; this says what that changed. */
export function migrate(terminal: Terminal): Promise<void> {
  const work = async ({ applied, newer }: OpenDatabase): Promise<void> => {
    if (newer.length > 0)
      terminal.print(
        `The database is newer than this version, and was left as it is: it has ${newer.join(', ')}.`,
      );
    else
      terminal.print(
        applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`,
      );
  };
  return withDatabase(terminal, work, { migrations: 'auto' });
}
