/** How errors are logged. */
import { isUnavailable, sqlState } from '../errors.ts';

/** The maximum number of nested causes, and of errors in an aggregate, that are logged. */
const DEPTH_MAX = 4;

/**
 * SQLSTATEs of values that PostgreSQL cannot accept. The message repeats the value, which a caller
 * sent.
 */
const DATA_EXCEPTION = /^22/;

/**
 * Returns an error's type, message, code and stack and, for a database error, what it is about. Its
 * `detail` is left out because it contains the values of a row. Any other property is left out
 * because it may contain anything. A lost connection has no stack: it does not matter where the
 * statement was sent.
 */
export function describeError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const state = sqlState(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const isAboutValue = state !== undefined && DATA_EXCEPTION.test(state);
  const message = isAboutValue ? 'a value cannot be used' : error.message;
  return {
    type: error.constructor.name,
    message,
    code,
    ...(state !== undefined && placeOf(error)),
    stack: isUnavailable(error) ? undefined : stackOf(error, message),
    cause:
      error.cause === undefined || depth === DEPTH_MAX
        ? undefined
        : describeError(error.cause, depth + 1),
    errors:
      error instanceof AggregateError && depth < DEPTH_MAX
        ? error.errors.slice(0, DEPTH_MAX).map((inner) => describeError(inner, DEPTH_MAX))
        : undefined,
  };
}

/** Returns the table, column and constraint that a database error names. */
function placeOf(error: Error): object {
  const { table, column, constraint, routine } = error as {
    table?: string;
    column?: string;
    constraint?: string;
    routine?: string;
  };
  return { table, column, constraint, routine };
}

/** Returns the stack, with the message that is shown. */
function stackOf({ stack = '', message, name }: Error, shown: string): string {
  const frames = stack.indexOf('\n    at ');
  return message === shown ? stack : `${name}: ${shown}${frames < 0 ? '' : stack.slice(frames)}`;
}

/** Returns the message of an error, or of the first one in it, with its code, in one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return 'unknown reason';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code === undefined || error.message.includes(code)
    ? error.message
    : `${error.message} (${code})`;
}
