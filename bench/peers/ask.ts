/** Single requests to a peer, one after the other: for comparing answers and counting statements. */
import type { PeerRequest } from './peer.ts';
import { UNIQUE } from './queries.ts';

let asked = Date.now() * 1_000;

/** The text of the answer to the n-th request. */
export async function ask({ url, headers, bodies }: PeerRequest, n: number): Promise<string> {
  const body = (bodies[n % bodies.length] ?? '').replaceAll(
    UNIQUE,
    (asked++).toString(36).padStart(UNIQUE.length, '0'),
  );
  const response = await fetch(url, { method: 'POST', headers, body });
  return response.text();
}
