/** What is wrong with the fields of an input, as the API says it. */
import type { CombinedError } from 'urql';
import { codeOf } from './errors.ts';

const isField = (value: unknown): value is { field: string; message: string } =>
  typeof value === 'object' &&
  value !== null &&
  'field' in value &&
  'message' in value &&
  typeof value.field === 'string' &&
  typeof value.message === 'string';

/**
 * The problems of an input by the name of the field, such as `scopes[3]` and `name`; empty if the
 * error is about something else.
 */
export function badFields(error: CombinedError | undefined): ReadonlyMap<string, string> {
  if (!error || codeOf(error) !== 'BAD_USER_INPUT') return new Map();
  const { fields, argument, bound } = error.graphQLErrors[0]?.extensions ?? {};
  if (Array.isArray(fields))
    return new Map(fields.filter(isField).map(({ field, message }) => [field, sentence(message)]));
  return typeof argument === 'string' && typeof bound === 'string'
    ? new Map([[argument, sentence(bound)]])
    : new Map();
}

/** A bound such as "must be in the future" as a sentence. */
const sentence = (bound: string): string =>
  `${bound.charAt(0).toUpperCase()}${bound.slice(1)}${bound.endsWith('.') ? '' : '.'}`;
