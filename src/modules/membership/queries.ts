/** Queries of memberships and of people in a subtree. */
import { sql, type RawBuilder } from 'kysely';
import {
  organizationOfParent,
  organizationsOfPerson,
  readableOrganizations,
  type Lineage,
} from '../../authorization/rights.ts';
import type { Principal } from '../../authorization/principal.ts';
import { listBatch, rowBatch, type Viewer } from '../../database/loaders.ts';
import { defineList, ofOneself } from '../../database/list.ts';
import type { Columns } from '../../database/rows.ts';

/** A membership with its person. */
export interface MembershipRow
  extends
    Columns<'memberships', 'id' | 'organization_id' | 'user_id' | 'created_at' | 'updated_at'>,
    Columns<'users', 'email'> {
  lineage: Lineage;
  user_name: string | null;
  user_created_at: Date;
}

/** The columns of a membership `m` of a person `u`, reached through this organization. */
export const membershipColumns = (organization: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  m.id, m.organization_id, m.user_id, m.created_at, m.updated_at, ${organization}.lineage,
  u.email, u.name as user_name, u.created_at as user_created_at`;

/** Memberships `m` with their people `u`: each has one. */
export const membershipsWithPeople = sql`memberships as m join users as u on u.id = m.user_id`;

/** Whether a membership holds one of the roles. */
export function holdsRole(
  membership: RawBuilder<unknown>,
  roles: readonly string[],
): RawBuilder<unknown> {
  return sql`exists (select from membership_roles mr join roles r on r.id = mr.role_id where mr.membership_id = ${membership} and r.key = any (${roles}::text[]))`;
}

/** Which people are wanted. */
export interface PersonFilter {
  /** A part of the person's name or address. */
  search: string | null;
  /** Keys of roles; the person holds at least one of them. */
  roles: readonly string[] | null;
}

/** The conditions that a membership `m` and its person `u` match the filter; none if it wants all. */
export function personMatches({ search, roles }: PersonFilter): RawBuilder<unknown>[] {
  return [
    ...(search === null
      ? []
      : [sql`strpos(u.search_text, (select search_fold(${search}::text))) > 0`]),
    ...(roles === null ? [] : [holdsRole(sql`m.id`, roles)]),
  ];
}

/** The caller's own memberships in organizations that are not deleted, oldest first. */
export const ownMemberships = defineList<null, MembershipRow>({
  name: 'own memberships',
  parents: ofOneself,
  columns: membershipColumns(sql`o`),
  from: () =>
    sql`memberships as m join users as u on u.id = m.user_id join organizations as o on o.id = m.organization_id and o.deleted_at is null`,
  where: () => [sql`m.user_id = parent.id`],
  order: () => ({ keys: [{ expression: sql`m.id`, type: 'uuid' }] }),
});

/**
 * Memberships that the caller may see: their own, and those of organizations whose members they may
 * read.
 */
function visibleMemberships(principal: Principal): RawBuilder<unknown> {
  return sql`(
    select m.*, o.lineage from memberships m join ${readableOrganizations(principal, { scope: 'members:read' })} as o on o.id = m.organization_id
    union
    select m.*, o.lineage from memberships m join ${organizationsOfPerson(principal)} as o on o.id = m.organization_id
    where m.user_id = ${principal.user?.id ?? null}::uuid
  )`;
}

/** Memberships by id. */
export const membershipById = rowBatch<null, MembershipRow>(
  'membership by id',
  (row) => row.id,
  ({ principal }, ids) => sql<MembershipRow>`
    select ${membershipColumns(sql`m`)} from ${visibleMemberships(principal)} as m join users as u on u.id = m.user_id where m.id = any (${ids}::uuid[])`,
);

/** The scopes of memberships, including implied ones. */
export const membershipScopes = rowBatch<null, { id: string; scopes: string[] }>(
  'membership scopes',
  (row) => row.id,
  ({ principal }, ids) => sql<{ id: string; scopes: string[] }>`
    select m.id, membership_scopes(m.id) as scopes from ${visibleMemberships(principal)} as m where m.id = any (${ids}::uuid[])`,
);

const PERSON_PREFIX = 'per_';

/** A person, reached through the organization whose people were requested. */
export interface PersonRow extends Columns<'users', 'id' | 'email' | 'name' | 'created_at'> {
  lineage: Lineage;
  organization_id: string;
}

/** The id of the person `parent`, as `personId` makes it. */
export const idOfPerson = sql`${sql.lit(PERSON_PREFIX)} || replace(parent.organization_id::text || parent.id::text, '-', '')`;

/**
 * The id of a person in a client's cache. It tells the organization too, because the memberships of
 * one person differ from subtree to subtree.
 */
export function personId({ id, organization_id }: PersonRow): string {
  return `${PERSON_PREFIX}${`${organization_id}${id}`.replaceAll('-', '')}`;
}

/** The maximum number of memberships of one person that can be requested. */
export const MEMBERSHIPS_MAX = 100;

/**
 * A limited number of memberships that people have in an organization and below it. The key is
 * `<organization>/<person>`.
 */
export const membershipsOfPerson = listBatch<number, MembershipRow & { key: string }>(
  'memberships of person',
  (row) => row.key,
  ({ principal }, keys, limit) => sql`
      select m.*, asked.key
      from (
        select key, split_part(key, '/', 1)::uuid as root_id, split_part(key, '/', 2)::uuid as user_id from unnest(${keys}::text[]) as key
      ) as asked
      cross join lateral (
        select ${membershipColumns(sql`o`)}
        from memberships as m
        join users as u on u.id = m.user_id
        join ${readableOrganizations(principal, { scope: 'members:read' })} as o on o.id = m.organization_id
        where m.user_id = asked.user_id and asked.root_id = any (o.lineage)
        order by m.id limit ${limit}
      ) as m
      order by m.id`,
);

/** The scopes of the membership `parent`, which was read in the same statement. */
export function scopesOfRow({ principal }: Viewer): RawBuilder<unknown> {
  const readable = readableOrganizations(principal, {
    scope: 'members:read',
    among: organizationOfParent,
  });
  const isOwn = sql`coalesce(parent.user_id = ${principal.user?.id ?? null}::uuid, false)`;
  return sql`case when ${isOwn} or exists ${readable} then membership_scopes(parent.id) else '{}' end`;
}

/** A limited number of memberships of the person `parent`, in the subtree whose people were requested. */
export function membershipsOfRow(viewer: Viewer, limit: number): RawBuilder<unknown> {
  return membershipsOfPerson.statement(
    viewer,
    sql`array[parent.organization_id || '/' || parent.id]`,
    limit,
  );
}
