/**
 * The distinct people of a subtree. Each person is listed once: at the first of their organizations
 * in tree order, and by id within it. So a page is a walk from its cursor, whatever the size of the
 * subtree.
 *
 * A search is one statement in two phases, like the one for organizations
 * (docs/decisions/0004-search.md). The next PROBE_ROWS memberships of the walk fill the page for
 * any common pattern. Only if they do not, people are taken from the index of names and addresses.
 */
import { sql, type RawBuilder } from 'kysely';
import { requireSortKeys, type Page, type SortKeys } from '../../database/keyset.ts';
import { turned } from '../../database/orders.ts';
import { ofOrganizations, type ListDefinition, type WithSortKeys } from '../../database/list.ts';
import { holdsRole, personMatches, type PersonFilter, type PersonRow } from './queries.ts';

export type PeopleOrder = 'TREE_ASC' | 'TREE_DESC';

/** With roles, the person holds one of them somewhere in the subtree. */
export interface PeopleArguments extends PersonFilter {
  orderBy: PeopleOrder;
}

/** How far a search walks before it takes people from the index of names. */
const PROBE_ROWS = 2_000;
/** How far a page without a search walks before it finds out how large the subtree is. */
const NEAR_ROWS = 1_000;
/** It gives the walk up after this part of it, counted in organizations. */
const WALKED_PART = 20;

/**
 * The condition on organizations, with the alias `o`, whose people count: the parent, which
 * `parents` has checked, and everything below it.
 */
function counts(o: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${o}.path >= parent.path and ${o}.path < subtree_end(parent.path) and ${o}.deleted_at is null`;
}

const walk = sql`organizations as o join memberships as m on m.organization_id = o.id`;

/**
 * The condition that the membership is one that counts and the first such of its person in tree
 * order. With roles, only memberships that hold one of them count.
 */
function isFirst({ roles }: PeopleArguments): RawBuilder<unknown> {
  const ifHolding = (membership: RawBuilder<unknown>, also: RawBuilder<unknown>) =>
    roles === null
      ? also
      : sql`case when ${holdsRole(membership, roles)} then ${also} else false end`;
  const isEarlier = sql`p.path < o.path and ${counts(sql`p`)}`;
  // The optimization fences keep the planner from looking through the subtree before the membership,
  // or through all memberships of the person, once for each of them: of a person with many, nearly
  // any other one is an earlier one.
  return ifHolding(
    sql`m.id`,
    sql`not exists (
      select from (
        select id, organization_id from memberships where user_id = m.user_id order by id offset 0
      ) as earlier
      cross join lateral (
        select path, deleted_at from organizations where id = earlier.organization_id offset 0
      ) as p
      where ${isEarlier} and ${ifHolding(sql`earlier.id`, sql`true`)}
    )`,
  );
}

/** The conditions that restrict the walk to the page's cursors. */
function bounds({ after, before }: Page): RawBuilder<unknown> {
  requireSortKeys({ after, before }, ['text', 'uuid']);
  const keys = ([path, userId]: SortKeys): RawBuilder<unknown> =>
    sql`(parent.path || ${path}::text, ${userId}::uuid)`;
  const conditions = [sql`true`];
  // Also on the path alone, so that the walk begins at the cursor.
  if (after)
    conditions.push(
      sql`o.path >= parent.path || ${after[0]}::text and (o.path, m.user_id) > ${keys(after)}`,
    );
  if (before)
    conditions.push(
      sql`o.path <= parent.path || ${before[0]}::text and (o.path, m.user_id) < ${keys(before)}`,
    );
  return sql.join(conditions, sql` and `);
}

/** The first `rows` memberships of the walk between the page's cursors that are the first of their person. */
function walked(args: PeopleArguments, page: Page, rows: RawBuilder<unknown>): RawBuilder<unknown> {
  const inOrder = orderOf(page);
  return sql`
    select o.path, m.user_id
    from (
      select o.path, m.id, m.user_id from ${walk} where ${counts(sql`o`)} and ${bounds(page)}
      ${inOrder(sql`o.path`, sql`m.user_id`)} limit ${rows}
    ) as m
    cross join lateral (select m.path) as o
    where ${isFirst(args)} ${inOrder(sql`o.path`, sql`m.user_id`)} limit ${sql.lit(page.limit + 1)}`;
}

/** Sorts by two expressions in the direction in which the page is read. */
function orderOf({ backward }: Page) {
  const direction = backward ? sql`desc` : sql`asc`;
  return (path: RawBuilder<unknown>, userId: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`order by ${path} ${direction}, ${userId} ${direction}`;
}

/**
 * The page's memberships, as `path` and `user_id`. Where most memberships are further ones of people
 * who were listed before, as towards the end of a large subtree, the walk is long. It is given up
 * after a part of the subtree, and the first memberships of all people are found at once, which takes
 * a seventh of the time per membership.
 */
function listing(args: PeopleArguments, page: Page): RawBuilder<unknown> {
  const limit = sql.lit(page.limit + 1);
  const inOrder = orderOf(page);
  const holds = args.roles === null ? sql`true` : holdsRole(sql`m.id`, args.roles);
  const isShort = (walk: 'near' | 'further'): RawBuilder<unknown> =>
    sql`(select count(*) from ${sql.ref(walk)}) < ${limit}`;
  return sql`
    with near as materialized (${walked(args, page, sql.lit(NEAR_ROWS))}),
    reach as materialized (
      select case when ${isShort('near')} then (
        select count(*) / ${sql.lit(WALKED_PART)} from organizations as o where ${counts(sql`o`)}
      ) else 0 end as rows
    ),
    further as materialized (${walked(args, page, sql`(select rows from reach)`)}),
    entire as materialized (
      select o.path, o.user_id
      from (
        select min(o.path) as path, m.user_id from ${walk}
        where ${isShort('near')} and ${isShort('further')} and ${counts(sql`o`)} and ${holds}
        group by m.user_id
      ) as o
      cross join lateral (select o.user_id) as m
      where ${bounds(page)} ${inOrder(sql`o.path`, sql`o.user_id`)} limit ${limit}
    )
    select * from near where not ${isShort('near')}
    union all
    select * from further where ${isShort('near')} and not ${isShort('further')}
    union all
    select * from entire`;
}

function matching(args: PeopleArguments, page: Page): RawBuilder<unknown> {
  const direction = page.backward ? sql`desc` : sql`asc`;
  const opposite = page.backward ? sql`asc` : sql`desc`;
  const limit = sql.lit(page.limit + 1);
  // In a subquery, so that the pattern is folded once and not for each person.
  const pattern = sql`(select search_fold(${args.search}::text))`;
  const matches = sql`strpos(u.search_text, ${pattern}) > 0`;
  return sql`
    with probe as materialized (
      select o.path, m.user_id, ${matches} and ${isFirst(args)} as hit
      from (
        select o.path, m.id, m.user_id from ${walk}
        where ${counts(sql`o`)} and ${bounds(page)}
        order by o.path ${direction}, m.user_id ${direction} limit ${sql.lit(PROBE_ROWS)}
      ) as m
      cross join lateral (select m.path) as o
      -- The optimization fence keeps the planner from reading all people to find these few.
      cross join lateral (select u.search_text from users as u where u.id = m.user_id offset 0) as u
    ),
    near as materialized (select path, user_id from probe where hit
      order by path ${direction}, user_id ${direction} limit ${limit}),
    named as materialized (
      select u.id from users as u
      where (select count(*) from near) < ${limit} and (select count(*) from probe) = ${sql.lit(PROBE_ROWS)}
        and search_grams(u.search_text) @> search_pattern_grams(${pattern}) and ${matches}
    ),
    candidate as materialized (
      select o.path, m.id, m.user_id
      from named
      -- The optimization fence keeps the planner from walking the subtree once per name.
      cross join lateral (select m.id, m.user_id, m.organization_id from memberships as m
        where m.user_id = named.id offset 0) as m
      cross join lateral (select o.path, o.deleted_at from organizations as o
        where o.id = m.organization_id offset 0) as o
      where ${counts(sql`o`)} and ${bounds(page)}
        and (o.path, m.user_id) ${page.backward ? sql`<` : sql`>`}
          (select path, user_id from probe order by path ${opposite}, user_id ${opposite} limit 1)
      order by o.path ${direction}, m.user_id ${direction}
    ),
    far as materialized (
      select o.path, m.user_id from candidate as m cross join lateral (select m.path) as o
        where ${isFirst(args)} limit ${limit}
    )
    select * from (select * from near union all select * from far) as either
    order by path ${direction}, user_id ${direction} limit ${limit}`;
}

/**
 * The people with memberships in an organization or below it, if the caller may read the members
 * there.
 */
export const people: ListDefinition<PeopleArguments, PersonRow> = {
  name: 'people',
  parents: ofOrganizations({ scope: 'members:read', reachingBelow: true }),
  // The order that was the only one has the name of then, so that its cursors stay valid.
  order: ({ orderBy }) => (orderBy === 'TREE_ASC' ? 'path' : orderBy),
  page(_viewer, args, page) {
    const isUp = args.orderBy === 'TREE_ASC';
    const write = args.search === null ? listing : matching;
    const direction = isUp ? sql`` : sql` desc`;
    return sql<WithSortKeys<PersonRow>>`
    select u.id, u.email, u.name, u.created_at, parent.lineage, parent.id as organization_id,
      array[substr(found.path, length(parent.path) + 1), found.user_id::text] as sort_keys
    from (${write(args, isUp ? page : turned(page))}) as found
      join users as u on u.id = found.user_id
    order by found.path${direction}, found.user_id${direction}`;
  },
  count(_viewer, { search, roles }) {
    const match =
      search === null
        ? sql`true`
        : sql`strpos(u.search_text, (select search_fold(${search}::text))) > 0`;
    const person = search === null ? sql`` : sql`join users as u on u.id = m.user_id`;
    return sql`select count(distinct m.user_id)::int as count from ${walk} ${person} where ${counts(sql`o`)} and ${match} and ${roles === null ? sql`true` : holdsRole(sql`m.id`, roles)}`;
  },
  countWithin(_viewer, filter, rows) {
    const matches = sql.join([sql`true`, ...personMatches(filter)], sql` and `);
    const person = filter.search === null ? sql`` : sql`join users as u on u.id = m.user_id`;
    // One more of each tells whether there are others.
    const limit = sql`${rows}::integer + 1`;
    return sql`
      with tree as materialized (
        select o.id, o.path from organizations as o where ${counts(sql`o`)} order by o.path limit ${limit}
      ),
      read as materialized (
        select m.id, m.user_id from tree
        -- The optimization fence keeps the planner from reading all memberships to find these.
        cross join lateral (
          select m.id, m.user_id from memberships as m where m.organization_id = tree.id offset 0
        ) as m
        limit ${limit}
      )
      select (count(distinct m.user_id) filter (where ${matches}))::int as value,
        count(*) <= ${rows}::integer and (select count(*) from tree) <= ${rows}::integer as is_exact
      from read as m ${person}`;
  },
};
