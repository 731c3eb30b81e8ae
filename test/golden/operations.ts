/** The operations whose answers and statements are kept beside this file. */
import type { Caller, World } from '../setup/world.ts';

export interface GoldenOperation {
  /** Name of its file. */
  name: string;
  as: Caller;
  document: string;
  variables?(world: World): Record<string, unknown>;
}

/** In the order in which they run: those that change something come last. */
export const operations: readonly GoldenOperation[] = [
  {
    name: 'viewer',
    as: 'viewer@north',
    document: `{
  viewer {
    credential { kind }
    user { id email name }
    organization { id slug }
    memberships(first: 10) { totalCount nodes { organization { slug } roles { key } } }
  }
}`,
  },
  {
    name: 'children-page',
    as: 'admin@acme',
    document: `query ($first: Int!) {
  organization {
    children(first: $first) {
      totalCount
      pageInfo { hasNextPage }
      nodes { id slug name childCount }
    }
  }
}`,
    variables: () => ({ first: 1 }),
  },
  {
    name: 'descendants-search',
    as: 'admin@acme',
    document: `query ($search: String!) {
  organization {
    descendants(first: 10, search: $search) {
      totalCount
      edges { path matchedOn node { slug depth } }
    }
  }
}`,
    variables: () => ({ search: 'shop' }),
  },
  {
    name: 'members-and-roles',
    as: 'admin@acme',
    document: `{
  organization(slug: "north") {
    members(first: 10) {
      totalCount
      nodes { id user { email } roles { key name } scopes }
    }
  }
}`,
  },
  {
    name: 'invitations',
    as: 'admin@north',
    document: `{
  organization {
    invitations(first: 10) {
      totalCount
      nodes { id email status roles { key } delivery { status } }
    }
  }
}`,
  },
  {
    name: 'usage',
    as: 'key@acme',
    document: `query ($from: DateTime!, $to: DateTime!) {
  organization {
    usage(from: $from, to: $to) {
      organizationCount
      buckets(size: MONTH, keys: ["voice_calls"]) { from metrics { metric { key } value } }
      byChild(metric: "voice_calls", first: 5) { edges { own subtree share node { slug } } }
    }
  }
}`,
    variables: () => ({ from: '2026-05-01T00:00:00Z', to: '2026-07-01T00:00:00Z' }),
  },
  {
    name: 'ancestors',
    as: 'admin@acme',
    document: `{
  organization(slug: "kiosk") {
    slug
    ancestors { slug }
    parent { slug }
  }
}`,
  },
  {
    name: 'nodes-by-id',
    as: 'admin@north',
    document: `query ($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    id
    ... on Organization { slug }
    ... on User { email }
  }
}`,
    variables: (world) => ({
      ids: [world.org('shop-1'), world.org('rival'), world.person('viewer@north')],
    }),
  },
  {
    name: 'create-organization',
    as: 'admin@acme',
    document: `mutation ($input: CreateOrganizationInput!) {
  createOrganization(input: $input) {
    __typename
    ... on CreateOrganizationPayload {
      organization { id slug name parent { slug } }
      membership { roles { key } }
      invitations { email status }
    }
  }
}`,
    variables: (world) => ({
      input: {
        slug: 'shop-3',
        name: 'The third shop',
        parentId: world.org('south'),
        users: [{ email: 'keeper@shop-3.example', roles: ['user'] }],
        idempotencyKey: 'golden',
      },
    }),
  },
  {
    name: 'move-organization',
    as: 'admin@acme',
    document: `mutation ($input: MoveOrganizationInput!) {
  moveOrganization(input: $input) {
    __typename
    ... on MoveOrganizationPayload {
      organization { slug parent { slug } }
      pathBefore
      pathAfter
      affectedCount
    }
  }
}`,
    variables: (world) => ({ input: { id: world.org('shop-1'), newParentId: world.org('south') } }),
  },
];
