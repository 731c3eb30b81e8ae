/** Lists in a response: nothing of them is read before it is selected. */
import { boundedCountBatch, countBatch } from './counts.ts';
import type { Page, PageRows } from './keyset.ts';
import {
  listName,
  pageBatch,
  type BoundedCount,
  type ListDefinition,
  type WithSortKeys,
} from './list.ts';
import type { Loaders } from './loaders.ts';

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
  rows(): Promise<PageRows<WithSortKeys<Row>>>;
  /** The number of rows on all pages. */
  totalCount(): Promise<number>;
  /** What is known of that number after at most `rows` rows were read. */
  boundedCount(rows: number): Promise<BoundedCount>;
}

/** Creates the list of `parentId` from its definition. */
export function connectionOf<Args, Row>(
  loaders: Loaders,
  list: ListDefinition<Args, Row>,
  parentId: string,
  args: Args,
  page: Page,
): Connection<Row> {
  return {
    parentId,
    list: listName(list, parentId, args),
    rows: () => loaders.load(pageBatch(list), { args, page }, parentId),
    totalCount: () => loaders.load(countBatch(list), args, parentId),
    boundedCount: (rows) => loaders.load(boundedCountBatch(list), { args, rows }, parentId),
  };
}
