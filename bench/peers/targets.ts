/** What the gateway is to reach against its peers, in the same run. */
import type { Measured } from './measure.ts';
import type { PeerName } from './peer.ts';
import type { QueryKey } from './queries.ts';

interface Target {
  queries: readonly QueryKey[];
  peer: PeerName;
  against: PeerName;
  /** Least throughput against the other one. */
  rate: number;
  /** Most CPU of the process against it. */
  processCpu?: number;
}

const TARGETS: readonly Target[] = [
  { queries: ['N'], peer: 'banyan', against: 'raw2', rate: 0.85, processCpu: 1.5 },
  { queries: ['T'], peer: 'banyan', against: 'raw2', rate: 0.8 },
  { queries: ['N'], peer: 'banyan', against: 'postgraphile', rate: 2 },
  { queries: ['T'], peer: 'banyan', against: 'postgraphile', rate: 1.6 },
];

/** A target and what was measured of it. */
export interface Verdict {
  query: QueryKey;
  peer: PeerName;
  against: PeerName;
  what: 'requests/s' | 'process CPU';
  measured: number;
  target: number;
  isKept: boolean;
}

/** Judges what was measured; targets of peers that did not run are left out. */
export function judge(measured: readonly Measured[]): Verdict[] {
  const find = (query: QueryKey, peer: PeerName): Measured | undefined =>
    measured.find((figures) => figures.query === query && figures.peer === peer);
  const verdicts: Verdict[] = [];
  for (const { queries, peer, against, rate, processCpu } of TARGETS) {
    for (const query of queries) {
      const [one, other] = [find(query, peer), find(query, against)];
      if (!one || !other) continue;
      const ratio = one.rate / other.rate;
      verdicts.push({ query, peer, against, what: 'requests/s', measured: ratio, target: rate, isKept: ratio >= rate });
      const cpu = one.processCpu / other.processCpu;
      if (processCpu === undefined || Number.isNaN(cpu)) continue;
      verdicts.push({ query, peer, against, what: 'process CPU', measured: cpu, target: processCpu, isKept: cpu <= processCpu });
    }
  }
  return verdicts;
}
