/** What went wrong in a command, as it is told to the operator. */
import { ConfigurationError, isUnavailable, sqlState } from '../errors.ts';

/** One sentence where an operator can mend it; otherwise it is a defect of ours, and has its stack. */
export function explainFailure(thrown: unknown): string {
  const error = mendable(firstOf(thrown));
  if (error instanceof ConfigurationError) return error.message;
  return `unexpected failure\n${error instanceof Error ? error.stack : String(error)}`;
}

/** What failed first, where closing what was open failed after it: that is a consequence. */
function firstOf(thrown: unknown): unknown {
  return thrown instanceof SuppressedError ? firstOf(thrown.suppressed) : thrown;
}

function mendable(error: unknown): unknown {
  if (error instanceof ConfigurationError) return error;
  const state = sqlState(error);
  const said = (error instanceof Error && error.message.replace(/\.$/, '')) || 'it does not answer';
  if (state === '42501') {
    return new ConfigurationError(
      'The role of DATABASE_URL may not do this: set DATABASE_MIGRATION_URL to the address for the owner.',
    );
  }
  if (state === '53100')
    return new ConfigurationError(`There is no room left on the disk of the database: ${said}.`);
  if (isUnavailable(error))
    return new ConfigurationError(`The database cannot be reached any more: ${said}.`);
  return error;
}
