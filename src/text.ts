/** Text from callers: what can be searched for and stored. */
import { badInput } from './errors.ts';

const PATTERN_LENGTH_MAX = 64;

/** Refuses text that the database cannot hold as it is: control characters and halves of surrogate pairs. */
export function requireStorable(text: string, argument: string): void {
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) throw badInput(argument, 'must be well-formed text without control characters');
}

/** A search pattern as it is used: trimmed, 1 to 64 characters. Every character stands for itself. */
export function searchPattern(search: string | null | undefined): string | null {
  if (search == null) return null;
  requireStorable(search, 'search');
  const pattern = search.trim();
  const length = [...pattern].length;
  if (length < 1 || length > PATTERN_LENGTH_MAX)
    throw badInput('search', `must have between 1 and ${PATTERN_LENGTH_MAX} characters besides surrounding space`);
  return pattern;
}

/** Text to be stored: without surrounding space, and of 1 to `lengthMax` characters. */
export function requireText(text: string, argument: string, lengthMax: number): string {
  requireStorable(text, argument);
  const trimmed = text.trim();
  const length = [...trimmed].length;
  if (length < 1 || length > lengthMax)
    throw badInput(argument, `must have between 1 and ${lengthMax} characters besides surrounding space`);
  return trimmed;
}

/** Two or more labels of letters, digits and inner hyphens (RFC 1035, 2.3.1), the last one not a number. */
const DOMAIN_NAME = /^(?=.{3,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether the text is a domain name with at least two labels, in its ASCII form and lower case. */
export function isDomainName(text: string): boolean {
  return DOMAIN_NAME.test(text);
}
