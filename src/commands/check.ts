/** `banyan check`: the tree against the recursive truth, and the audit log against its seals. */
import { verifyAuditLog, type AuditLogProgress } from '../modules/audit/verify.ts';
import { ConfigurationError } from '../errors.ts';
import { verifyTree } from '../modules/organization/verify.ts';
import { withDatabase } from './run.ts';
import type { Terminal } from './terminal.ts';

export interface CheckOptions {
  /** A position in the audit log to go on after. The tree has been compared by then. */
  after?: string;
}

/** A line of progress every so many events, which is some seconds. */
const EVENTS_PER_LINE = 100_000;

/** Fails when an organization differs, or an event of the audit log was changed or is missing. */
export function check(terminal: Terminal, { after }: CheckOptions): Promise<void> {
  return withDatabase(terminal, async ({ db }) => {
    if (after === undefined) {
      const { organizations, differing, examples } = await verifyTree(db);
      if (differing > 0)
        throw new ConfigurationError(
          `${differing} of ${organizations} organizations differ from the recursive truth, among them ${examples.join(', ')}.`,
        );
      terminal.print(`All ${organizations} organizations agree with the recursive truth.`);
    }
    let lines = 0;
    const onProgress = ({ events, broken, position }: AuditLogProgress): void => {
      if (events < (lines + 1) * EVENTS_PER_LINE) return;
      lines = Math.floor(events / EVENTS_PER_LINE);
      terminal.print(
        `${events} events of the audit log verified, ${broken} broken; to go on from here: --after ${position}`,
      );
    };
    const { events, broken, examples: places } = await verifyAuditLog(db, { after, onProgress });
    const where = after === undefined ? 'of the audit log' : `of the audit log after ${after}`;
    if (broken > 0)
      throw new ConfigurationError(
        `The audit log is broken in ${broken} places, among them ${places.join(', ')}.`,
      );
    terminal.print(`All ${events} events ${where} follow from each other.`);
  });
}
