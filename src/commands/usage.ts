/** `banyan usage check`: the totals of usage against their events. */
import { ConfigurationError } from '../errors.ts';
import { verifyUsage } from '../modules/usage/verify.ts';
import { withDatabase } from './run.ts';
import type { Terminal } from './terminal.ts';

/** Fails when a total differs. */
export function compareUsage(terminal: Terminal): Promise<void> {
  return withDatabase(terminal, async ({ db }) => {
    const { organizations, differing, examples } = await verifyUsage(db);
    if (differing > 0)
      throw new ConfigurationError(
        `${differing} totals differ from their events, among them ${examples.join(', ')}.`,
      );
    terminal.print(`The totals of ${organizations} organizations agree with their events.`);
  });
}
