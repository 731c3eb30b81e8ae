/** The orders of members: in the address, in the request, and at the heads of the columns. */
import type { MembershipOrder } from '../generated/members/graphql.ts';
import type { TableSort } from '../ui/table.tsx';

interface Order {
  /** The value of the address; none for the usual order. */
  value: string;
  orderBy: MembershipOrder;
  sort: TableSort;
}

const USUAL: Order = {
  value: '',
  orderBy: 'CREATED_AT_ASC',
  sort: { column: 'joined', direction: 'ascending' },
};

const ORDERS: readonly Order[] = [
  USUAL,
  {
    value: 'newest',
    orderBy: 'CREATED_AT_DESC',
    sort: { column: 'joined', direction: 'descending' },
  },
  { value: 'name', orderBy: 'NAME_ASC', sort: { column: 'person', direction: 'ascending' } },
  { value: 'name-desc', orderBy: 'NAME_DESC', sort: { column: 'person', direction: 'descending' } },
];

/** The order that a value of the address stands for; the usual one if it stands for none. */
export function orderOf(value: string): Order {
  return ORDERS.find((order) => order.value === value) ?? USUAL;
}

/** The order that somebody chose at the head of a column. */
export function orderAt({ column, direction }: TableSort): Order {
  return ORDERS.find(({ sort }) => sort.column === column && sort.direction === direction) ?? USUAL;
}
