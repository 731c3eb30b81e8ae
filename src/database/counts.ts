/** Counts of lists: of all rows, or of as many as may be read. */
import { sql, type RawBuilder } from 'kysely';
import { batchStatement } from './batch-statements.ts';
import { forEachParent, remembered, type BoundedCount, type ListDefinition } from './list.ts';
import { argumentsText, type Batch, type Viewer } from './loaders.ts';

/**
 * The number of rows on all pages of the list of the row `parent`; 0 if it is not one of the list's
 * parents.
 */
export function countOfParent<Args, Row>(
  list: ListDefinition<Args, Row>,
  viewer: Viewer,
  args: Args,
): RawBuilder<number> {
  return sql`(
    select coalesce(max(counted.count), 0) from (${list.count(viewer, args)}) as counted where ${list.parents.includes(viewer, args)}
  )`;
}

/** What is counted of the list of the row `parent` by reading at most `rows` rows; all of it if the list knows no bound. */
export function boundedCountOfParent<Args, Row>(
  list: ListDefinition<Args, Row>,
  viewer: Viewer,
  args: Args,
  rows: number,
): RawBuilder<BoundedCount> {
  return sql`
    select coalesce(max(counted.value), 0) as value, coalesce(bool_and(counted.is_exact), true) as is_exact
    from (${boundedCount(list, viewer, args, rows)}) as counted where ${list.parents.includes(viewer, args)}`;
}

function boundedCount<Args, Row>(
  list: ListDefinition<Args, Row>,
  viewer: Viewer,
  args: Args,
  rows: number,
): RawBuilder<BoundedCount> {
  return list.countWithin
    ? list.countWithin(viewer, args, rows)
    : sql`select whole.count as value, true as is_exact from (${list.count(viewer, args)}) as whole`;
}

interface BoundedKey<Args> {
  args: Args;
  rows: number;
}

const countBatches = new WeakMap<object, Batch<unknown, number>>();
const boundedBatches = new WeakMap<object, Batch<BoundedKey<unknown>, BoundedCount>>();

/** The batch that counts the list for many parents. */
export function countBatch<Args, Row>(list: ListDefinition<Args, Row>): Batch<Args, number> {
  return remembered(countBatches, list, () => ({
    name: `${list.name} count`,
    async load(request, parents, args, text = argumentsText(args)) {
      const name = `${list.name} count`;
      const query = batchStatement(name, text, request, parents, (viewer, ids) =>
        forEachParent(list.parents.rows(viewer, args), ids, list.count(viewer, args)),
      );
      const { rows } = await request.db.executeQuery(query);
      const counts = new Map(rows.map((row) => [row.parent_index, row.count]));
      return parents.map((_, index) => counts.get(index) ?? 0);
    },
  }));
}

/** The batch that counts the list for many parents by reading at most so many rows of each. */
export function boundedCountBatch<Args, Row>(
  list: ListDefinition<Args, Row>,
): Batch<BoundedKey<Args>, BoundedCount> {
  return remembered(boundedBatches, list, () => ({
    name: `${list.name} bounded count`,
    async load(request, parents, key, text = argumentsText(key)) {
      const { args, rows: rowsMax } = key;
      const name = `${list.name} bounded count`;
      const query = batchStatement(name, text, request, parents, (viewer, ids) =>
        forEachParent(
          list.parents.rows(viewer, args),
          ids,
          boundedCount(list, viewer, args, rowsMax),
        ),
      );
      const { rows } = await request.db.executeQuery(query);
      const counts = new Map(rows.map((row) => [row.parent_index, row]));
      return parents.map((_, index) => counts.get(index) ?? { value: 0, is_exact: true });
    },
  }));
}
