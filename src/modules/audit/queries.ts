/** Queries of the audit log. */
import { sql, type RawBuilder } from 'kysely';
import { readableOrganizations, type Lineage } from '../../authorization/rights.ts';
import type { ActorKind } from '../../authorization/principal.ts';
import { rowBatch } from '../../database/loaders.ts';
import { between, sortKeysOf, type Page } from '../../database/keyset.ts';
import { byCreation, turned, type CreationOrder } from '../../database/orders.ts';
import {
  defineList,
  ofOrganizations,
  type ListDefinition,
  type WithSortKeys,
} from '../../database/list.ts';
import type { Viewer } from '../../database/loaders.ts';
import { firstIdAt } from '../../values/ids.ts';
import type { Columns } from '../../database/rows.ts';

export interface AuditEventRow extends Columns<
  'audit_events',
  | 'id'
  | 'at'
  | 'action'
  | 'actor_kind'
  | 'actor_user_id'
  | 'actor_api_key_name'
  | 'acting_organization_id'
  | 'organization_id'
  | 'target_type'
  | 'target_id'
  | 'refusal'
  | 'request_id'
> {
  actor_kind: ActorKind;
  before: object | null;
  after: object | null;
  /** The error code, if the change was refused. */
  refusal: string | null;
  lineage: Lineage;
}

export interface AuditArguments {
  orderBy: CreationOrder;
  /** Includes the events of all organizations below. */
  includeDescendants: boolean;
  /** Only these actions; null for all. */
  actions: readonly string[] | null;
  /** Only events at or after this instant, and before that one; null for no bound. */
  from: Date | null;
  to: Date | null;
  /** Bounds of the ids of the events between, from `idBounds`. */
  fromId: string | null;
  toId: string | null;
  /** Only what this person did. */
  actor: string | null;
  /** Only what was done to the object with this public id. */
  target: string | null;
}

/** Far more than lies between the time of an event and that in its id. */
const DAY_MS = 86_400_000;

/**
 * Bounds of the ids of events from one instant to another. An event has the time at which its
 * transaction began, and its id was made later in that transaction. So a page begins near its
 * events, and the times themselves decide.
 */
export function idBounds(
  from: Date | null,
  to: Date | null,
): Pick<AuditArguments, 'fromId' | 'toId'> {
  return {
    fromId: from && firstIdAt(new Date(from.getTime() - DAY_MS)),
    toId: to && firstIdAt(new Date(to.getTime() + DAY_MS)),
  };
}

const columns = (organization: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  e.id, e.at, e.action, e.actor_kind, e.actor_user_id, e.actor_api_key_name, e.acting_organization_id, e.organization_id,
  e.target_type, e.target_id, e.before, e.after, e.refusal, e.request_id, ${organization}.lineage`;

/** How many of the tree's latest events are looked through before the subtree's are put in order. */
const PROBE_EVENTS = 1_000;

const newestFirst = byCreation(sql`e.id`, 'CREATED_AT_DESC');

/** The conditions on the id of an event, with the alias `e`. */
const withinIds = ({ fromId, toId }: AuditArguments): RawBuilder<unknown>[] => [
  ...(fromId === null ? [] : [sql`e.id >= ${fromId}::uuid`]),
  ...(toId === null ? [] : [sql`e.id < ${toId}::uuid`]),
];

/** The conditions on an event itself. */
const isChosen = ({ actions, from, to, actor, target }: AuditArguments): RawBuilder<unknown>[] => [
  ...(actions === null ? [] : [sql`e.action = any (${actions}::text[])`]),
  ...(from === null ? [] : [sql`e.at >= ${from}::timestamptz`]),
  ...(to === null ? [] : [sql`e.at < ${to}::timestamptz`]),
  ...(actor === null ? [] : [sql`e.actor_user_id = ${actor}::uuid`]),
  ...(target === null ? [] : [sql`e.target_id = ${target}`]),
];

const eventsWithOrganizations = ({ principal }: Viewer): RawBuilder<unknown> =>
  sql`audit_events as e join ${readableOrganizations(principal, { scope: 'audit:read' })} as o on o.id = e.organization_id`;

/** The list of one organization; the list of a subtree is counted with it. */
const events = defineList<AuditArguments, AuditEventRow>({
  name: 'audit log',
  parents: ofOrganizations({ scope: 'audit:read' }),
  columns: columns(sql`o`),
  from: eventsWithOrganizations,
  where: (_viewer, args) => [
    args.includeDescendants
      ? sql`o.path >= parent.path and o.path < subtree_end(parent.path)`
      : sql`e.organization_id = parent.id`,
    ...withinIds(args),
    ...isChosen(args),
  ],
  // The order that was the only one has no name of its own, so that its cursors stay valid.
  orderName: ({ includeDescendants, orderBy }) =>
    `${includeDescendants ? 'subtree' : 'organization'}${orderBy === 'CREATED_AT_DESC' ? '' : ` ${orderBy}`}`,
  order: ({ orderBy }) => byCreation(sql`e.id`, orderBy),
});

/**
 * A page of a subtree's log in two phases, like a search. The first looks through the next
 * PROBE_EVENTS of the whole tree, in the order of an index. That fills the page for a subtree in
 * which much of the tree's work is done, however long its log is. Only if it does not, the log of
 * the subtree is put in order. An organization never leaves its tree, so the chain of the parent's
 * tree has all events.
 */
function subtreePage(viewer: Viewer, args: AuditArguments, asked: Page): RawBuilder<unknown> {
  const isOldestFirst = args.orderBy === 'CREATED_AT_ASC';
  const page = isOldestFirst ? turned(asked) : asked;
  const direction = page.backward ? sql`asc` : sql`desc`;
  const rowsMax = sql.lit(page.limit + 1);
  const inTree = sql.join(
    [sql`e.chain_id = parent.lineage[1]`, ...withinIds(args), ...between(newestFirst, page)],
    sql` and `,
  );
  const isBelow = sql`o.path >= parent.path and o.path < subtree_end(parent.path)`;
  const isListed = sql.join([isBelow, ...isChosen(args)], sql` and `);
  const isBeyondProbe = page.backward ? sql`e.id > edge.id` : sql`e.id < edge.id`;
  const readable = readableOrganizations(viewer.principal, { scope: 'audit:read' });
  const organizations = sql`${readable} as o on o.id = e.organization_id`;
  return sql`
    with probe as materialized (
      select e.id, e.organization_id, e.action, e.at, e.actor_user_id, e.target_id from audit_events as e
      where ${inTree} order by e.id ${direction} limit ${sql.lit(PROBE_EVENTS)}
    ),
    near as materialized (
      select e.id from probe as e join ${organizations}
      where ${isListed} order by e.id ${direction} limit ${rowsMax}
    ),
    edge as materialized (
      -- Where the probe ends, and whether the page is not full although more may follow.
      select (array_agg(probe.id order by probe.id ${direction}))[count(*)] as id,
        count(*) = ${sql.lit(PROBE_EVENTS)} and (select count(*) from near) <= ${sql.lit(page.limit)} as is_short
      from probe
    ),
    far as materialized (
      -- By organization, each in the order of an index. Side by side with the order of the tree,
      -- the planner would read the whole log of the tree for a rare action.
      select e.id from edge cross join lateral (
        select o.id from ${readable} as o where edge.is_short and ${isBelow} offset 0
      ) as o
      cross join lateral (
        select e.id from audit_events as e
        where ${sql.join([sql`e.organization_id = o.id`, isBeyondProbe, ...withinIds(args), ...isChosen(args), ...between(newestFirst, page)], sql` and `)}
        order by e.id ${direction} limit ${rowsMax}
      ) as e
      order by e.id ${direction} limit ${rowsMax}
    ),
    match as materialized (
      select id from (select id from near union all select id from far) as either order by id ${direction} limit ${rowsMax}
    )
    select ${columns(sql`o`)}, ${sortKeysOf(newestFirst)} as sort_keys
    from match join audit_events as e on e.id = match.id join ${organizations}
    order by e.id ${isOldestFirst ? sql`asc` : sql`desc`}`;
}

/**
 * The changes to an organization (and below it, if the caller may read the log there), newest
 * first by default.
 */
export const auditLog: ListDefinition<AuditArguments, AuditEventRow> = {
  ...events,
  readsInOrder: ({ includeDescendants }) => !includeDescendants,
  page: (viewer, args, page) =>
    args.includeDescendants
      ? (subtreePage(viewer, args, page) as RawBuilder<WithSortKeys<AuditEventRow>>)
      : events.page(viewer, args, page),
};

/** Audit events by id. */
export const auditEventById = rowBatch<null, AuditEventRow>(
  'audit event by id',
  (row) => row.id,
  ({ principal }, ids) => sql<AuditEventRow>`
    select ${columns(sql`o`)} from audit_events e
    join ${readableOrganizations(principal, { scope: 'audit:read' })} as o on o.id = e.organization_id
    where e.id = any (${ids}::uuid[])`,
);

/** Whether the actor of the event `parent` acted from another organization, which is above. */
export const isViaAncestor = sql<boolean>`coalesce(parent.acting_organization_id <> parent.organization_id, false)`;
