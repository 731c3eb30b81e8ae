/** The one place that makes the canonical form of an e-mail address (R-EM-1). */
import { domainToASCII } from 'node:url';

const LENGTH_MAX = 255;

/**
 * The form in which addresses are stored and compared: ASCII letters in lower case, the domain in its ASCII (IDNA)
 * form. Undefined for anything else, among it local parts outside ASCII, whose forms are not one and the same
 * everywhere.
 */
export function canonicalEmail(email: string): string | undefined {
  const [, local, domain] = /^([!#-'*+/-9=?A-Z^-~.-]{1,64})@([^\s@]{1,253})$/.exec(email) ?? [];
  const ascii = domainToASCII(domain ?? '');
  if (!local || !ascii.includes('.') || local.startsWith('.') || local.endsWith('.') || local.includes('..')) return undefined;
  const canonical = `${local.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())}@${ascii}`;
  return canonical.length <= LENGTH_MAX ? canonical : undefined;
}
