/** The one place that makes the canonical form of an e-mail address. */
import { domainToASCII, domainToUnicode } from 'node:url';
import { badInput } from '../errors.ts';
import { isDomainName } from '../text.ts';

const LENGTH_MAX = 255;

/**
 * The form in which addresses are stored and compared: ASCII letters in lower case, the domain in its ASCII (IDNA)
 * form. Undefined for anything else, among it local parts outside ASCII and domains that IDNA would rewrite, which do
 * not mean one and the same address everywhere.
 */
export function canonicalEmail(email: string): string | undefined {
  const [, local, domain] = /^([!#-'*+/-9=?A-Z^-~.-]{1,64})@([^\s@]{1,253})$/.exec(email) ?? [];
  const lowered = asciiLower(domain ?? '');
  const ascii = domainToASCII(lowered);
  if (domainToUnicode(ascii) !== lowered && ascii !== lowered) return undefined;
  if (!local || !isDomainName(ascii) || local.startsWith('.') || local.endsWith('.') || local.includes('..')) return undefined;
  const canonical = `${asciiLower(local)}@${ascii}`;
  return canonical.length <= LENGTH_MAX ? canonical : undefined;
}

/** The canonical form, or a refusal that names the argument. */
export function requireEmail(email: string, argument: string): string {
  const canonical = canonicalEmail(email);
  if (canonical === undefined) {
    throw badInput(argument, `must be an e-mail address of at most ${LENGTH_MAX} characters with an ASCII part before the @`);
  }
  return canonical;
}

function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
