/** The queries of the comparison, in the schema of the gateway; the idiomatic server has a schema that answers the same documents. */
import type { World } from './world.ts';

/** In a body, stands for text that no other request has. */
export const UNIQUE = '@@@@@@@@@@';

export interface PeerQuery {
  /** Short name, as in the tables. */
  key: QueryKey;
  title: string;
  document: string;
  /** The variables of the requests, which are sent in rotation. */
  variables(world: World): Record<string, unknown>[];
  /** Whether it writes: each request is another one, and answers are compared by their shape only. */
  writes?: boolean;
}

export const QUERY_KEYS = ['T', 'N'] as const;
export type QueryKey = (typeof QUERY_KEYS)[number];

const byId = (ids: readonly string[]): Record<string, unknown>[] => ids.map((id) => ({ id }));

export const queries: readonly PeerQuery[] = [
  {
    key: 'T',
    title: 'trivial: an organization by id',
    document: 'query T($id: ID!) { organization(id: $id) { id slug } }',
    variables: ({ ids }) => byId(ids.any),
  },
  {
    key: 'N',
    title: 'nested: 20 children, members of each with address and roles',
    document: `query N($id: ID!) {
      organization(id: $id) {
        id slug
        children(first: 20) { nodes { id slug members(first: 5) { totalCount nodes { user { email } roles { key } } } } }
      }
    }`,
    variables: ({ ids }) => byId(ids.wide),
  },
];
