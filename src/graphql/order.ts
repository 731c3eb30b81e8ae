/** Sort orders by creation, for the lists whose index has that order, and further ones. */
import { builder } from './builder.ts';
import type { CreationOrder } from '../database/orders.ts';

/** Defines the enum of the sort orders of a list: those by creation, and `others`. */
export function creationOrder<Other extends string = never>(
  name: string,
  plural: string,
  others = {} as Readonly<Record<Other, { description: string }>>,
) {
  const byCreation = {
    CREATED_AT_ASC: { description: 'Oldest first.' },
    CREATED_AT_DESC: { description: 'Newest first.' },
  } satisfies Record<CreationOrder, object>;
  return builder.enumType(name, {
    description: `Sort orders of ${plural}.`,
    values: { ...byCreation, ...others },
  });
}
