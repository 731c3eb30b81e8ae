/** Text from callers: what can be searched for and stored. */
import { badInput } from '../errors.ts';

const PATTERN_LENGTH_MAX = 64;
const STORABLE = 'must be well-formed text without control characters';

function isStorable(text: string): boolean {
  return !/\p{Cc}/u.test(text) && text.isWellFormed();
}

/**
 * Refuses text that the database cannot store unchanged: control characters and unpaired
 * surrogates.
 */
export function requireStorable(text: string, argument: string): void {
  if (!isStorable(text)) throw badInput(argument, STORABLE);
}

/**
 * Returns the form in which text is stored: NFC, whatever the keyboard produced, and without
 * surrounding space.
 */
export function normalForm(text: string): string {
  return text.normalize('NFC').trim();
}

function lengthProblem(text: string, lengthMax: number): string | undefined {
  const length = Array.from(text).length;
  return length < 1 || length > lengthMax
    ? `must have between 1 and ${lengthMax} characters, not counting surrounding space`
    : undefined;
}

/** A visible character: not blank, not only combining, not ignorable, and assigned. */
const VISIBLE = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * Returns a search pattern in normal form, of at most 64 characters. Every character stands for
 * itself; the database folds case and form. Returns null for no search: an empty or blank search
 * filters nothing.
 */
export function searchPattern(search: string | null | undefined): string | null {
  if (search == null) return null;
  requireStorable(search, 'search');
  const pattern = normalForm(search);
  if (pattern === '') return null;
  const problem = lengthProblem(pattern, PATTERN_LENGTH_MAX);
  if (problem !== undefined) throw badInput('search', problem);
  // Nothing would be left to search for.
  if (/^[\p{Default_Ignorable_Code_Point}\s]*$/u.test(pattern))
    throw badInput('search', 'must contain a visible character');
  return pattern;
}

/** Dots, and characters that software treats as dots: U+3002, U+FF0E, U+FF61, U+2024, U+FE52. */
const DOT = '[.\\u3002\\uff0e\\uff61\\u2024\\ufe52]';

/**
 * What mail programs turn into a link, or readers take for one: a scheme with `//`, `mailto:`,
 * `www.`, an IP address with a path, and a word that ends in a dot and two or more letters, such as
 * evil.example.
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

/**
 * Whether any part of the text looks like a link or a domain name. Compatibility forms (full-width
 * letters) count as plain letters.
 */
export function looksLikeLink(text: string): boolean {
  return LINK.test(text) || LINK.test(text.normalize('NFKC'));
}

/** Scripts in which U+200C and U+200D between letters change how they are joined. */
const JOINING =
  'Arabic Syriac Mongolian Nko Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Khmer Myanmar Tibetan'
    .split(' ')
    .map((script) => `\\p{Script=${script}}`)
    .join('');
const JOINER = new RegExp(
  [
    `(?<=[${JOINING}])[\\u200c\\u200d](?=[${JOINING}])`,
    // Several emoji that form one, such as a family.
    String.raw`(?<=\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?)\u200d(?=\p{Extended_Pictographic})`,
  ].join('|'),
  'gu',
);

/**
 * Control characters (including those for text direction), line breaks, and invisible format
 * characters.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]|\u034f/gu;

/**
 * Returns why text in normal form cannot be stored, as a phrase that starts with "must"; undefined
 * if it can.
 */
export function textProblem(text: string, lengthMax: number): string | undefined {
  if (!isStorable(text)) return STORABLE;
  const length = lengthProblem(text, lengthMax);
  if (length !== undefined) return length;
  if (text.replaceAll(JOINER, '').search(INVISIBLE) >= 0) {
    return 'must not contain invisible characters, line breaks or characters that change the text direction';
  }
  return VISIBLE.test(text) ? undefined : 'must contain a visible character';
}

/**
 * The same for a name, which also must not look like a link, because other people read it, even in
 * mail.
 */
export function nameProblem(name: string, lengthMax: number): string | undefined {
  const problem = textProblem(name, lengthMax);
  if (problem !== undefined || !looksLikeLink(name)) return problem;
  return 'must not contain anything that looks like a link or a domain name, such as evil.example';
}

function requireGood(
  typed: string,
  argument: string,
  problemOf: (text: string) => string | undefined,
): string {
  const text = normalForm(typed);
  const problem = problemOf(text);
  if (problem !== undefined) throw badInput(argument, problem);
  return text;
}

/**
 * Validates text to be stored and returns its normal form: 1 to `lengthMax` characters, at least
 * one visible and none hidden.
 */
export function requireText(typed: string, argument: string, lengthMax: number): string {
  return requireGood(typed, argument, (text) => textProblem(text, lengthMax));
}

/**
 * Validates any name to be stored: like `requireText`, but without anything that looks like a link.
 */
export function requireName(typed: string, argument: string, lengthMax: number): string {
  return requireGood(typed, argument, (name) => nameProblem(name, lengthMax));
}

/** Returns the visible part of text from elsewhere in normal form; empty if nothing is visible. */
export function visibleText(text: string): string {
  const whole = text.toWellFormed();
  const plain = whole
    .replaceAll(INVISIBLE, (character, at: number) => (joins(whole, at) ? character : ' '))
    .replaceAll(/\s+/g, ' ');
  return VISIBLE.test(plain) ? normalForm(plain) : '';
}

/**
 * Makes a name that was stored before `requireName` safe for a mail: nothing invisible, and nothing
 * that becomes a link.
 */
export function harmlessName(name: string): string {
  const plain = visibleText(name);
  if (!looksLikeLink(plain)) return plain;
  return plain
    .normalize('NFKC')
    .replaceAll(/:(?=[/\\]{2})|(?<=mailto):/gi, '[:]')
    .replaceAll(new RegExp(`${DOT}(?=\\S)`, 'gu'), '[.]');
}

function joins(name: string, at: number): boolean {
  return [...name.matchAll(JOINER)].some((match) => match.index === at);
}

/** Letters, digits and inner hyphens (RFC 1035, 2.3.1). */
const DOMAIN_LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** Two or more labels. The last one is not a number. */
const DOMAIN_NAME = new RegExp(
  `^(?=.{3,253}$)(?:${DOMAIN_LABEL}\\.)+(?=[a-z0-9-]*[a-z])${DOMAIN_LABEL}$`,
);

/** Whether the text is a domain name with at least two labels, in ASCII form and lower case. */
export function isDomainName(text: string): boolean {
  return DOMAIN_NAME.test(text);
}
