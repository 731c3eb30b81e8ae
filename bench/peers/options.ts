/** Options of the command. */
import { parseArgs } from 'node:util';
import type { Plan } from './measure.ts';
import type { PeerName } from './peer.ts';
import { QUERY_KEYS, type QueryKey } from './queries.ts';

const PEERS: readonly PeerName[] = [
  'raw',
  'raw2',
  'postgraphile',
  'idiomatic',
  'banyan',
  'general',
];

const FULL: Plan = { connections: 16, warmUpMs: 15_000, rounds: 5, roundMs: 4_000 };
/** A quarter of the time: the same figures, with more noise. */
const BRIEF: Plan = { connections: 16, warmUpMs: 5_000, rounds: 3, roundMs: 2_000 };
/** Long enough to see that everything works. */
const QUICK: Plan = { connections: 16, warmUpMs: 1_000, rounds: 2, roundMs: 1_000 };

export interface Options {
  organizations: number;
  queries: readonly QueryKey[];
  peers: readonly PeerName[];
  plan: Plan;
  isQuick: boolean;
  /** Whether nothing is left out or cut short. */
  isWhole: boolean;
  /** Whether answers are compared and nothing is measured. */
  comparesOnly: boolean;
  /** Folder for the logs of the servers; nobody keeps them otherwise. */
  logs: string | undefined;
}

export function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      organizations: { type: 'string', default: '100000' },
      queries: { type: 'string', default: QUERY_KEYS.join(',') },
      peers: { type: 'string', default: PEERS.join(',') },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      brief: { type: 'boolean', default: false },
      compare: { type: 'boolean', default: false },
      logs: { type: 'string' },
    },
  });
  const plan = values.quick ? QUICK : values.brief ? BRIEF : FULL;
  const rounds = Number(values.rounds ?? plan.rounds);
  const queries = chosenOf('--queries', values.queries, QUERY_KEYS);
  const peers = chosenOf('--peers', values.peers, PEERS);
  return {
    organizations: Number(values.organizations),
    queries,
    peers,
    plan: { ...plan, rounds },
    isQuick: values.quick,
    isWhole:
      !values.quick &&
      rounds >= plan.rounds &&
      queries.length === QUERY_KEYS.length &&
      peers.length === PEERS.length,
    comparesOnly: values.compare,
    logs: values.logs,
  };
}

/** The named ones, in the order of all. */
function chosenOf<Name extends string>(option: string, text: string, all: readonly Name[]): Name[] {
  const named = text.split(',');
  const unknown = named.find((name) => !all.some((known) => known === name));
  if (unknown !== undefined)
    throw new RangeError(`${option} knows ${all.join(', ')}, and not ${unknown}`);
  return all.filter((name) => named.includes(name));
}
