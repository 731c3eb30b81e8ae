/** The queries in the schema that PostGraphile makes of the database, and its answers in the shape of the gateway's. */
import { encodeId, parseId, type IdType } from '../../../src/values/ids.ts';
import type { QueryKey } from '../queries.ts';

/** A query and its answer. The document decides about the types of both, and nothing checks them. */
export interface Translation<Variables = unknown, Data = unknown> {
  document: string;
  variables(variables: Variables, keyId: string): Record<string, unknown>;
  /** The data as the gateway would answer it. */
  data(data: Data): unknown;
}

interface Row {
  rowId: string;
}
type Organization = Row & { slug: string };
interface Nodes<Node> {
  nodes: Node[];
}
interface Counted {
  totalCount: number;
}
type Roles = Nodes<{ key: string }>;
interface Window {
  from: string;
  to: string;
}

const uuid = (id: string): string | undefined => parseId(id)?.uuid;
const instant = (at: string): string => new Date(at).toISOString();
const id = (row: Row, type: IdType = 'Organization'): string => encodeId(type, row.rowId);

const CHILDREN = 'condition: { deletedAt: null }, orderBy: SLUG_ASC';

/** A query for an organization by its id. */
function ofOrganization<Selected, Variables = unknown>(
  selection: string,
  data: (organization: Row & Selected) => object,
  given = '',
  more: (variables: Variables) => Record<string, unknown> = () => ({}),
): Translation<{ id: string } & Variables, { organization: Row & Selected }> {
  return {
    document: `query ($id: UUID!${given}) { organization: organizationByRowId(rowId: $id) { rowId ${selection} } }`,
    variables: (variables) => ({ id: uuid(variables.id), ...more(variables) }),
    data: ({ organization }) => ({
      organization: { id: id(organization), ...data(organization) },
    }),
  };
}

const windowOf = ({ from, to }: Window): Record<string, unknown> => ({ from, to });
const WINDOW = ', $from: Datetime!, $to: Datetime!';
const METRIC = 'metric: "voice_minutes", begins: $from, ends: $to';

const membersOf = (members: Counted & Nodes<{ user: { email: string }; roles: Roles }>) => ({
  totalCount: members.totalCount,
  nodes: members.nodes.map(({ user, roles }) => ({ user, roles: roles.nodes })),
});

interface Level extends Organization {
  children?: Nodes<Level>;
}

function levels(depth: number): string {
  return depth === 0
    ? 'rowId slug'
    : `rowId slug children: organizationsByParentId(first: 3, ${CHILDREN}) { nodes { ${levels(depth - 1)} } }`;
}

function level(row: Level): object {
  return {
    id: id(row),
    slug: row.slug,
    ...(row.children && { children: { nodes: row.children.nodes.map(level) } }),
  };
}

type Found = Organization & { depth: number; path: string; matchedOn: string[] };

const search = ofOrganization<{ search: Nodes<Found> }, { search: string }>(
  'search(search: $search, pageSize: 10) { nodes { rowId slug depth path matchedOn } }',
  (organization) => ({
    descendants: {
      edges: organization.search.nodes.map(({ slug, depth, path, matchedOn, ...row }) => ({
        depth,
        path,
        matchedOn,
        node: { id: id(row), slug },
      })),
    },
  }),
  ', $search: String!',
  ({ search: text }) => ({ search: text }),
);

interface Key {
  name: string;
  scopes: string[];
  organization: Organization;
}
type Child = Organization & { members: Parameters<typeof membersOf>[0] };
type ConsoleRow = Organization & {
  name: string;
  kind: string;
  status: string;
  openInvitations: number;
  children: Counted;
  members: Counted;
  value: string;
};
type Person = Row & {
  email: string;
  name: string;
  memberships: Nodes<{ organization: Organization; roles: Roles }>;
};
type AuditEvent = Row & { at: string; actorKind: string; actorApiKeyName: string | null };
interface Input<Fields> {
  input: Fields;
}
interface NewOrganization {
  parentId: string;
  slug: string;
  name: string;
}
interface Made<Result> {
  made: { result: Result };
}

export const translations: Record<QueryKey, Translation> = {
  T: ofOrganization<Organization>('slug', ({ slug }) => ({ slug })),
  V: {
    document: `query ($id: UUID!) {
      key: apiKeyByRowId(rowId: $id) { name scopes organization: organizationByOrganizationId { rowId slug } }
    }`,
    variables: (_variables, keyId) => ({ id: keyId }),
    data: ({ key: { name, scopes, organization } }: { key: Key }) => ({
      viewer: {
        credential: { kind: 'API_KEY', name },
        organization: { id: id(organization), slug: organization.slug },
        scopes,
      },
    }),
  },
  N: ofOrganization<{ slug: string; children: Nodes<Child> }>(
    `slug children: organizationsByParentId(first: 20, ${CHILDREN}) {
      nodes {
        rowId slug
        members: membershipsByOrganizationId(first: 5) {
          totalCount
          nodes { user: userByUserId { email } roles { nodes { key } } }
        }
      }
    }`,
    ({ slug, children }) => ({
      slug,
      children: {
        nodes: children.nodes.map((child) => ({
          id: id(child),
          slug: child.slug,
          members: membersOf(child.members),
        })),
      },
    }),
  ),
  C: ofOrganization<{ name: string; children: Nodes<ConsoleRow> }, Window>(
    `name children: organizationsByParentId(first: 25, ${CHILDREN}) {
      nodes {
        rowId slug name kind status openInvitations
        children: organizationsByParentId(condition: { deletedAt: null }) { totalCount }
        members: membershipsByOrganizationId { totalCount }
        value: totalUsage(${METRIC})
      }
    }`,
    ({ name, children }) => ({
      name,
      children: {
        nodes: children.nodes.map(
          ({ slug, name, kind, status, openInvitations, children, members, value, ...row }) => ({
            id: id(row),
            slug,
            name,
            kind,
            status,
            childCount: children.totalCount,
            members,
            invitations: { totalCount: openInvitations },
            usage: { metrics: [{ metric: { key: 'voice_minutes' }, value }] },
          }),
        ),
      },
    }),
    WINDOW,
    windowOf,
  ),
  D: ofOrganization<Level>(levels(4), level),
  SC: search,
  SR: search,
  U: ofOrganization<{ usage: Nodes<{ day: string; value: string }> }, Window>(
    `usage: dailyUsage(${METRIC}) { nodes { day value } }`,
    ({ usage }) => ({
      usage: {
        buckets: usage.nodes.map(({ day, value }) => ({
          from: instant(day),
          metrics: [{ value }],
        })),
      },
    }),
    WINDOW,
    windowOf,
  ),
  P: ofOrganization<{ people: Nodes<Person> }>(
    `people(pageSize: 25) {
      nodes {
        rowId email name
        memberships: membershipsWithin(root: $id, pageSize: 5) {
          nodes { organization: organizationByOrganizationId { rowId slug } roles { nodes { key } } }
        }
      }
    }`,
    ({ people }) => ({
      people: {
        nodes: people.nodes.map(({ email, name, memberships, ...row }) => ({
          user: { id: id(row, 'User'), email, name },
          memberships: memberships.nodes.map(({ organization, roles }) => ({
            organization: { id: id(organization), slug: organization.slug },
            roles: roles.nodes,
          })),
        })),
      },
    }),
  ),
  A: ofOrganization<{ auditLog: Nodes<AuditEvent> }>(
    'auditLog(pageSize: 25) { nodes { rowId at action actorKind actorApiKeyName targetType targetId refusal requestId } }',
    ({ auditLog }) => ({
      auditLog: {
        nodes: auditLog.nodes.map(({ rowId, at, actorKind, actorApiKeyName, ...event }) => ({
          id: id({ rowId }, 'AuditEvent'),
          at: instant(at),
          actor: { kind: actorKind, apiKeyName: actorApiKeyName },
          ...event,
        })),
      },
    }),
  ),
  M: {
    document: `mutation ($parent: UUID!, $slug: String!, $name: String!) {
      made: peersMakeOrganization(input: { parent: $parent, slug: $slug, name: $name }) { result { rowId slug depth } }
    }`,
    variables: ({ input: { parentId, slug, name } }: Input<NewOrganization>) => ({
      parent: uuid(parentId),
      slug,
      name,
    }),
    data: ({ made: { result } }: Made<Organization & { depth: number }>) => ({
      createOrganization: {
        organization: { id: id(result), slug: result.slug, depth: result.depth },
      },
    }),
  },
  R: {
    document:
      'mutation ($events: JSON!) { made: peersRecordEvents(input: { events: $events }) { result } }',
    variables: ({ input: { events } }: Input<{ events: unknown[] }>) => ({ events }),
    data: ({ made: { result } }: Made<number>) => ({
      recordUsage: { acceptedCount: result, duplicateCount: 0 },
    }),
  },
};
