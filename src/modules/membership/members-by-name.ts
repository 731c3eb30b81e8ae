/**
 * Pages of members in the order of their names (docs/decisions/0043-members-by-name.md).
 *
 * A page is a walk along the index of `member_names`. Memberships of before that table are in it once
 * a worker has come to them; until then a page reads the names of the others from the people and
 * merges the two. So the order is exact at any time.
 *
 * A page of those that match something is one statement in two phases, like a search for
 * organizations (docs/decisions/0004-search.md): the next PROBE_ROWS members fill it for anything
 * common. Only if they do not, all members are looked through, in the order that is the fastest.
 */
import { sql, type RawBuilder } from 'kysely';
import { between, sortKeysOf, type Page, type SortOrder } from '../../database/keyset.ts';
import type { WithSortKeys } from '../../database/list.ts';
import {
  membershipColumns,
  membershipsWithPeople,
  personMatches,
  type MembershipRow,
  type PersonFilter,
} from './queries.ts';

export type NameOrder = 'NAME_ASC' | 'NAME_DESC';

/** Whether an order is one by name. */
export function isNameOrder(orderBy: string): orderBy is NameOrder {
  return orderBy === 'NAME_ASC' || orderBy === 'NAME_DESC';
}

const PROBE_ROWS = 1_000;

/** Rows with a name and the id of a membership, and where they come from. */
interface Named {
  from: RawBuilder<unknown>;
  where: RawBuilder<unknown>;
  name: RawBuilder<unknown>;
  id: RawBuilder<unknown>;
}

/** Members whose names are written, in the order of the index. */
const filled: Named = {
  from: sql`member_names as n`,
  where: sql`n.organization_id = parent.id`,
  name: sql`n.sort_name`,
  id: sql`n.membership_id`,
};

/** The others. */
const notFilled: Named = {
  from: membershipsWithPeople,
  where: sql`m.organization_id = parent.id and m.id > (select up_to from member_names_filled)
    and not exists (select from member_names as n where n.membership_id = m.id)`,
  name: sql`person_sort_name(u.name, u.email)`,
  id: sql`m.id`,
};

/** All members, in no order. */
const all: Named = {
  from: sql`${membershipsWithPeople} left join member_names as n on n.membership_id = m.id`,
  where: sql`m.organization_id = parent.id`,
  name: sql`coalesce(n.sort_name, person_sort_name(u.name, u.email))`,
  id: sql`m.id`,
};

/** Rows that were chosen for a page. */
const chosen = { name: sql`c.sort_name`, id: sql`c.id` };

function orderOf(orderBy: NameOrder, { name, id }: Pick<Named, 'name' | 'id'>): SortOrder {
  return {
    keys: [
      { expression: name, type: 'text' },
      { expression: id, type: 'uuid' },
    ],
    descending: orderBy === 'NAME_DESC',
  };
}

/** How a page is read: its order, and the sorting of rows by two expressions from its own end. */
class Reading {
  readonly #orderBy: NameOrder;
  readonly #page: Page;
  readonly isDown: boolean;

  constructor(orderBy: NameOrder, page: Page) {
    this.#orderBy = orderBy;
    this.#page = page;
    this.isDown = (orderBy === 'NAME_DESC') !== page.backward;
  }

  /** The order by name and id, as the page is read or, with `isDown`, in a direction of choice. */
  by({ name, id }: Pick<Named, 'name' | 'id'>, isDown = this.isDown): RawBuilder<unknown> {
    const direction = isDown ? sql` desc` : sql``;
    return sql`order by ${name}${direction}, ${id}${direction}`;
  }

  /** The first `limit` rows of a source between the page's cursors, as `sort_name` and `id`. */
  first(source: Named, limit: number, more: RawBuilder<unknown>[] = []): RawBuilder<unknown> {
    const order = orderOf(this.#orderBy, source);
    const conditions = [source.where, ...more, ...between(order, this.#page)];
    return sql`(
      select ${source.name} as sort_name, ${source.id} as id from ${source.from}
      where ${sql.join(conditions, sql` and `)} ${this.by(source)} limit ${sql.lit(limit)}
    )`;
  }

  /** The first `limit` members between the page's cursors, whatever they match. */
  firstOfBoth(limit: number): RawBuilder<unknown> {
    return sql`(
      select * from (${this.first(filled, limit)} union all ${this.first(notFilled, limit)}) as c
      ${this.by(chosen)} limit ${sql.lit(limit)}
    )`;
  }
}

/** The members of a page that match the filter, as `sort_name` and `id`. */
function matching(filter: PersonFilter, reading: Reading, limit: number): RawBuilder<unknown> {
  const matches = sql.join(personMatches(filter), sql` and `);
  const { name, id } = all;
  const isBeyond = sql`(${name}, ${id}) ${reading.isDown ? sql`<` : sql`>`}
    (select sort_name, id from probe as c ${reading.by(chosen, !reading.isDown)} limit 1)`;
  const isShort = sql`(select count(*) from near) < ${sql.lit(limit)}
    and (select count(*) from probe) = ${sql.lit(PROBE_ROWS)}`;
  return sql`(
    with probe as materialized (
      select c.sort_name, c.id, ${matches} as hit
      from ${reading.firstOfBoth(PROBE_ROWS)} as c
      join memberships as m on m.id = c.id join users as u on u.id = m.user_id
    ),
    near as materialized (
      select c.sort_name, c.id from probe as c where c.hit ${reading.by(chosen)} limit ${sql.lit(limit)}
    ),
    far as materialized ${reading.first(all, limit, [isShort, ...personMatches(filter), isBeyond])}
    select * from (select * from near union all select * from far) as c
    ${reading.by(chosen)} limit ${sql.lit(limit)}
  )`;
}

/** One page of the members of the organization `parent`, in the order of their names. */
export function pageByName(
  filter: PersonFilter,
  orderBy: NameOrder,
  page: Page,
): RawBuilder<WithSortKeys<MembershipRow>> {
  const reading = new Reading(orderBy, page);
  const limit = page.limit + 1;
  const isFiltered = filter.search !== null || filter.roles !== null;
  const rows = isFiltered ? matching(filter, reading, limit) : reading.firstOfBoth(limit);
  return sql<WithSortKeys<MembershipRow>>`
    select ${membershipColumns(sql`parent`)}, ${sortKeysOf(orderOf(orderBy, chosen))} as sort_keys
    from ${rows} as c
    join memberships as m on m.id = c.id join users as u on u.id = m.user_id
    ${reading.by(chosen, orderBy === 'NAME_DESC')}`;
}
