/** What reads show, in the words of the decision records: each field of an organization, and each node by id. */
import { exists, may, reaches, type Actor } from './rights.ts';
import type { State } from './state.ts';

/** What a field shows: a value in which lists are sorted, or the code of the refusal. */
export type Shown = unknown;

/** Fields of an organization: how each is asked, and how the answer is put so that order does not matter. */
export interface Field {
  selection: string;
  /** From the value of the field in the answer. */
  shown(value: never): Shown;
  /** What has to be shown; null for a refusal by `needs`. */
  expected(state: State, actor: Actor, organization: string, search: string): Shown;
  /** `below`: it tells of what is below. Any other text: the scope that it takes. */
  needs: string | null;
}

interface Page<Node> {
  totalCount: number;
  nodes: Node[];
}

const PAGE = 100;
/** What a list shows: how many there are, and the first page in full when it is all. */
const listed = (texts: readonly string[]): Shown =>
  texts.length > PAGE ? { count: texts.length } : { count: texts.length, all: texts.toSorted() };
const pageOf =
  <Node>(text: (node: Node) => string) =>
  ({ totalCount, nodes }: Page<Node>): Shown =>
    totalCount > PAGE ? { count: totalCount } : listed(nodes.map(text));
const idsOf = pageOf<{ id: string }>(({ id }) => id);
const sorted = (texts: Iterable<string>): string => [...texts].toSorted().join(',');

const below = (state: State, organization: string): string[] =>
  state
    .living(organization)
    .map(({ id }) => id)
    .filter((id) => id !== organization);
const sum = (state: State, organizations: readonly string[]): number =>
  organizations.reduce((total, id) => total + (state.usage.get(id) ?? 0), 0);
const eventsOf = (state: State, organizations: readonly string[]): number =>
  organizations.reduce((total, id) => total + (state.events.get(id) ?? 0), 0);

interface Summary {
  metrics: { value: string }[];
}
const metered = ({ metrics }: Summary): Shown => Number(metrics[0]?.value);
const found = (state: State, organization: string, search: string): string[] =>
  below(state, organization).filter((id) => {
    const { slug, name } = state.organization(id);
    return [slug, name.toLowerCase(), id].some((text) => text.includes(search.toLowerCase()));
  });

/** Every field that the histories read. `$from`, `$to` and `$search` are variables of the operation. */
export const fields: Record<string, Field> = {
  slug: {
    needs: null,
    selection: 'slug',
    shown: (slug) => slug,
    expected: (state, _actor, id) => state.organization(id).slug,
  },
  parent: {
    needs: null,
    selection: 'parentId',
    shown: (id) => id,
    expected: (state, actor, id) =>
      id === actor.organization ? null : state.organization(id).parent,
  },
  ancestors: {
    needs: null,
    selection: 'ancestors { id }',
    shown: (list: { id: string }[]) => list.map(({ id }) => id).join(),
    expected(state, actor, id) {
      const path = state.lineage(id);
      return path.slice(path.indexOf(actor.organization ?? ''), -1).join();
    },
  },
  roles: {
    needs: null,
    selection: 'roles { id }',
    shown: (list: { id: string }[]) => sorted(list.map(({ id }) => id)),
    expected(state, _actor, id) {
      const path = state.lineage(id);
      return sorted(
        [...state.roles.values()]
          .filter(({ organization }) => organization === null || path.includes(organization))
          .map((role) => role.id),
      );
    },
  },
  children: {
    needs: 'below',
    selection: 'children(first: 100) { totalCount nodes { id } }',
    shown: idsOf,
    expected: (state, _actor, id) =>
      listed(below(state, id).filter((one) => state.organization(one).parent === id)),
  },
  childCount: {
    needs: 'below',
    selection: 'childCount',
    shown: (count) => count,
    expected: (state, _actor, id) =>
      below(state, id).filter((one) => state.organization(one).parent === id).length,
  },
  hasChildren: {
    needs: 'below',
    selection: 'hasChildren',
    shown: (has) => has,
    expected: (state, _actor, id) => below(state, id).length > 0,
  },
  descendantCount: {
    needs: 'below',
    selection: 'descendantCount',
    shown: (count) => count,
    expected: (state, _actor, id) => below(state, id).length,
  },
  descendants: {
    needs: 'below',
    selection: 'descendants(first: 100) { totalCount nodes { id } }',
    shown: idsOf,
    expected: (state, _actor, id) => listed(below(state, id)),
  },
  found: {
    needs: 'below',
    selection: 'descendants(first: 100, search: $search) { totalCount nodes { id } }',
    shown: idsOf,
    expected: (state, _actor, id, search) => listed(found(state, id, search)),
  },
  members: {
    needs: 'members:read',
    selection: 'members(first: 100) { totalCount nodes { user { id } scopes roles { id } } }',
    shown: pageOf<{ user: { id: string }; scopes: string[]; roles: { id: string }[] }>(
      ({ user, scopes, roles }) =>
        `${user.id}: ${sorted(roles.map(({ id }) => id))} give ${sorted(scopes)}`,
    ),
    expected: (state, _actor, id) =>
      listed(
        state
          .members(id)
          .map(
            ({ person, roles }) =>
              `${person}: ${sorted(roles)} give ${sorted(state.scopesOf(roles))}`,
          ),
      ),
  },
  people: {
    needs: 'below',
    selection:
      'people(first: 100) { totalCount nodes { user { id } memberships { organization { id } } } }',
    shown: pageOf<{ user: { id: string }; memberships: { organization: { id: string } }[] }>(
      ({ user, memberships }) =>
        `${user.id} in ${sorted(memberships.map(({ organization }) => organization.id))}`,
    ),
    expected(state, _actor, id) {
      const members = state.living(id).flatMap((one) => state.members(one.id));
      const people = Map.groupBy(members, ({ person }) => person);
      return listed(
        [...people].map(
          ([person, list]) =>
            `${person} in ${sorted(list.map(({ organization }) => organization))}`,
        ),
      );
    },
  },
  invitations: {
    needs: 'members:read',
    selection:
      'invitations(first: 100, status: [PENDING, ACCEPTED, DECLINED, REVOKED, EXPIRED]) { totalCount nodes { id status roles { id } } }',
    shown: pageOf<{ id: string; status: string; roles: { id: string }[] }>(
      ({ id, status, roles }) => `${id} ${status} ${sorted(roles.map((role) => role.id))}`,
    ),
    expected: (state, _actor, id) =>
      listed(
        [...state.invitations.values()]
          .filter(({ organization }) => organization === id)
          .map((one) => `${one.id} ${one.status} ${sorted(one.roles)}`),
      ),
  },
  apiKeys: {
    needs: 'api_keys:manage',
    selection: 'apiKeys(first: 100) { totalCount nodes { id scopes revokedAt } }',
    shown: pageOf<{ id: string; scopes: string[]; revokedAt: string | null }>(
      ({ id, scopes, revokedAt }) =>
        `${id} ${sorted(scopes)} ${revokedAt === null ? 'works' : 'revoked'}`,
    ),
    expected: (state, _actor, id) =>
      listed(
        [...state.keys.values()]
          .filter(({ organization }) => organization === id)
          .map((key) => `${key.id} ${sorted(key.scopes)} ${key.revoked ? 'revoked' : 'works'}`),
      ),
  },
  ownUsage: {
    needs: 'usage:read',
    selection:
      'usage(from: $from, to: $to, scope: SINGLE) { metrics(keys: ["voice_calls"]) { value } }',
    shown: metered,
    expected: (state, _actor, id) => sum(state, [id]),
  },
  usage: {
    needs: 'below',
    selection:
      'usage(from: $from, to: $to, scope: ALL) { metrics(keys: ["voice_calls"]) { value } }',
    shown: metered,
    expected: (state, _actor, id) => sum(state, [id, ...below(state, id)]),
  },
  log: {
    needs: 'audit:read',
    selection: 'auditLog(first: 1) { totalCount }',
    shown: ({ totalCount }: Page<never>) => totalCount,
    expected: (state, _actor, id) => eventsOf(state, [id]),
  },
  logBelow: {
    needs: 'below audit:read',
    selection: 'auditLog(first: 1, includeDescendants: true) { totalCount }',
    shown: ({ totalCount }: Page<never>) => totalCount,
    expected: (state, _actor, id) => eventsOf(state, [id, ...below(state, id)]),
  },
};

/** What the request is shown of a field of an organization that exists for it. */
export function expectedField(
  state: State,
  actor: Actor,
  name: string,
  organization: string,
  search: string,
): Shown {
  const field = fields[name];
  for (const need of field?.needs?.split(' ') ?? []) {
    if (need === 'below' && !reaches(actor)) return 'FORBIDDEN child_organizations:manage';
    if (need !== 'below' && !may(state, actor, need, organization)) return `FORBIDDEN ${need}`;
  }
  return field?.expected(state, actor, organization, search);
}

/** Whether `node` finds anything with an id. */
export function isNodeSeen(state: State, actor: Actor, id: string): boolean {
  if (state.organizations.has(id)) return exists(state, actor, id);
  if (state.people.has(id)) {
    const through = [...state.memberships.values()].filter(({ person }) => person === id);
    return (
      id === actor.person ||
      through.some(({ organization }) => may(state, actor, 'members:read', organization))
    );
  }
  const role = state.roles.get(id);
  // Built-in roles are everybody's; others are seen from above and wherever they are usable.
  if (role) {
    const { organization } = role;
    const isUsableForActor =
      actor.organization !== null &&
      organization !== null &&
      state.isAtOrBelow(actor.organization, organization);
    return organization === null || isUsableForActor || exists(state, actor, organization);
  }
  const invitation = state.invitations.get(id);
  if (invitation) return may(state, actor, 'members:read', invitation.organization);
  const key = state.keys.get(id);
  if (key) return may(state, actor, 'api_keys:manage', key.organization);
  const token = state.tokens.get(id);
  return token !== undefined && token.person === actor.person;
}

/** What `recordUsage` says of one event that is new. */
export function expectedEvent(state: State, actor: Actor, organization: string): string {
  if (!exists(state, actor, organization)) return 'ORGANIZATION_NOT_FOUND';
  return may(state, actor, 'usage:write', organization) ? 'ACCEPTED' : 'FORBIDDEN';
}
