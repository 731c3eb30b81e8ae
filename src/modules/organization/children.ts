/**
 * The organizations directly below an organization, with search.
 *
 * Without a search, a page is a walk along the index of its order. A search is one statement in two
 * phases, like that of all descendants (docs/decisions/0004-search.md): the next PROBE_ROWS children
 * fill the page for any common pattern; only if they do not, the rest comes from the search index.
 */
import { sql, type RawBuilder } from 'kysely';
import { between, sortKeysOf, type Page, type SortOrder } from '../../database/keyset.ts';
import {
  defineList,
  ofOrganizations,
  type ListDefinition,
  type WithSortKeys,
} from '../../database/list.ts';
import {
  organizationColumns,
  type OrganizationKind,
  type OrganizationOrder,
  type OrganizationRow,
  type OrganizationStatus,
} from './queries.ts';

export interface ChildrenArguments {
  orderBy: OrganizationOrder;
  /** Validated by `searchPattern`; null lists everything. */
  search: string | null;
  kind: OrganizationKind | null;
  /** Decides about the text of the statement, since an index serves some of them. */
  status: OrganizationStatus | null;
  includeDeleted: boolean;
}

const PROBE_ROWS = 1_000;

function orderOf(orderBy: OrganizationOrder): SortOrder {
  const key = {
    SLUG: { expression: sql`o.slug`, type: 'text' as const },
    NAME: { expression: sql`search_fold(o.name)`, type: 'text' as const },
    CREATED_AT: { expression: sql`o.created_at`, type: 'timestamptz' as const },
  }[orderBy.replace(/_(ASC|DESC)$/, '') as 'SLUG' | 'NAME' | 'CREATED_AT'];
  return {
    keys: [key, { expression: sql`o.id`, type: 'uuid' }],
    descending: orderBy.endsWith('_DESC'),
  };
}

/** The conditions on the organizations themselves, with the alias `o`. */
function filter({ kind, status, includeDeleted }: ChildrenArguments): RawBuilder<unknown> {
  const conditions = [sql`true`];
  if (!includeDeleted) conditions.push(sql`o.deleted_at is null`);
  if (kind !== null) conditions.push(sql`o.kind = ${kind}`);
  if (status !== null) conditions.push(sql`o.status = ${sql.lit(status)}`);
  return sql.join(conditions, sql` and `);
}

/** All children that match, without a search. */
const listed = defineList<ChildrenArguments, OrganizationRow>({
  name: 'children',
  parents: ofOrganizations(({ includeDeleted }) => ({ includeDeleted, reachingBelow: true })),
  columns: organizationColumns,
  from: () => sql`organizations as o`,
  where: (_viewer, args) => [sql`o.parent_id = parent.id`, filter(args)],
  orderName: ({ orderBy }) => orderBy,
  order: ({ orderBy }) => orderOf(orderBy),
});

/** The pattern in its folded form, and the pieces that the index is searched for. */
function pattern({ search }: ChildrenArguments): RawBuilder<unknown> {
  const folded = sql`search_fold(${search}::text)`;
  return sql`select ${folded} as pattern, search_pattern_grams(${folded}) as grams`;
}

/**
 * The ids of children that may match according to the search index, and of those that were moved
 * here and may not be in it yet. The parent of an outdated document may be outdated too; the
 * organizations themselves decide.
 */
const candidates = sql`(
  select d.organization_id as id from sought, search_documents as d
  where d.lineage @> array[parent.id] and d.lineage[cardinality(d.lineage) - 1] = parent.id
    and search_grams(d.text) @> sought.grams and strpos(d.text, sought.pattern) > 0
  union
  select moved.id from moved_subtrees_below(parent.id) as top (path)
  join organizations as moved on moved.path = top.path collate "C" and moved.parent_id = parent.id
)`;

/** A page of the children that match a search. */
function searchPage(args: ChildrenArguments, page: Page): RawBuilder<unknown> {
  const order = orderOf(args.orderBy);
  const isDown = Boolean(order.descending) !== page.backward;
  const expressions = order.keys.map(({ expression }) => expression);
  const names = order.keys.map((_key, index) => sql.ref(`sort_${index}`));
  const inOrder = (keys: readonly RawBuilder<unknown>[], down: boolean): RawBuilder<unknown> =>
    sql`order by ${sql.join(keys.map((key) => (down ? sql`${key} desc` : sql`${key}`)))}`;
  const sorts = sql.join(expressions.map((key, index) => sql`${key} as ${names[index]}`));
  const rowsMax = sql.lit(page.limit + 1);
  const isChild = sql.join([sql`o.parent_id = parent.id`, ...between(order, page)], sql` and `);
  const matches = sql`strpos(o.search_text, sought.pattern) > 0 and ${filter(args)}`;
  return sql`
    with sought as materialized (${pattern(args)}),
    probe as materialized (
      select o.id, ${sorts}, ${matches} as hit
      from sought cross join lateral (
        select o.* from organizations as o where ${isChild}
        ${inOrder(expressions, isDown)} limit ${sql.lit(PROBE_ROWS)}
      ) as o
    ),
    near as materialized (
      select id, ${sql.join(names)} from probe where hit ${inOrder(names, isDown)} limit ${rowsMax}
    ),
    edge as materialized (
      -- Where the probe ends, if the page is not full although more may follow.
      select ${sql.join(names)} from probe
      where (select count(*) from probe) = ${sql.lit(PROBE_ROWS)} and (select count(*) from near) < ${rowsMax}
      ${inOrder(names, !isDown)} limit 1
    ),
    far as materialized (
      select o.id, ${sorts} from edge cross join sought cross join lateral ${candidates} as known
      join organizations as o on o.id = known.id
      where ${isChild} and ${matches} and (${sql.join(expressions)}) ${isDown ? sql`<` : sql`>`} (${sql.join(names.map((name) => sql`edge.${name}`))})
      ${inOrder(expressions, isDown)} limit ${rowsMax}
    ),
    match as materialized (
      select * from (select * from near union all select * from far) as either
      ${inOrder(names, isDown)} limit ${rowsMax}
    )
    select ${organizationColumns}, ${sortKeysOf(order)} as sort_keys
    from match join organizations as o on o.id = match.id
    ${inOrder(expressions, Boolean(order.descending))}`;
}

/** The organizations directly below an organization. */
export const children: ListDefinition<ChildrenArguments, OrganizationRow> = {
  ...listed,
  readsInOrder: ({ search }) => search === null,
  page: (viewer, args, page) =>
    args.search === null
      ? listed.page(viewer, args, page)
      : (searchPage(args, page) as RawBuilder<WithSortKeys<OrganizationRow>>),
  count: (viewer, args) =>
    args.search === null
      ? listed.count(viewer, args)
      : sql`
        with sought as materialized (${pattern(args)})
        select count(*)::int as count
        from sought cross join lateral ${candidates} as known join organizations as o on o.id = known.id
        where o.parent_id = parent.id and strpos(o.search_text, sought.pattern) > 0 and ${filter(args)}`,
};
