/** A server of the comparison. */
import type { World } from './world.ts';
import type { PeerQuery, QueryKey } from './queries.ts';
import type { ServerProcess } from './process.ts';

export type PeerName = 'raw' | 'raw2' | 'postgraphile' | 'idiomatic' | 'banyan' | 'general';

/** How a peer is asked a query. */
export interface PeerRequest {
  url: string;
  headers: Record<string, string>;
  /** Bodies, sent in rotation. */
  bodies: string[];
}

export interface Peer extends ServerProcess {
  name: PeerName;
  /** In the tables. */
  label: string;
  /** Whether it checks the credential and the subtree. */
  isGuarded: boolean;
  /** How it is asked; undefined for a query that makes no sense for it. */
  request(query: PeerQuery, world: World): PeerRequest | undefined;
  /** An answer's data in the shape that the gateway gives it. */
  data(key: QueryKey, answer: string): unknown;
}

/** The headers of every request. */
export const headersOf = ({ token }: World): Record<string, string> => ({
  'content-type': 'application/json',
  accept: 'application/json',
  authorization: `Bearer ${token}`,
});

/** The body of a GraphQL request. */
export const bodyOf = (query: string, variables: Record<string, unknown>): string =>
  JSON.stringify({ query, variables });

/** The data of a GraphQL answer; throws for one with errors. */
export function dataOf(answer: string): unknown {
  const { data, errors } = JSON.parse(answer) as { data?: unknown; errors?: unknown };
  if (errors !== undefined || data === undefined) throw new Error(answer.slice(0, 500));
  return data;
}
