/**
 * Relations: "the members of an organization", "the children of an organization". Each is defined
 * once, relative to a row named `parent` of an outer query, and runs for any number of parents in
 * one statement. The same definition can be part of a larger statement, because it refers to
 * nothing outside but `parent`.
 *
 * The subtree predicate applies to the parent: a parent that the caller may not read has no rows.
 * It is not repeated on the rows themselves, because the planner would then misestimate their
 * number (docs/decisions/0003-relations.md).
 */
import { sql, type RawBuilder } from 'kysely';
import type { Principal } from '../authorization/principal.ts';
import { readableOrganizations, type ReadableOptions } from '../authorization/rights.ts';
import { between, pageQuery, pageRows, type Page, type PageRows, type Position, type SortOrder } from './keyset.ts';
import type { Batch, Loaders } from './loaders.ts';
import { many } from './rows.ts';

/** The caller and the time of the request. */
export interface Viewer {
  principal: Principal;
  now: Date;
}

/** A row and its position in the list. */
export type Placed<Row> = Row & { position: Position };

/**
 * The parents of a relation: a table expression with a column `id`, containing only what the caller
 * may read.
 */
export type Parents<Args> = (viewer: Viewer, args: Args) => RawBuilder<unknown>;

/** The parents of relations of organizations; `parent` has all columns of an organization. */
export function ofOrganizations<Args>(options: ReadableOptions | ((args: Args) => ReadableOptions) = {}): Parents<Args> {
  return ({ principal }, args) => readableOrganizations(principal, typeof options === 'function' ? options(args) : options);
}

/** The parent of relations of the caller's own person. */
export const ofOneself: Parents<unknown> = ({ principal }) => sql`(select ${principal.user?.id ?? null}::uuid as id)`;

/** A paged list below a parent. */
export interface Relation<Args, Row> {
  name: string;
  parents: Parents<Args>;
  /** The name of the order that `args` ask for. A cursor is bound to it. */
  order(args: Args): string;
  /** The rows of one page, in the page's direction, with one row more than its limit. */
  page(viewer: Viewer, args: Args, page: Page): RawBuilder<Placed<Row>>;
  /** One row with `count`: the number of rows on all pages. */
  count(viewer: Viewer, args: Args): RawBuilder<{ count: number }>;
}

/** A relation that is one ordered query. */
export interface Query<Args> {
  name: string;
  parents: Parents<Args>;
  columns: RawBuilder<unknown>;
  /** The tables that the rows come from. */
  from(viewer: Viewer, args: Args): RawBuilder<unknown>;
  where(viewer: Viewer, args: Args): RawBuilder<unknown>[];
  orderName?(args: Args): string;
  order(args: Args): SortOrder;
}

/** Creates a relation from a query: keyset pages in its order, and its count. */
export function relation<Args, Row>(query: Query<Args>): Relation<Args, Row> {
  return {
    name: query.name,
    parents: query.parents,
    order: (args) => query.orderName?.(args) ?? '',
    page(viewer, args, page) {
      const order = query.order(args);
      const conditions = [...query.where(viewer, args), ...between(order, page)];
      const rest = sql`from ${query.from(viewer, args)} where ${sql.join(conditions, sql` and `)}`;
      return pageQuery({ columns: query.columns, rest }, order, page) as RawBuilder<Placed<Row>>;
    },
    count: (viewer, args) => sql`
        select count(*)::int as count
        from ${query.from(viewer, args)}
        where ${sql.join(query.where(viewer, args), sql` and `)}`,
  };
}

/**
 * Runs a query relative to `parent` once for each of `ids` that is among `parents`, in one
 * statement.
 */
export function forEachParent(parents: RawBuilder<unknown>, ids: readonly string[], query: RawBuilder<unknown>): RawBuilder<unknown> {
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
const countBatches = new WeakMap<object, Batch<unknown, number>>();

/** The batch that reads one page of the relation for many parents. */
export function pageBatch<Args, Row>(of: Relation<Args, Row>): Batch<PageKey<Args>, PageRows<Placed<Row>>> {
  return remembered(pageBatches, of, () => ({
    name: `${of.name} page`,
    async load({ db, ...viewer }, parents, { args, page }) {
      const statement = forEachParent(of.parents(viewer, args), parents, of.page(viewer, args, page));
      const rows = await many(db, statement as RawBuilder<Placed<Row> & { parent_index: number }>);
      const byParent = Map.groupBy(rows, (row) => row.parent_index);
      return parents.map((_, index) => pageRows(byParent.get(index) ?? [], page));
    },
  }));
}

/** The batch that counts the relation for many parents. */
export function countBatch<Args, Row>(of: Relation<Args, Row>): Batch<Args, number> {
  return remembered(countBatches, of, () => ({
    name: `${of.name} count`,
    async load({ db, ...viewer }, parents, args) {
      const statement = forEachParent(of.parents(viewer, args), parents, of.count(viewer, args));
      const rows = await many(db, statement as RawBuilder<{ parent_index: number; count: number }>);
      const counts = new Map(rows.map((row) => [row.parent_index, row.count]));
      return parents.map((_, index) => counts.get(index) ?? 0);
    },
  }));
}

function remembered<Value>(cache: WeakMap<object, unknown>, of: object, make: () => Value): Value {
  const found = cache.get(of) as Value | undefined;
  if (found) return found;
  const made = make();
  cache.set(of, made);
  return made;
}

/**
 * A list in a response. Nothing is read before its fields are selected, and what two fields share
 * is read once.
 */
export interface Connection<Row> {
  /** The id of the parent. */
  parentId: string;
  /** The name that cursors of this list are bound to. */
  list: string;
  /** The rows of the page. */
  rows(): Promise<PageRows<Placed<Row>>>;
  /** The number of rows on all pages. */
  totalCount(): Promise<number>;
}

/** Creates the list of a relation of `parentId`. */
export function connectionOf<Args, Row>(
  loaders: Loaders,
  of: Relation<Args, Row>,
  parentId: string,
  args: Args,
  page: Page,
): Connection<Row> {
  return {
    parentId,
    list: listName(of, parentId, args),
    rows: () => loaders.load(pageBatch(of), { args, page }, parentId),
    totalCount: () => loaders.load(countBatch(of), args, parentId),
  };
}

/**
 * Names a list for its cursors: relation, parent and order, but not the filter, which may change
 * between pages.
 */
export function listName<Args, Row>(of: Relation<Args, Row>, parentId: string, args: Args): string {
  return `${of.name} ${parentId} ${of.order(args)}`;
}
