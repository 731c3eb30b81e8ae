/** The DNS record by which an organization proves that it owns a domain. */

/** The type of the record. */
export const RECORD_TYPE = 'TXT';

/** Returns the name of the TXT record. */
export function recordName(domain: string): string {
  return `_banyan-challenge.${domain}`;
}

/** Returns the value of the TXT record. */
export function recordValue(token: string): string {
  return `banyan-verification=${token}`;
}
