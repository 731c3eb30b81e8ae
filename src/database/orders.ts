/** Orders that lists share, and pages in the opposite order. */
import type { RawBuilder } from 'kysely';
import type { Page, SortOrder } from './keyset.ts';

/** Orders by creation, which ids have as well: they begin with the time. */
export type CreationOrder = 'CREATED_AT_ASC' | 'CREATED_AT_DESC';

/** The order by creation of rows with this id. */
export function byCreation(id: RawBuilder<unknown>, orderBy: CreationOrder): SortOrder {
  return {
    keys: [{ expression: id, type: 'uuid' }],
    descending: orderBy === 'CREATED_AT_DESC',
  };
}

/**
 * The page of a list in the opposite order that has the same rows, for statements that are written
 * for one order.
 */
export function turned(page: Page): Page {
  return { ...page, backward: !page.backward, after: page.before, before: page.after };
}
