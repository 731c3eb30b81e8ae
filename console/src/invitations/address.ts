/** What an e-mail address is: the rules of the gateway, so that mistakes are seen while typing. */

/** Why a text is not an address. */
export type AddressFault = 'NO_AT' | 'LOCAL_PART' | 'DOMAIN' | 'TOO_LONG';

/** An address in the form in which two are compared, or why it is none. */
export type CheckedAddress = { canonical: string } | { fault: AddressFault };

const LENGTH_MAX = 255;

/** Runs of the characters of an atom with single dots between them (RFC 5322, 3.2.3). */
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const LOCAL_PART_MAX = 64;

/** Two or more labels of a name in DNS; the last one is not a number. */
const DOMAIN =
  /^(?=.{3,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Checks an address. The gateway has the last word: it also refuses domains whose letters IDNA would
 * turn into others.
 */
export function checkAddress(text: string): CheckedAddress {
  const at = text.indexOf('@');
  if (at === -1) return { fault: 'NO_AT' };
  const local = text.slice(0, at);
  if (local.length > LOCAL_PART_MAX || !LOCAL_PART.test(local)) return { fault: 'LOCAL_PART' };
  const domain = asciiDomain(text.slice(at + 1));
  if (domain === undefined) return { fault: 'DOMAIN' };
  const canonical = `${local.toLowerCase()}@${domain}`;
  return canonical.length > LENGTH_MAX ? { fault: 'TOO_LONG' } : { canonical };
}

/** The ASCII form of a domain name; undefined if it is none. */
function asciiDomain(text: string): string | undefined {
  const lowered = text.normalize('NFC').toLowerCase();
  if (Array.from(text).some(seemsAscii)) return undefined;
  // These would end the host of an address of the web.
  if (/[\s@/?#\\:[\]%<>^|]/.test(lowered) || !URL.canParse(`http://${lowered}`)) return undefined;
  const ascii = new URL(`http://${lowered}`).hostname;
  return DOMAIN.test(ascii) ? ascii : undefined;
}

/**
 * Whether a letter outside of ASCII would become one of ASCII, such as a full-width one: the name
 * would mean another domain than the one that is read.
 */
function seemsAscii(letter: string): boolean {
  const isAscii = (text: string): boolean => /^\p{ASCII}+$/u.test(text);
  return !isAscii(letter) && isAscii(letter.normalize('NFKC').toLowerCase());
}
