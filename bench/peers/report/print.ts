/** Tables on the terminal. */
import { table } from '../../measure.ts';
import { residentMiB } from '../cpu.ts';
import type { Measured } from '../measure.ts';
import type { Peer } from '../peer.ts';
import type { PeerQuery } from '../queries.ts';
import type { Verdict } from '../targets.ts';
import { HEAD, rowsOf } from './rows.ts';

/** Prints the figures of one query. */
export function printQuery({ key, title }: PeerQuery, figures: readonly Measured[], peers: readonly Peer[]): void {
  console.log(`\n${key}, ${title}\n`);
  table(HEAD, rowsOf(figures, peers));
}

/** Prints the targets, and the memory of the servers at the end. */
export async function printAll(peers: readonly Peer[], verdicts: readonly Verdict[]): Promise<void> {
  console.log('');
  for (const { query, peer, against, what, measured, target, isKept } of verdicts) {
    const bound = what === 'requests/s' ? '≥' : '≤';
    console.log(
      `${isKept ? 'kept  ' : 'MISSED'}  ${query}, ${what} of ${peer} against ${against}: ${measured.toFixed(2)}×, target ${bound} ${target}×`,
    );
  }
  for (const { label, pid } of peers)
    console.log(`        resident memory of ${label}: ${(await residentMiB(pid))?.toFixed(0) ?? '?'} MiB`);
}
