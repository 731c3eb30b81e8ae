/**
 * List definitions: "the members of an organization", "the children of an organization". Each list
 * is defined once, relative to a row named `parent` of an outer query, and is read for any number of
 * parents in one statement. The same definition can be part of a larger statement, because it refers
 * to nothing outside but `parent`.
 *
 * The subtree predicate applies to the parent: a parent that the caller may not read has no rows.
 * It is not repeated on the rows themselves, because the planner would then misestimate their
 * number (docs/decisions/0003-lists.md).
 */
import { sql, type RawBuilder } from 'kysely';
import {
  isReadableParent,
  readableOrganizations,
  type ReadableOptions,
} from '../authorization/rights.ts';
import {
  between,
  pageQuery,
  pageRows,
  type Page,
  type PageRows,
  type SortKeys,
  type SortOrder,
} from './keyset.ts';
import { batchStatement } from './batch-statements.ts';
import { argumentsText, type Batch, type Keys, type Viewer } from './loaders.ts';

/** A row and the values that it is sorted by. */
export type WithSortKeys<Row> = Row & { sort_keys: SortKeys };

/** The parents of a list: only what the caller may read. */
export interface Parents<Args> {
  /** A table expression with a column `id`. */
  rows(viewer: Viewer, args: Args): RawBuilder<unknown>;
  /** Whether the row `parent` of an outer query is one of them. */
  includes(viewer: Viewer, args: Args): RawBuilder<boolean>;
}

/** The parents of lists of organizations; `parent` has all columns of an organization. */
export function ofOrganizations<Args>(
  options: ReadableOptions | ((args: Args) => ReadableOptions) = {},
): Parents<Args> {
  const optionsOf = (args: Args): ReadableOptions =>
    typeof options === 'function' ? options(args) : options;
  return {
    rows: ({ principal }, args) => readableOrganizations(principal, optionsOf(args)),
    includes: ({ principal }, args) => isReadableParent(principal, optionsOf(args)),
  };
}

/** The parent of the lists of the caller's own user. */
export const ofOneself: Parents<unknown> = {
  rows: ({ principal }) => sql`(select ${principal.user?.id ?? null}::uuid as id)`,
  includes: ({ principal }) =>
    sql`coalesce(parent.id = ${principal.user?.id ?? null}::uuid, false)`,
};

/** How to read a paged list below any number of parents. */
export interface ListDefinition<Args, Row> {
  name: string;
  parents: Parents<Args>;
  /** The name of the order that `args` ask for. A cursor is bound to it. */
  order(args: Args): string;
  /** The rows of one page, in the page's direction, with one row more than its limit. */
  page(viewer: Viewer, args: Args, page: Page): RawBuilder<WithSortKeys<Row>>;
  /**
   * Whether the rows of a page are found one after another from its start, so that those of a shorter
   * page cost as little if they are taken from the longest one; false if absent.
   */
  readsInOrder?(args: Args): boolean;
  /** One row with `count`: the number of rows on all pages. */
  count(viewer: Viewer, args: Args): RawBuilder<{ count: number }>;
  /**
   * One row: what counting finds when it reads at most `rows` rows of each kind. Absent for lists
   * that are never so long that it matters.
   */
  countWithin?(viewer: Viewer, args: Args, rows: number): RawBuilder<BoundedCount>;
}

/** A number of rows, or what is known of it when not all were read. */
export interface BoundedCount {
  value: number;
  /** Whether all rows were read; otherwise there are at least `value`. */
  is_exact: boolean;
}

/** A list that is one ordered query. */
export interface ListSpec<Args> {
  name: string;
  parents: Parents<Args>;
  columns: RawBuilder<unknown>;
  /** The tables that the rows come from. */
  from(viewer: Viewer, args: Args): RawBuilder<unknown>;
  /** Those of them that the rows are counted in; all if absent. The others have one row for each. */
  countFrom?(viewer: Viewer, args: Args): RawBuilder<unknown>;
  where(viewer: Viewer, args: Args): RawBuilder<unknown>[];
  orderName?(args: Args): string;
  order(args: Args): SortOrder;
}

/** Defines a list as one ordered query: keyset pages in its order, and its count. */
export function defineList<Args, Row>(spec: ListSpec<Args>): ListDefinition<Args, Row> {
  return {
    name: spec.name,
    parents: spec.parents,
    readsInOrder: () => true,
    order: (args) => spec.orderName?.(args) ?? '',
    page(viewer, args, page) {
      const order = spec.order(args);
      const conditions = [...spec.where(viewer, args), ...between(order, page)];
      const rest = sql`from ${spec.from(viewer, args)} where ${sql.join(conditions, sql` and `)}`;
      return pageQuery({ columns: spec.columns, rest }, order, page) as RawBuilder<
        WithSortKeys<Row>
      >;
    },
    count: (viewer, args) => sql`
        select count(*)::int as count
        from ${(spec.countFrom ?? spec.from)(viewer, args)}
        where ${sql.join(spec.where(viewer, args), sql` and `)}`,
  };
}

/**
 * Runs a query relative to `parent` once for each of `ids` that is among `parents`, in one
 * statement.
 */
export function forEachParent<Row>(
  parents: RawBuilder<unknown>,
  ids: Keys,
  query: RawBuilder<Row>,
): RawBuilder<Row & { parent_index: number }> {
  return sql`
    select asked.ordinality::int - 1 as parent_index, child.*
    from unnest(${ids}::uuid[]) with ordinality as asked (id, ordinality)
    join ${parents} as parent on parent.id = asked.id
    cross join lateral (${query}) as child`;
}

interface PageKey<Args> {
  args: Args;
  page: Page;
}

const pageBatches = new WeakMap<object, Batch<PageKey<unknown>, PageRows<unknown>>>();

/** The batch that reads one page of the list for many parents. */
export function pageBatch<Args, Row>(
  list: ListDefinition<Args, Row>,
): Batch<PageKey<Args>, PageRows<WithSortKeys<Row>>> {
  return remembered(pageBatches, list, () => ({
    name: `${list.name} page`,
    async load(request, parents, key, text = argumentsText(key)) {
      const { args, page } = key;
      const name = `${list.name} page`;
      const query = batchStatement(name, text, request, parents, (viewer, ids) =>
        forEachParent<WithSortKeys<Row>>(
          list.parents.rows(viewer, args),
          ids,
          list.page(viewer, args, page),
        ),
      );
      const { rows } = await request.db.executeQuery(query);
      const byParent = Map.groupBy(rows, (row) => row.parent_index);
      return parents.map((_, index) => pageRows(byParent.get(index) ?? [], page));
    },
  }));
}

/** The value that belongs to a list, which is made once. */
export function remembered<Value>(
  cache: WeakMap<object, unknown>,
  list: object,
  make: () => Value,
): Value {
  const existing = cache.get(list) as Value | undefined;
  if (existing) return existing;
  const value = make();
  cache.set(list, value);
  return value;
}

/**
 * Names a list for its cursors: definition, parent and order, but not the filter, which may change
 * between pages.
 */
export function listName<Args, Row>(
  list: ListDefinition<Args, Row>,
  parentId: string,
  args: Args,
): string {
  return `${list.name} ${parentId} ${list.order(args)}`;
}
