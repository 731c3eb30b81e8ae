/** Loads the peers in turn and takes the median of the rounds. */
import { cpuOf } from './cpu.ts';
import { ask } from './ask.ts';
import type { Generator } from './load/generator.ts';
import type { Peer, PeerName, PeerRequest } from './peer.ts';
import type { PostgresMeter } from './postgres.ts';
import { UNIQUE, type PeerQuery, type QueryKey } from './queries.ts';
import type { World } from './world.ts';

/** How long and how often. */
export interface Plan {
  connections: number;
  warmUpMs: number;
  rounds: number;
  roundMs: number;
}

/** Figures of one peer and one query: of a round, or medians of all rounds. */
export interface Figures {
  /** Requests per second. */
  rate: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Milliseconds of CPU per request; NaN where the system does not tell. */
  processCpu: number;
  postgresCpu: number;
}

export interface Measured extends Figures {
  query: QueryKey;
  peer: PeerName;
  /** Statements per request. */
  statements: number;
  /** Requests per second of the slowest and the fastest round. */
  slowest: number;
  fastest: number;
}

/** Requests for which statements are counted. */
const COUNTED = 100;
/** Before each round, unmeasured: connections are made, and caches filled again after the other peers. */
const LEAD_IN_MS = 500;

export interface Bench {
  world: World;
  meter: PostgresMeter;
  generator: Generator;
  plan: Plan;
}

interface Lane {
  peer: Peer;
  request: PeerRequest;
  statements: number;
  rounds: Figures[];
}

/** Measures all peers with one query. */
export async function measure(
  query: PeerQuery,
  peers: readonly Peer[],
  bench: Bench,
): Promise<Measured[]> {
  const { world, meter, generator, plan } = bench;
  const lanes: Lane[] = [];
  for (const peer of peers) {
    const request = peer.request(query, world);
    if (request) lanes.push({ peer, request, statements: NaN, rounds: [] });
  }
  const load = (request: PeerRequest, milliseconds: number) =>
    generator.make({
      ...request,
      unique: query.writes ? UNIQUE : null,
      connections: plan.connections,
      milliseconds,
    });
  for (const { request } of lanes) await load(request, plan.warmUpMs);
  // After the warm-up, when every connection has its statements prepared.
  for (const lane of lanes) {
    const counted = await meter.statementsOf(async () => {
      for (let n = 0; n < COUNTED; n++) await ask(lane.request, n);
    });
    lane.statements = counted / COUNTED;
  }
  for (let round = 0; round < plan.rounds; round++) {
    // Each round begins with another peer, so that none always follows the same one.
    const turn = round % lanes.length;
    for (const { peer, request, rounds } of [...lanes.slice(turn), ...lanes.slice(0, turn)]) {
      await load(request, LEAD_IN_MS);
      const [processBefore, postgresBefore] = [await cpuOf(peer.pid), await meter.cpu()];
      const { requests, seconds, p50, p99 } = await load(request, plan.roundMs);
      const [processAfter, postgresAfter] = [await cpuOf(peer.pid), await meter.cpu()];
      const perRequest = (before = NaN, after = NaN): number =>
        ((after - before) * 1_000) / requests;
      rounds.push({
        rate: requests / seconds,
        p50,
        p99,
        processCpu: perRequest(processBefore, processAfter),
        postgresCpu: perRequest(postgresBefore, postgresAfter),
      });
    }
  }
  return lanes.map(({ peer, statements, rounds }) => {
    const rates = rounds.map(({ rate }) => rate);
    return {
      query: query.key,
      peer: peer.name,
      statements,
      ...medians(rounds),
      slowest: Math.min(...rates),
      fastest: Math.max(...rates),
    };
  });
}

function medians(rounds: readonly Figures[]): Figures {
  const middle = (of: (figures: Figures) => number): number =>
    rounds.map(of).toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? NaN;
  return {
    rate: middle(({ rate }) => rate),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    processCpu: middle(({ processCpu }) => processCpu),
    postgresCpu: middle(({ postgresCpu }) => postgresCpu),
  };
}
