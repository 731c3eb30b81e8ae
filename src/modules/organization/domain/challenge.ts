/** The DNS record by which an organization proves that a domain is its own. */

/** Where the TXT record has to stand. */
export function recordName(domain: string): string {
  return `_banyan-challenge.${domain}`;
}

/** What it has to say. */
export function recordValue(token: string): string {
  return `banyan-verification=${token}`;
}
