/** The queries in the schema that PostGraphile makes of the database, and its answers in the shape of the gateway's. */
import { encodeId, parseId, type IdType } from '../../../src/values/ids.ts';
import type { QueryKey } from '../queries.ts';

/** Data whose shape the document has decided. */
// oxlint-disable-next-line typescript/no-explicit-any
type Data = any;

export interface Translation {
  document: string;
  variables(variables: Data, keyId: string): Record<string, unknown>;
  /** The data as the gateway would answer it. */
  data(data: Data): unknown;
}

const uuid = (id: string): string | undefined => parseId(id)?.uuid;
const instant = (at: string): string => new Date(at).toISOString();
const id = (row: { rowId: string }, type: IdType = 'Organization'): string =>
  encodeId(type, row.rowId);

const CHILDREN = 'condition: { deletedAt: null }, orderBy: SLUG_ASC';

/** A query for an organization by its id. */
function ofOrganization(
  selection: string,
  data: (organization: Data) => unknown,
  given = '',
  more: (variables: Data) => Record<string, unknown> = () => ({}),
): Translation {
  return {
    document: `query ($id: UUID!${given}) { organization: organizationByRowId(rowId: $id) { rowId ${selection} } }`,
    variables: (variables) => ({ id: uuid(variables.id), ...more(variables) }),
    data: ({ organization }) => ({
      organization: { id: id(organization), ...(data(organization) as object) },
    }),
  };
}

const windowOf = ({ from, to }: Data): Record<string, unknown> => ({ from, to });
const WINDOW = ', $from: Datetime!, $to: Datetime!';
const METRIC = 'metric: "voice_minutes", begins: $from, ends: $to';

const membersOf = ({ members }: Data): object => ({
  totalCount: members.totalCount,
  nodes: members.nodes.map(({ user, roles }: Data) => ({ user, roles: roles.nodes })),
});

function levels(depth: number): string {
  return depth === 0
    ? 'rowId slug'
    : `rowId slug children: organizationsByParentId(first: 3, ${CHILDREN}) { nodes { ${levels(depth - 1)} } }`;
}

function level(row: Data): object {
  return {
    id: id(row),
    slug: row.slug,
    ...(row.children && { children: { nodes: row.children.nodes.map(level) } }),
  };
}

const search = ofOrganization(
  'search(search: $search, pageSize: 10) { nodes { rowId slug depth path matchedOn } }',
  (organization) => ({
    descendants: {
      edges: organization.search.nodes.map(({ slug, depth, path, matchedOn, ...row }: Data) => ({
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

export const translations: Record<QueryKey, Translation> = {
  T: ofOrganization('slug', ({ slug }) => ({ slug })),
  V: {
    document: `query ($id: UUID!) {
      key: apiKeyByRowId(rowId: $id) { name scopes organization: organizationByOrganizationId { rowId slug } }
    }`,
    variables: (_variables, keyId) => ({ id: keyId }),
    data: ({ key: { name, scopes, organization } }) => ({
      viewer: {
        credential: { kind: 'API_KEY', name },
        organization: { id: id(organization), slug: organization.slug },
        scopes,
      },
    }),
  },
  N: ofOrganization(
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
        nodes: children.nodes.map((child: Data) => ({
          id: id(child),
          slug: child.slug,
          members: membersOf(child),
        })),
      },
    }),
  ),
  C: ofOrganization(
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
          ({
            slug,
            name,
            kind,
            status,
            openInvitations,
            children,
            members,
            value,
            ...row
          }: Data) => ({
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
  D: ofOrganization(levels(4), level),
  SC: search,
  SR: search,
  U: ofOrganization(
    `usage: dailyUsage(${METRIC}) { nodes { day value } }`,
    ({ usage }) => ({
      usage: {
        buckets: usage.nodes.map(({ day, value }: Data) => ({
          from: instant(day),
          metrics: [{ value }],
        })),
      },
    }),
    WINDOW,
    windowOf,
  ),
  P: ofOrganization(
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
        nodes: people.nodes.map(({ email, name, memberships, ...row }: Data) => ({
          user: { id: id(row, 'User'), email, name },
          memberships: memberships.nodes.map(({ organization, roles }: Data) => ({
            organization: { id: id(organization), slug: organization.slug },
            roles: roles.nodes,
          })),
        })),
      },
    }),
  ),
  A: ofOrganization(
    'auditLog(pageSize: 25) { nodes { rowId at action actorKind actorApiKeyName targetType targetId refusal requestId } }',
    ({ auditLog }) => ({
      auditLog: {
        nodes: auditLog.nodes.map(({ rowId, at, actorKind, actorApiKeyName, ...event }: Data) => ({
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
    variables: ({ input: { parentId, slug, name } }) => ({ parent: uuid(parentId), slug, name }),
    data: ({ made: { result } }) => ({
      createOrganization: {
        organization: { id: id(result), slug: result.slug, depth: result.depth },
      },
    }),
  },
  R: {
    document:
      'mutation ($events: JSON!) { made: peersRecordEvents(input: { events: $events }) { result } }',
    variables: ({ input: { events } }) => ({ events }),
    data: ({ made: { result } }) => ({ recordUsage: { acceptedCount: result, duplicateCount: 0 } }),
  },
};
