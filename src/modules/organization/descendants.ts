/**
 * All organizations below an organization, in tree order, with search
 * (docs/decisions/0004-search.md).
 *
 * A search is one statement in two phases, so that no plan depends on how common the pattern is.
 * The first phase scans the next PROBE_ROWS organizations in tree order, which fills the page for
 * any common pattern. Only if it does not, the second phase takes the rest from an index over both
 * subtree and pattern. That index may lag behind moves (docs/decisions/0013-moves.md). The paths of
 * the organizations themselves are always current, and they decide.
 */
import { sql, type RawBuilder } from 'kysely';
import { requireSortKeys, type Page } from '../../database/keyset.ts';
import { turned } from '../../database/orders.ts';
import { ofOrganizations, type ListDefinition, type WithSortKeys } from '../../database/list.ts';
import type { Viewer } from '../../database/loaders.ts';
import {
  organizationColumns,
  type OrganizationKind,
  type OrganizationRow,
  type OrganizationStatus,
} from './queries.ts';

export type SearchField = 'SLUG' | 'ID' | 'NAME' | 'DOMAIN';

export interface DescendantRow extends OrganizationRow {
  matched_on: SearchField[];
}

export type DescendantOrder = 'TREE_ASC' | 'TREE_DESC';

export interface DescendantsArguments {
  orderBy: DescendantOrder;
  /** Validated by `searchPattern`; null lists everything. */
  search: string | null;
  kind: OrganizationKind | null;
  /** Decides about the text of the statement, since an index serves some of them. */
  status: OrganizationStatus | null;
  maxDepth: number | null;
  includeDeleted: boolean;
}

/** Enough to fill a page for any common pattern, few enough to cost half a millisecond. */
const PROBE_ROWS = 1_000;
/**
 * How many rows are sampled to find the rare pieces of the pattern, and how many pieces the index
 * is searched for.
 */
const SAMPLE_ROWS = 50;
const GRAMS_MAX = 3;

/** The bounds of the page within the parent's subtree, and the pattern in its folded form. */
function bounds(
  { search }: DescendantsArguments,
  page: Pick<Page, 'after' | 'before'>,
): RawBuilder<unknown> {
  requireSortKeys(page, ['text']);
  const high = page.before
    ? sql`parent.path || ${page.before[0]}::text`
    : sql`subtree_end(parent.path)`;
  const pattern = sql`search_fold(${search}::text)`;
  return sql`
    select parent.path || ${page.after?.[0] ?? ''}::text as low, ${high} as high
      ${search === null ? sql`` : sql`, ${pattern} as pattern, search_pattern_grams(${pattern}) as grams`}`;
}

/** Conditions on the organizations themselves, in addition to their position in the tree. */
function filter({
  kind,
  status,
  maxDepth,
  includeDeleted,
}: DescendantsArguments): RawBuilder<unknown> {
  const conditions = [sql`true`];
  if (!includeDeleted) conditions.push(sql`o.deleted_at is null`);
  if (kind !== null) conditions.push(sql`o.kind = ${kind}`);
  if (status !== null) conditions.push(sql`o.status = ${sql.lit(status)}`);
  if (maxDepth !== null) conditions.push(sql`o.depth <= parent.depth + ${maxDepth}::integer`);
  return sql.join(conditions, sql` and `);
}

/**
 * Organizations below the parent that contain all of `grams` and the pattern, and their paths,
 * according to the search index. Moves above the parent do not change the paths between it and
 * them. An organization that was moved recently, within the parent's subtree or out of it, is
 * returned with its earlier path.
 */
function indexed(grams: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`lateral (
    select d.organization_id as id,
      parent.path || right(d.path, 7 * (cardinality(d.lineage) - array_position(d.lineage, parent.id))) collate "C" as path
    from search_documents as d
    where d.lineage @> array[parent.id] and search_grams(d.text) @> ${grams} and strpos(d.text, page.pattern) > 0
  )`;
}

/** Organizations that were moved below the parent and may not be in the search index there yet. */
const justMoved = sql`lateral (
  select o.* from moved_subtrees_below(parent.id) as top (path)
  join organizations as o on o.path >= top.path collate "C" and o.path < subtree_end(top.path) collate "C"
) as o`;

const sortKeys = sql`array[substr(o.path, length(parent.path) + 1)] as sort_keys`;

function listing(_viewer: Viewer, args: DescendantsArguments, page: Page): RawBuilder<unknown> {
  const direction = page.backward ? sql`desc` : sql`asc`;
  return sql`
    select ${organizationColumns}, '{}'::text[] as matched_on, ${sortKeys}
    from (${bounds(args, page)}) as page
    cross join lateral (
      select o.* from organizations as o
      where o.path > page.low and o.path < page.high and ${filter(args)}
      order by o.path ${direction} limit ${sql.lit(page.limit + 1)}
    ) as o
    order by o.path`;
}

function matching(_viewer: Viewer, args: DescendantsArguments, page: Page): RawBuilder<unknown> {
  const direction = page.backward ? sql`desc` : sql`asc`;
  const beyondProbe = page.backward
    ? sql`o.path > page.low and o.path < (select edge.path from edge)`
    : sql`o.path > (select edge.path from edge) and o.path < page.high`;
  const isShort = sql`(select edge.short from edge)`;
  const matches = (field: RawBuilder<unknown>, name: SearchField): RawBuilder<unknown> =>
    sql`case when strpos(${field}, page.pattern) > 0 then ${sql.lit(name)} end`;
  return sql`
    with page as materialized (${bounds(args, page)}),
    probe as materialized (
      select o.id, o.path, o.search_text, o.hit
      from page cross join lateral (
        select o.id, o.path, o.search_text, strpos(o.search_text, page.pattern) > 0 and ${filter(args)} as hit from organizations as o
        where o.path > page.low and o.path < page.high
        order by o.path ${direction} limit ${sql.lit(PROBE_ROWS)}
      ) as o
    ),
    near as materialized (
      select probe.id, probe.path from probe where probe.hit order by probe.path ${direction} limit ${sql.lit(page.limit + 1)}
    ),
    edge as materialized (
      -- Where the probe ends, and whether the page is not full although more follows.
      select ${page.backward ? sql`min` : sql`max`}(probe.path) as path,
        count(*) = ${sql.lit(PROBE_ROWS)} and (select count(*) from near) <= ${sql.lit(page.limit)} as short
      from probe
    ),
    rare as materialized (
      -- The locally rarest pieces give the fewest false candidates; each further one costs time.
      select array_agg(gram) as grams from (
        select gram from page cross join unnest(page.grams) as gram
        order by (select count(*) from (select probe.search_text from probe limit ${sql.lit(SAMPLE_ROWS)}) as sample where strpos(sample.search_text, gram) > 0)
        limit ${sql.lit(GRAMS_MAX)}
      ) as rarest
    ),
    far as materialized (
      select * from (
        -- In order, so that only as many are looked up as needed; outdated paths drop out.
        select o.id, o.path from (
          select o.id, o.path from page, ${indexed(sql`(select rare.grams from rare)`)} as o where ${isShort} and ${beyondProbe} order by o.path ${direction}
        ) as known
        join organizations as o on o.id = known.id and o.path = known.path and ${filter(args)}
        order by known.path ${direction} limit ${sql.lit(page.limit + 1)}
      ) as indexed
      union
      select o.id, o.path from page, ${justMoved}
      where ${isShort} and ${beyondProbe} and strpos(o.search_text, page.pattern) > 0 and ${filter(args)}
    ),
    match as materialized (
      select * from (select * from near union all select * from far) as either order by path ${direction} limit ${sql.lit(page.limit + 1)}
    )
    select ${organizationColumns}, ${sortKeys},
      array_remove(array[
        ${matches(sql`o.slug`, 'SLUG')}, ${matches(sql`organization_public_id(o.id)`, 'ID')},
        ${matches(sql`split_part(o.search_text, e'\\x1f', 3)`, 'NAME')}, ${matches(sql`split_part(o.search_text, e'\\x1f', 4)`, 'DOMAIN')}
      ], null) as matched_on
    from match cross join page join organizations as o on o.id = match.id
    order by o.path`;
}

/** Levels below the organization whose descendants these are, `owner`. */
export const depthBelowOwner = sql`parent.depth - owner.depth`;

/** The fields in which a search found the row. */
export const matchedOn = sql`parent.matched_on`;

/** The slugs from the organization whose descendants these are, `owner`, down to the row. */
export function breadcrumbBelowOwner(separator: string): RawBuilder<unknown> {
  return sql`(
    select string_agg(o.slug, ${separator}::text order by o.depth) from organizations as o
    where o.id = any (parent.lineage[owner.depth + 1 :])
  )`;
}

/** The organizations below an organization at any depth, not including itself. */
export const descendants: ListDefinition<DescendantsArguments, DescendantRow> = {
  name: 'descendants',
  parents: ofOrganizations(({ includeDeleted }) => ({ includeDeleted, reachingBelow: true })),
  // The order that was the only one has the name of then, so that its cursors stay valid.
  order: ({ orderBy }) => (orderBy === 'TREE_ASC' ? 'path' : orderBy),
  page(viewer, args, page) {
    const write = args.search === null ? listing : matching;
    const rows = (read: Page): RawBuilder<WithSortKeys<DescendantRow>> =>
      write(viewer, args, read) as RawBuilder<WithSortKeys<DescendantRow>>;
    return args.orderBy === 'TREE_ASC'
      ? rows(page)
      : sql`select * from (${rows(turned(page))}) as up order by up.path desc`;
  },
  count(_viewer, args) {
    const page = sql`(${bounds(args, { after: null, before: null })}) as page`;
    const inBounds = sql`o.path > page.low and o.path < page.high and ${filter(args)}`;
    if (args.search === null)
      return sql`select count(*)::int as count from ${page} cross join organizations as o where ${inBounds}`;
    return sql`
      select count(*)::int as count from (
        select o.id from ${page}, ${indexed(sql`page.grams`)} as known join organizations as o on o.id = known.id and o.path = known.path where ${inBounds}
        union
        select o.id from ${page}, ${justMoved} where strpos(o.search_text, page.pattern) > 0 and ${inBounds}
      ) as found`;
  },
  countWithin(_viewer, args, rows) {
    const matches = args.search === null ? sql`true` : sql`strpos(o.search_text, page.pattern) > 0`;
    return sql`
      select (count(*) filter (where ${filter(args)} and ${matches}))::int as value,
        count(*) <= ${rows}::integer as is_exact
      from (${bounds(args, { after: null, before: null })}) as page
      cross join lateral (
        select o.* from organizations as o where o.path > page.low and o.path < page.high
        order by o.path limit ${rows}::integer + 1
      ) as o`;
  },
};
