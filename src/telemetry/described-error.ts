/** What the log says of an error. */
import { isUnavailable, sqlState } from '../errors.ts';

/** Causes behind an error that are shown, and errors of one that holds several. */
const DEPTH_MAX = 4;

/** SQLSTATEs of values that PostgreSQL cannot take: the message repeats the value, which a caller has sent. */
const DATA_EXCEPTION = /^22/;

/**
 * Type, message, code and stack, and of an error of the database what it is about. Its `detail` is left out, which
 * holds the values of a row, and so is every other property: they are somebody else's, and may be anything. A lost
 * connection has no stack: where the statement was sent from is no news.
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
    cause: error.cause === undefined || depth === DEPTH_MAX ? undefined : describeError(error.cause, depth + 1),
    errors:
      error instanceof AggregateError && depth < DEPTH_MAX
        ? error.errors.slice(0, DEPTH_MAX).map((one) => describeError(one, DEPTH_MAX))
        : undefined,
  };
}

/** The table, column and constraint that an error of the database names. */
function placeOf(error: Error): object {
  const { table, column, constraint, routine } = error as { table?: string; column?: string; constraint?: string; routine?: string };
  return { table, column, constraint, routine };
}

/** The stack, under the message that is shown. */
function stackOf({ stack = '', message, name }: Error, shown: string): string {
  const frames = stack.indexOf('\n    at ');
  return message === shown ? stack : `${name}: ${shown}${frames < 0 ? '' : stack.slice(frames)}`;
}

/** The message of an error, or of the first one in it, with its code: one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return 'unknown reason';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
