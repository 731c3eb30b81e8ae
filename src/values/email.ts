/**
 * The forms of an email address: for comparing, for display and for sending
 * (docs/decisions/0026-typed-text.md).
 */
import { domainToASCII, domainToUnicode } from 'node:url';
import { badInput } from '../errors.ts';
import { isDomainName, searchPattern } from './text.ts';

const LENGTH_MAX = 255;

/** An address in its forms. */
export interface EmailForms {
  /**
   * The stored form for comparing: ASCII letters in lower case, and the domain in its ASCII (IDNA)
   * form.
   */
  canonical: string;
  /**
   * The displayed form: as it was typed, but with an international domain in its own letters and
   * lower case.
   */
  shown: string;
  /**
   * The form for sending: the part before the @ as it was typed, and the domain in its ASCII form.
   */
  mailbox: string;
}

/**
 * Parses an address. Returns undefined for anything else, including local parts outside ASCII, and
 * domains that IDNA would change in more than case and normal form, because they do not mean the
 * same address everywhere.
 */
export function parseEmail(email: string): EmailForms | undefined {
  const [, local = '', typed = ''] =
    /^([!#-'*+/-9=?A-Z^-~.-]{1,64})@([^\s@]{1,253})$/.exec(email) ?? [];
  if (
    local === '' ||
    local.startsWith('.') ||
    local.endsWith('.') ||
    local.includes('..') ||
    mixesWithAscii(typed)
  )
    return undefined;
  // Character by character: in a whole word, a final sigma would become a different letter.
  const lowered = Array.from(typed.normalize('NFC'), (character) => character.toLowerCase())
    .join('')
    .normalize('NFC');
  const ascii = domainToASCII(lowered);
  if (!isDomainName(ascii)) return undefined;
  const unicode = domainToUnicode(ascii);
  if (unicode !== lowered && ascii !== lowered) return undefined;
  const canonical = `${asciiLower(local)}@${ascii}`;
  if (canonical.length > LENGTH_MAX) return undefined;
  return {
    canonical,
    shown: unicode === ascii ? email : `${local}@${unicode}`,
    mailbox: unicode === ascii ? email : `${local}@${ascii}`,
  };
}

/**
 * Returns the form in which addresses are stored and compared; undefined if it is not an address
 * (see `parseEmail`).
 */
export function canonicalEmail(email: string): string | undefined {
  return parseEmail(email)?.canonical;
}

/** Returns the displayed form of a stored address, in whichever form it is stored. */
export function shownEmail(email: string): string {
  return parseEmail(email)?.shown ?? email;
}

/** Returns the address to send mail to for a stored address, in whichever form it is stored. */
export function mailboxOf(email: string): string {
  return parseEmail(email)?.mailbox ?? email;
}

/**
 * Returns a search pattern for people. Addresses are searched as they are displayed, so ASCII forms
 * of labels become letters.
 */
export function personPattern(search: string | null | undefined): string | null {
  const pattern = searchPattern(search);
  return (
    pattern?.replaceAll(/xn--[a-z0-9-]+/gi, (label) => domainToUnicode(label) || label) ?? null
  );
}

/** Returns the forms of an address. Throws an error that names the argument if it is not valid. */
export function requireEmail(email: string, argument: string): EmailForms {
  const forms = parseEmail(email);
  if (!forms) {
    throw badInput(
      argument,
      `must be an email address of at most ${LENGTH_MAX} characters, with an ASCII part before the @ and a domain name after it`,
    );
  }
  return forms;
}

/**
 * Whether case folding maps a character outside ASCII to one in ASCII, such as the KELVIN SIGN to
 * k.
 */
function mixesWithAscii(text: string): boolean {
  const isAscii = (characters: string): boolean => /^\p{ASCII}+$/u.test(characters);
  return Array.from(text).some(
    (character) => !isAscii(character) && isAscii(character.normalize('NFKC').toLowerCase()),
  );
}

function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
