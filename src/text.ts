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

/** Dots, and what software takes for one or reads as one: U+3002, U+FF0E, U+FF61, U+2024, U+FE52. */
const DOT = '[.\\u3002\\uff0e\\uff61\\u2024\\ufe52]';

/**
 * What mail programs turn into a link, or readers take for one: a scheme with `//`, `mailto:`, `www.`, an IP address
 * with a path, and a word that ends in a dot and two or more letters, such as evil.example.
 */
const LINK = new RegExp(
  [
    String.raw`[a-z][a-z0-9+.-]*:[/\\]{2}`,
    String.raw`mailto:`,
    String.raw`(?<![\p{L}\p{N}])www${DOT}`,
    String.raw`(?:\d{1,3}${DOT}){3}\d{1,3}(?::\d+)?/`,
    String.raw`[\p{L}\p{M}\p{N}]${DOT}(?:xn--[a-z0-9-]+|[\p{L}\p{M}]{2,63}(?![\p{L}\p{M}\p{N}]))`,
  ].join('|'),
  'iu',
);

/** Whether some of the text looks like a link or a domain name. Compatibility forms (full-width letters) count as plain. */
export function looksLikeLink(text: string): boolean {
  return LINK.test(text) || LINK.test(text.normalize('NFKC'));
}

/** Scripts in which U+200C and U+200D between letters change how these are joined. */
const JOINING =
  'Arabic Syriac Mongolian Nko Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Khmer Myanmar Tibetan'
    .split(' ')
    .map((script) => `\\p{Script=${script}}`)
    .join('');
const JOINER = new RegExp(`(?<=[${JOINING}])[\\u200c\\u200d](?=[${JOINING}])`, 'gu');

/** Controls (those of writing direction among them), line breaks, and format characters that show nothing. */
const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]|\u034f/gu;

/**
 * A name that other people get to read, also in mail: like `requireText`, without invisible characters and without
 * anything that looks like a link.
 */
export function requireName(text: string, argument: string, lengthMax: number): string {
  const name = requireText(text, argument, lengthMax);
  if (name.replaceAll(JOINER, '').search(INVISIBLE) >= 0) {
    throw badInput(argument, 'must not have invisible characters, line breaks or characters that turn the direction of writing');
  }
  if (looksLikeLink(name)) {
    throw badInput(argument, 'must not have anything that looks like a link or a domain name, such as evil.example');
  }
  return name;
}

/** A name that was stored before `requireName`, for a mail: nothing invisible, and nothing that becomes a link. */
export function harmlessName(name: string): string {
  const visible = name.replaceAll(INVISIBLE, (character, at: number) => (joins(name, at) ? character : ' '));
  const plain = visible.replaceAll(/\s+/g, ' ').trim();
  if (!looksLikeLink(plain)) return plain;
  return plain
    .normalize('NFKC')
    .replaceAll(/:(?=[/\\]{2})|(?<=mailto):/gi, '[:]')
    .replaceAll(new RegExp(`${DOT}(?=\\S)`, 'gu'), '[.]');
}

function joins(name: string, at: number): boolean {
  return [...name.matchAll(JOINER)].some((match) => match.index === at);
}

/** Two or more labels of letters, digits and inner hyphens (RFC 1035, 2.3.1), the last one not a number. */
const DOMAIN_NAME = /^(?=.{3,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether the text is a domain name with at least two labels, in its ASCII form and lower case. */
export function isDomainName(text: string): boolean {
  return DOMAIN_NAME.test(text);
}
