/** The members of an organization, by when they joined or by name. */
import { sql } from 'kysely';
import { defineList, ofOrganizations, type ListDefinition } from '../../database/list.ts';
import { byCreation, type CreationOrder } from '../../database/orders.ts';
import { isNameOrder, pageByName, type NameOrder } from './members-by-name.ts';
import {
  membershipColumns,
  membershipsWithPeople,
  personMatches,
  type MembershipRow,
  type PersonFilter,
} from './queries.ts';

export interface MembersArguments extends PersonFilter {
  orderBy: CreationOrder | NameOrder;
}

/** All members that match, in the order in which they joined. */
const byJoining = defineList<MembersArguments, MembershipRow>({
  name: 'members',
  parents: ofOrganizations({ scope: 'members:read' }),
  columns: membershipColumns(sql`parent`),
  from: () => membershipsWithPeople,
  countFrom: (_viewer, { search }) =>
    search === null ? sql`memberships as m` : membershipsWithPeople,
  where: (_viewer, args) => [sql`m.organization_id = parent.id`, ...personMatches(args)],
  // The order that was the only one has no name, so that its cursors stay valid.
  orderName: ({ orderBy }) => (orderBy === 'CREATED_AT_ASC' ? '' : orderBy),
  order: ({ orderBy }) =>
    byCreation(sql`m.id`, orderBy === 'CREATED_AT_DESC' ? orderBy : 'CREATED_AT_ASC'),
});

/** The members of an organization. */
export const members: ListDefinition<MembersArguments, MembershipRow> = {
  ...byJoining,
  readsInOrder: ({ orderBy }) => !isNameOrder(orderBy),
  page(viewer, args, page) {
    const { orderBy, ...filter } = args;
    return isNameOrder(orderBy)
      ? pageByName(filter, orderBy, page)
      : byJoining.page(viewer, args, page);
  },
};
