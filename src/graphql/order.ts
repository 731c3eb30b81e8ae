/** Sort orders by creation, for the lists whose index has that order. */
import { builder } from './builder.ts';
import type { CreationOrder } from '../database/orders.ts';

/** Defines the enum of the sort orders of a list, so that further ones can be added to each. */
export function creationOrder(name: string, plural: string) {
  return builder.enumType(name, {
    description: `Sort orders of ${plural}.`,
    values: {
      CREATED_AT_ASC: { description: 'Oldest first.' },
      CREATED_AT_DESC: { description: 'Newest first.' },
    } satisfies Record<CreationOrder, object>,
  });
}
