/** What the gateway is to reach against its peers, in the same run. */
import type { Measured } from './measure.ts';
import type { PeerName } from './peer.ts';
import { QUERY_KEYS, type QueryKey } from './queries.ts';

interface Target {
  queries: readonly QueryKey[];
  peer: PeerName;
  against: PeerName;
  /** Least throughput against the other one. */
  rate: number;
  /** Most CPU of the process against it. */
  processCpu?: number;
}

const LISTS: readonly QueryKey[] = ['N', 'C', 'D', 'SC', 'SR', 'P', 'A'];

/** Against PostGraphile, which checks nothing. */
const AGAINST_POSTGRAPHILE: Partial<Record<QueryKey, number>> = {
  N: 2,
  T: 1.6,
  C: 1.25,
  U: 1.3,
  D: 1.7,
  SC: 1.1,
  SR: 1.1,
};

const TARGETS: readonly Target[] = [
  { queries: LISTS, peer: 'banyan', against: 'raw2', rate: 0.85, processCpu: 1.5 },
  { queries: ['T', 'V'], peer: 'banyan', against: 'raw2', rate: 0.8 },
  { queries: ['U'], peer: 'banyan', against: 'raw2', rate: 0.85 },
  ...Object.entries(AGAINST_POSTGRAPHILE).map(([query, rate]): Target => ({
    queries: [query as QueryKey],
    peer: 'banyan',
    against: 'postgraphile',
    rate,
  })),
  { queries: QUERY_KEYS, peer: 'general', against: 'idiomatic', rate: 1 },
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
  // As long as there is no other path, the gateway has the general one.
  const hasGeneral = measured.some(({ peer }) => peer === 'general');
  const verdicts: Verdict[] = [];
  for (const { queries, peer: named, against, rate, processCpu } of TARGETS) {
    const peer = named === 'general' && !hasGeneral ? 'banyan' : named;
    for (const query of queries) {
      const [one, other] = [find(query, peer), find(query, against)];
      if (!one || !other) continue;
      const ratio = one.rate / other.rate;
      verdicts.push({
        query,
        peer,
        against,
        what: 'requests/s',
        measured: ratio,
        target: rate,
        isKept: ratio >= rate,
      });
      const cpu = one.processCpu / other.processCpu;
      if (processCpu === undefined || Number.isNaN(cpu)) continue;
      verdicts.push({
        query,
        peer,
        against,
        what: 'process CPU',
        measured: cpu,
        target: processCpu,
        isKept: cpu <= processCpu,
      });
    }
  }
  return verdicts;
}
