/**
 * The distinct people of a subtree, by id. Like search it is one statement in two phases, so that neither a small
 * subtree among many people nor a large one costs a walk over all: first the next PROBE_PEOPLE people of the platform,
 * of whom many belong to a large subtree; only if they do not fill the page, the members of the subtree itself.
 */
import { sql, type RawBuilder } from 'kysely';
import { organizationsWithin } from '../access/rights.ts';
import type { Page } from '../database/page.ts';
import { ofOrganizations, type Placed, type Relation, type Viewer } from '../database/relation.ts';
import type { PersonRow } from './store.ts';

export interface PeopleArguments {
  /** Part of the person's name or address. */
  search: string | null;
}

const PROBE_PEOPLE = 300;

function belongs({ principal }: Viewer): RawBuilder<unknown> {
  return sql`exists (
    select from memberships m join ${organizationsWithin(principal, { scope: 'members:read' })} as o on o.id = m.organization_id
    where m.user_id = u.id and parent.id = any (o.lineage)
  )`;
}

/** The people of the subtree that match, in no order: by the pattern if there is one, else by the subtree. */
function members(viewer: Viewer, { search }: PeopleArguments, bounds: RawBuilder<unknown>): RawBuilder<unknown> {
  if (search !== null) {
    return sql`
      select u.id from users as u
      where search_grams(u.search_text) @> search_pattern_grams(search_fold(${search}::text))
        and strpos(u.search_text, search_fold(${search}::text)) > 0 and ${belongs(viewer)} and ${bounds}`;
  }
  return sql`
    select distinct u.user_id as id
    from ${organizationsWithin(viewer.principal, { scope: 'members:read' })} as o
    join (select user_id, user_id as id, organization_id from memberships) as u on u.organization_id = o.id
    where o.path >= parent.path and o.path < subtree_end(parent.path) and ${bounds}`;
}

/** The people with memberships in an organization or below it, as far as the caller may read the members there. */
export const people: Relation<PeopleArguments, PersonRow> = {
  name: 'people',
  parents: ofOrganizations({ scope: 'members:read' }),
  order: () => 'id',
  page(viewer, args, page: Page) {
    const direction = page.backward ? sql`desc` : sql`asc`;
    const beyond = page.backward ? sql`<` : sql`>`;
    const limit = sql.lit(page.limit + 1);
    const bounds = sql.join(
      [
        sql`true`,
        ...(page.after ? [sql`u.id > ${page.after[0]}::uuid`] : []),
        ...(page.before ? [sql`u.id < ${page.before[0]}::uuid`] : []),
      ],
      sql` and `,
    );
    const matches = args.search === null ? sql`true` : sql`strpos(u.search_text, search_fold(${args.search}::text)) > 0`;
    return sql<Placed<PersonRow>>`
      with probe as materialized (
        select u.id, ${matches} and ${belongs(viewer)} as hit
        from (select u.* from users as u where ${bounds} order by u.id ${direction} limit ${sql.lit(PROBE_PEOPLE)}) as u
      ),
      near as materialized (select id from probe where hit order by id ${direction} limit ${limit}),
      far as materialized (
        select id from (${members(viewer, args, sql`${bounds} and u.id ${beyond} (select id from probe order by id ${page.backward ? sql`asc` : sql`desc`} limit 1)`)}) as member
        where (select count(*) from near) < ${limit} and (select count(*) from probe) = ${sql.lit(PROBE_PEOPLE)}
      ),
      match as materialized (
        select * from (select * from near union all select * from far) as either order by id ${direction} limit ${limit}
      )
      select u.id, u.email, u.name, u.created_at, parent.lineage, parent.id as organization_id, array[u.id::text] as position
      from match join users as u on u.id = match.id
      order by u.id`;
  },
  count: (viewer, args) => sql`select count(*)::int as count from (${members(viewer, args, sql`true`)}) as member`,
};
