/**
 * The members of an organization, by when they joined or by name.
 *
 * A page by name is a walk along the index of `member_names`. Memberships of before that table are in
 * it once a worker has come to them; until then a page reads the names of the others from the people
 * and merges the two (docs/decisions/0043-members-by-name.md). So the order is exact at any time.
 */
import { sql, type RawBuilder } from 'kysely';
import { between, pageQuery, type Page, type SortOrder } from '../../database/keyset.ts';
import {
  defineList,
  ofOrganizations,
  type ListDefinition,
  type WithSortKeys,
} from '../../database/list.ts';
import { byCreation, type CreationOrder } from '../../database/orders.ts';
import { holdsRole, membershipColumns, type MembershipRow } from './queries.ts';

export type NameOrder = 'NAME_ASC' | 'NAME_DESC';
export type MemberOrder = CreationOrder | NameOrder;

export interface MembersArguments {
  orderBy: MemberOrder;
  /** A part of the person's name or address. */
  search: string | null;
  /** Keys of roles; the member holds at least one of them. */
  roles: readonly string[] | null;
}

type ByName = MembersArguments & { orderBy: NameOrder };

const isByName = (args: MembersArguments): args is ByName => isNameOrder(args.orderBy);

const isNameOrder = (orderBy: MemberOrder): orderBy is NameOrder => orderBy.startsWith('NAME_');

/** The conditions on a membership `m` and its person `u`. */
function filter({ search, roles }: MembersArguments): RawBuilder<unknown>[] {
  return [
    ...(search === null
      ? []
      : [sql`strpos(u.search_text, (select search_fold(${search}::text))) > 0`]),
    ...(roles === null ? [] : [holdsRole(sql`m.id`, roles)]),
  ];
}

const membersAndPeople = sql`memberships as m join users as u on u.id = m.user_id`;

/** All members that match, in the order in which they joined. */
const byJoining = defineList<MembersArguments, MembershipRow>({
  name: 'members',
  parents: ofOrganizations({ scope: 'members:read' }),
  columns: membershipColumns(sql`parent`),
  from: () => membersAndPeople,
  where: (_viewer, args) => [sql`m.organization_id = parent.id`, ...filter(args)],
  // The order that was the only one has no name, so that its cursors stay valid.
  orderName: ({ orderBy }) => (orderBy === 'CREATED_AT_ASC' ? '' : orderBy),
  order: ({ orderBy }) =>
    isNameOrder(orderBy) ? byName(orderBy, onPage) : byCreation(sql`m.id`, orderBy),
});

/** A row's name and the id of its membership. */
type NameAndId = Record<'name' | 'id', RawBuilder<unknown>>;

/** Those of a row `m` that was chosen for a page. */
const onPage: NameAndId = { name: sql`m.sort_name`, id: sql`m.id` };

function byName(orderBy: NameOrder, { name, id }: NameAndId): SortOrder {
  return {
    keys: [
      { expression: name, type: 'text' },
      { expression: id, type: 'uuid' },
    ],
    descending: orderBy === 'NAME_DESC',
  };
}

/** Where the names of some memberships come from. */
interface NameSource extends NameAndId {
  from: RawBuilder<unknown>;
  where: RawBuilder<unknown>;
}

const filled: NameSource = {
  from: sql`member_names as n join memberships as m on m.id = n.membership_id join users as u on u.id = m.user_id`,
  where: sql`n.organization_id = parent.id`,
  name: sql`n.sort_name`,
  id: sql`n.membership_id`,
};

const notFilled: NameSource = {
  from: membersAndPeople,
  where: sql`m.organization_id = parent.id and m.id > (select up_to from member_names_filled)
    and not exists (select from member_names as n where n.membership_id = m.id)`,
  name: sql`person_sort_name(u.name, u.email)`,
  id: sql`m.id`,
};

/** The rows of one source that may be on the page. */
function candidates(
  { from, where, name, id }: NameSource,
  args: ByName,
  page: Page,
): RawBuilder<unknown> {
  const order = byName(args.orderBy, { name, id });
  const direction = Boolean(order.descending) !== page.backward ? sql` desc` : sql``;
  const conditions = sql.join([where, ...filter(args), ...between(order, page)], sql` and `);
  return sql`(
    select ${membershipColumns(sql`parent`)}, ${name} as sort_name from ${from} where ${conditions}
    order by ${name}${direction}, ${id}${direction} limit ${sql.lit(page.limit + 1)}
  )`;
}

function pageByName(
  args: ByName,
  page: Page,
): RawBuilder<WithSortKeys<MembershipRow>> {
  const either = sql.join(
    [filled, notFilled].map((source) => candidates(source, args, page)),
    sql` union all `,
  );
  return pageQuery(
    { columns: sql`m.*`, rest: sql`from (${either}) as m` },
    byName(args.orderBy, onPage),
    page,
  ) as RawBuilder<WithSortKeys<MembershipRow>>;
}

/** The members of an organization. */
export const members: ListDefinition<MembersArguments, MembershipRow> = {
  ...byJoining,
  readsInOrder: (args) => !isByName(args),
  page: (viewer, args, page) =>
    isByName(args) ? pageByName(args, page) : byJoining.page(viewer, args, page),
};
