/** `banyan check`: the tree against the recursive truth, and the audit log against its seals. */
import { verifyAuditLog } from '../modules/audit/verify.ts';
import { ConfigurationError } from '../errors.ts';
import { verifyTree } from '../modules/organization/verify.ts';
import { withDatabase } from './run.ts';
import type { Terminal } from './terminal.ts';

/** Fails when an organization differs, or an event of the audit log was changed or is missing. */
export function check(terminal: Terminal): Promise<void> {
  return withDatabase(terminal, async ({ db }) => {
    const { organizations, differing, examples } = await verifyTree(db);
    if (differing > 0)
      throw new ConfigurationError(
        `${differing} of ${organizations} organizations differ from the recursive truth, among them ${examples.join(', ')}.`,
      );
    terminal.print(`All ${organizations} organizations agree with the recursive truth.`);
    const { events, broken, examples: places } = await verifyAuditLog(db);
    if (broken > 0)
      throw new ConfigurationError(
        `The audit log is broken in ${broken} places, among them ${places.join(', ')}.`,
      );
    terminal.print(`All ${events} events of the audit log follow from each other.`);
  });
}
