import { Client, fetchExchange, gql, type AnyVariables } from '@urql/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCache } from '../../console/src/graphql/cache.ts';

const Members = gql`
  query Members($after: String, $search: String) {
    organization(slug: "cedar") {
      id
      members(first: 2, after: $after, search: $search) {
        totalCount
        nodes {
          id
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;
const Shares = gql`
  query Shares($after: String, $first: Int!) {
    organization(slug: "cedar") {
      id
      usage(from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z") {
        byChild(metric: "calls", first: $first, after: $after) {
          edges {
            node {
              id
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`;
const RemoveMember = gql`
  mutation RemoveMember($input: RemoveMemberInput!) {
    removeMember(input: $input) {
      __typename
      ... on RemoveMemberPayload {
        removedMembershipId
      }
    }
  }
`;

interface Page {
  totalCount: number;
  nodes: { id: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

describe('a list in the cache of the console', () => {
  let ids: string[];
  let client: Client;

  /** Answers as the gateway does, from a list that tests change. */
  const answer = (variables: Record<string, unknown>): object => {
    if ('input' in variables)
      return {
        removeMember: {
          __typename: 'RemoveMemberPayload',
          removedMembershipId: (variables['input'] as { userId: string }).userId,
        },
      };
    const rest = ids.slice(ids.indexOf(String(variables['after'])) + 1);
    const nodes = rest.slice(0, 2).map((id) => ({ __typename: 'Membership', id }));
    return {
      organization: {
        __typename: 'Organization',
        id: 'org_1',
        members: {
          __typename: 'MembershipConnection',
          totalCount: ids.length,
          nodes,
          pageInfo: {
            __typename: 'PageInfo',
            hasNextPage: rest.length > 2,
            endCursor: nodes.at(-1)?.id ?? null,
          },
        },
      },
    };
  };

  beforeEach(() => {
    ids = ['a', 'b', 'c', 'd', 'e'];
    client = new Client({
      url: 'http://gateway.example/graphql',
      preferGetMethod: false,
      exchanges: [createCache(), fetchExchange],
      fetch: async (_url, init) => {
        const body = typeof init?.body === 'string' ? init.body : '{}';
        const { variables = {} } = JSON.parse(body) as { variables?: Record<string, unknown> };
        return Response.json({ data: answer(variables) });
      },
    });
  });

  const ask = async (variables: AnyVariables, isNew = false): Promise<Page> => {
    const { data, error } = await client
      .query<{ organization: { members: Page } }>(Members, variables ?? {}, {
        requestPolicy: isNew ? 'network-only' : 'cache-first',
      })
      .toPromise();
    if (error || !data) throw error ?? new Error('There is no data.');
    return data.organization.members;
  };
  const shown = ({ nodes, pageInfo }: Page): string =>
    nodes.map(({ id }) => id).join('') + (pageInfo.hasNextPage ? '…' : '');

  it('Grows from its beginning to the page that is asked for', async () => {
    expect(shown(await ask({ after: null }))).toBe('ab…');
    expect(shown(await ask({ after: 'b' }))).toBe('abcd…');
    expect(shown(await ask({ after: 'd' }))).toBe('abcde');
    expect(shown(await ask({ after: null }))).toBe('ab…');
  });

  it('Keeps lists with other arguments apart', async () => {
    await ask({ after: null });
    await ask({ after: 'b' });
    ids = ['x', 'b', 'y'];
    expect(shown(await ask({ after: null, search: 'x' }))).toBe('xb…');
    expect(shown(await ask({ after: 'b', search: 'x' }))).toBe('xby');
  });

  it('Ends where its pages no longer follow each other, rather than with a gap', async () => {
    await ask({ after: null });
    await ask({ after: 'b' });
    ids = ['1', '2', '3', ...ids];
    expect(shown(await ask({ after: null }, true))).toBe('12…');
    // The page after "b" is known from before; between "2" and it there are rows that are not.
    expect(shown(await ask({ after: 'b' }))).toBe('12…');
    expect(shown(await ask({ after: '2' }))).toBe('123a…');
  });

  it('Tells the total number of the newest page', async () => {
    expect(await ask({ after: null })).toMatchObject({ totalCount: 5 });
    ids.push('f');
    expect(await ask({ after: 'b' })).toMatchObject({ totalCount: 6 });
  });

  it('Loses a member that was removed on every page', async () => {
    await ask({ after: null });
    await ask({ after: 'b' });
    const input = { organizationId: 'org_1', userId: 'b' };
    await client.mutation(RemoveMember, { input }).toPromise();
    expect(shown(await ask({ after: 'b' }))).toBe('acd…');
  });

  it('Joins pages of different sizes, and the edges of lists that are shown by them', async () => {
    const shares = (after: string | null, first: number) => ({
      organization: {
        __typename: 'Organization',
        id: 'org_1',
        usage: {
          __typename: 'UsageSummary',
          byChild: {
            __typename: 'UsageByChildConnection',
            edges: ids
              .slice(ids.indexOf(String(after)) + 1)
              .slice(0, first)
              .map((id) => ({
                __typename: 'UsageByChildEdge',
                node: { __typename: 'Organization', id },
              })),
            pageInfo: {
              __typename: 'PageInfo',
              hasNextPage: first === 2,
              endCursor: first === 2 ? 'b' : 'e',
            },
          },
        },
      },
    });
    const usage = new Client({
      url: 'http://gateway.example/graphql',
      preferGetMethod: false,
      exchanges: [createCache(), fetchExchange],
      fetch: async (_url, init) => {
        const body = typeof init?.body === 'string' ? init.body : '{}';
        const { variables } = JSON.parse(body) as {
          variables: { after: string | null; first: number };
        };
        return Response.json({ data: shares(variables.after, variables.first) });
      },
    });
    const askFor = async (variables: { after: string | null; first: number }) => {
      const { data } = await usage.query<ReturnType<typeof shares>>(Shares, variables).toPromise();
      return data?.organization.usage.byChild.edges.map(({ node }) => node.id).join('');
    };
    expect(await askFor({ after: null, first: 2 })).toBe('ab');
    expect(await askFor({ after: 'b', first: 100 })).toBe('abcde');
  });
});
