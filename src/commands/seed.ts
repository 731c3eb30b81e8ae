/** `banyan seed`: made-up trees in an empty database. */
import { databaseNow } from '../database/clock.ts';
import { ConfigurationError } from '../errors.ts';
import { seedSynthetic } from '../seed/synthetic.ts';
import { withDatabase } from './run.ts';
import type { Terminal } from './terminal.ts';

export interface SeedOptions {
  organizations: number;
  /** The same seed gives the same data. */
  seed: number;
}

/** Fills an empty database with trees, people, invitations and usage; refuses one that has organizations. */
export function seed(terminal: Terminal, options: SeedOptions): Promise<void> {
  return withDatabase(terminal, async ({ db, url }) => {
    if (await db.selectFrom('organizations').select('id').limit(1).executeTakeFirst()) {
      throw new ConfigurationError(
        'The database already has organizations; seed works on an empty one.',
      );
    }
    await seedSynthetic(url, {
      ...options,
      now: await databaseNow(db),
      progress: (step, rows) => terminal.print(`${step}: ${rows.toLocaleString('en')}`),
    });
  });
}
