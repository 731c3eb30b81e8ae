/** Tables on the terminal. */
import { table } from '../../measure.ts';
import type { Measured } from '../measure.ts';
import type { Peer } from '../peer.ts';
import type { PeerQuery } from '../queries.ts';
import type { Results } from './results.ts';
import { decimals, HEAD, overview, rowsOf, sentence } from './rows.ts';

/** Prints the figures of one query. */
export function printQuery(
  { key, title }: PeerQuery,
  figures: readonly Measured[],
  peers: readonly Peer[],
): void {
  console.log(`\n${key}, ${title}\n`);
  table(HEAD, rowsOf(figures, peers));
}

/** Prints all queries in one table, the targets, and the memory of the servers at the end. */
export function printAll(results: Results): void {
  const { head, rows } = overview(results);
  console.log('\nRequests per second (milliseconds of CPU of the process per request)\n');
  table(head, rows);
  console.log(['', ...results.verdicts.map(sentence)].join('\n'));
  for (const { label, residentMiB } of results.peers)
    console.log(`        resident memory of ${label}: ${decimals(residentMiB, 0)} MiB`);
}
