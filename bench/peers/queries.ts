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

/** In the order in which they run: what writes comes last. */
export const QUERY_KEYS = ['T', 'V', 'N', 'C', 'D', 'SC', 'SR', 'U', 'P', 'A', 'M', 'R'] as const;
export type QueryKey = (typeof QUERY_KEYS)[number];

const DAY_MS = 86_400_000;
/** Length of the windows of usage. */
const WINDOW_DAYS = 30;
/** Windows that requests ask for in turn: each ends some days before the last day that has usage. */
const WINDOWS = 7;
const EVENTS = 100;

const byId = (ids: readonly string[]): Record<string, unknown>[] => ids.map((id) => ({ id }));

function inWindow({ usageEnd }: World, ids: readonly string[]): Record<string, unknown>[] {
  return ids.map((id, index) => {
    const to = usageEnd.getTime() - (index % WINDOWS) * DAY_MS;
    return {
      id,
      from: new Date(to - WINDOW_DAYS * DAY_MS).toISOString(),
      to: new Date(to).toISOString(),
    };
  });
}

const searching = (ids: readonly string[], words: readonly string[]): Record<string, unknown>[] =>
  words.map((search, index) => ({ id: ids[index % ids.length], search }));

const SEARCH = `($id: ID!, $search: String!) {
  organization(id: $id) { id descendants(search: $search, first: 10) { edges { depth path matchedOn node { id slug } } } }
}`;

const LEVELS = 4;

function levels(depth: number): string {
  return depth === 0 ? 'id slug' : `id slug children(first: 3) { nodes { ${levels(depth - 1)} } }`;
}

export const queries: readonly PeerQuery[] = [
  {
    key: 'T',
    title: 'trivial: an organization by id',
    document: 'query T($id: ID!) { organization(id: $id) { id slug } }',
    variables: ({ ids }) => byId(ids.any),
  },
  {
    key: 'V',
    title: 'viewer: credential, organization and scopes',
    document: 'query V { viewer { credential { kind name } organization { id slug } scopes } }',
    variables: () => [{}],
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
  {
    key: 'C',
    title: 'console page: 25 children with counts and the usage of 30 days',
    document: `query C($id: ID!, $from: DateTime!, $to: DateTime!) {
      organization(id: $id) {
        id name
        children(first: 25) {
          nodes {
            id slug name kind status childCount
            members { totalCount }
            invitations { totalCount }
            usage(from: $from, to: $to) { metrics(keys: ["voice_minutes"]) { metric { key } value } }
          }
        }
      }
    }`,
    variables: (world) => inWindow(world, world.ids.wide),
  },
  {
    key: 'D',
    title: `${LEVELS} levels of 3 children`,
    document: `query D($id: ID!) { organization(id: $id) { ${levels(LEVELS)} } }`,
    variables: ({ ids }) => byId(ids.large),
  },
  {
    key: 'SC',
    title: 'search for a common word',
    document: `query SC${SEARCH}`,
    variables: ({ ids, words }) => searching(ids.large.slice(0, 40), words.common),
  },
  {
    key: 'SR',
    title: 'search for a rare word',
    document: `query SR${SEARCH}`,
    variables: ({ ids, words }) => searching(ids.large.slice(0, 1), words.rare),
  },
  {
    key: 'U',
    title: 'usage: 30 daily bars of a subtree',
    document: `query U($id: ID!, $from: DateTime!, $to: DateTime!) {
      organization(id: $id) { id usage(from: $from, to: $to) { buckets(keys: ["voice_minutes"]) { from metrics { value } } } }
    }`,
    variables: (world) => inWindow(world, world.ids.large),
  },
  {
    key: 'P',
    title: 'people: 25 of a subtree, with memberships and roles',
    document: `query P($id: ID!) {
      organization(id: $id) {
        id
        people(first: 25) { nodes { user { id email name } memberships(first: 5) { organization { id slug } roles { key } } } }
      }
    }`,
    variables: ({ ids }) => byId(ids.large),
  },
  {
    key: 'A',
    title: 'audit log: a page of 25',
    document: `query A($id: ID!) {
      organization(id: $id) {
        id
        auditLog(first: 25) { nodes { id at action actor { kind apiKeyName } targetType targetId refusal requestId } }
      }
    }`,
    variables: ({ ids }) => byId(ids.audited),
  },
  {
    key: 'M',
    title: 'createOrganization',
    document: `mutation M($input: CreateOrganizationInput!) {
      createOrganization(input: $input) { ... on CreateOrganizationPayload { organization { id slug depth } } }
    }`,
    variables: ({ ids }) =>
      ids.any.map((parentId) => ({ input: { parentId, slug: `peers-${UNIQUE}`, name: 'Bench' } })),
    writes: true,
  },
  {
    key: 'R',
    title: `recordUsage of ${EVENTS} events`,
    document: `mutation R($input: RecordUsageInput!) {
      recordUsage(input: $input) { ... on RecordUsagePayload { acceptedCount duplicateCount } }
    }`,
    variables: ({ ids }) =>
      ids.any.map((_, first) => ({
        input: {
          events: Array.from({ length: EVENTS }, (_, n) => ({
            id: `${UNIQUE}-${n}`,
            organizationId: ids.any[(first + n) % ids.any.length],
            metric: 'chat_calls',
            quantity: '1',
            occurredAt: new Date(Date.now() - 3_600_000).toISOString(),
          })),
        },
      })),
    writes: true,
  },
];
