/** The one place that makes the forms of an e-mail address: compared, shown and written to (docs/decisions/0026-typed-text.md). */
import { domainToASCII, domainToUnicode } from 'node:url';
import { badInput } from '../errors.ts';
import { isDomainName, searchPattern } from './text.ts';

const LENGTH_MAX = 255;

/** An address in its forms. */
export interface EmailForms {
  /** What is stored for comparing: ASCII letters in lower case, the domain in its ASCII (IDNA) form. */
  canonical: string;
  /** What people see: as it was typed, but an international domain in its letters, in lower case. */
  shown: string;
  /** What mail is sent to: the part before the @ as it was typed, the domain in its ASCII form. */
  mailbox: string;
}

/**
 * The forms of an address. Undefined for anything else, among it local parts outside ASCII, and domains that IDNA would
 * rewrite in more than case and normal form, which do not mean one and the same address everywhere.
 */
export function parseEmail(email: string): EmailForms | undefined {
  const [, local = '', typed = ''] = /^([!#-'*+/-9=?A-Z^-~.-]{1,64})@([^\s@]{1,253})$/.exec(email) ?? [];
  if (local === '' || local.startsWith('.') || local.endsWith('.') || local.includes('..') || mixesWithAscii(typed)) return undefined;
  // Letter by letter: as a whole word, a sigma at its end would become another letter.
  const lowered = Array.from(typed.normalize('NFC'), (character) => character.toLowerCase())
    .join('')
    .normalize('NFC');
  const ascii = domainToASCII(lowered);
  if (!isDomainName(ascii)) return undefined;
  const unicode = domainToUnicode(ascii);
  if (unicode !== lowered && ascii !== lowered) return undefined;
  const canonical = `${asciiLower(local)}@${ascii}`;
  if (canonical.length > LENGTH_MAX) return undefined;
  return { canonical, shown: unicode === ascii ? email : `${local}@${unicode}`, mailbox: unicode === ascii ? email : `${local}@${ascii}` };
}

/** The form in which addresses are stored and compared; undefined for what is none (see `parseEmail`). */
export function canonicalEmail(email: string): string | undefined {
  return parseEmail(email)?.canonical;
}

/** What people see of an address as it is stored, in whichever form. */
export function shownEmail(email: string): string {
  return parseEmail(email)?.shown ?? email;
}

/** Where to send what is meant for an address as it is stored, in whichever form. */
export function mailboxOf(email: string): string {
  return parseEmail(email)?.mailbox ?? email;
}

/** A search pattern for people, whose addresses are searched as they are shown: ASCII forms of labels become letters. */
export function personPattern(search: string | null | undefined): string | null {
  const pattern = searchPattern(search);
  return pattern?.replaceAll(/xn--[a-z0-9-]+/gi, (label) => domainToUnicode(label) || label) ?? null;
}

/** The forms of an address, or a refusal that names the argument. */
export function requireEmail(email: string, argument: string): EmailForms {
  const forms = parseEmail(email);
  if (!forms) {
    throw badInput(
      argument,
      `must be an e-mail address of at most ${LENGTH_MAX} characters, with an ASCII part before the @ and a domain name behind it`,
    );
  }
  return forms;
}

/** Whether some character outside ASCII is taken for one of ASCII by a way of folding, such as the KELVIN SIGN for k. */
function mixesWithAscii(text: string): boolean {
  const isAscii = (characters: string): boolean => /^\p{ASCII}+$/u.test(characters);
  return Array.from(text).some((character) => !isAscii(character) && isAscii(character.normalize('NFKC').toLowerCase()));
}

function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
