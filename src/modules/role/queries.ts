/** Queries of roles: the built-in ones and those that organizations define. */
import { sql, type RawBuilder } from 'kysely';
import type { Principal } from '../../authorization/principal.ts';
import {
  organizationOfParent,
  organizationsOfPerson,
  readableOrganizations,
  type Lineage,
} from '../../authorization/rights.ts';
import { listBatch, rowBatch, type Viewer } from '../../database/loaders.ts';
import type { Columns } from '../../database/rows.ts';

export interface RoleRow extends Columns<
  'roles',
  'id' | 'key' | 'name' | 'description' | 'scopes' | 'built_in'
> {
  /** As granted, without implied ones; `scopesHeld` adds those. */
  scopes: string[];
  /** The lineage of the organization in which the role was found, if it is not built in. */
  lineage: Lineage;
  /** The organization that defines the role; null for a built-in one. */
  organization_id: string | null;
  /** The person who sees the role because they hold it or it is offered to them. */
  shown_to: string | null;
}

const columns = sql`
  r.id, r.key, r.name, r.description, r.scopes, r.built_in,
  (select own.organization_id from organization_roles as own where own.role_id = r.id) as organization_id`;

/**
 * The maximum number of roles that are listed as available in an organization. The built-in ones
 * and its own are always included.
 */
export const USABLE_ROLES_MAX = 200;

/**
 * The roles that can be assigned in an organization: built-in ones first, then its own and those of
 * its ancestors.
 */
export const rolesUsableIn = listBatch<null, RoleRow & { usable_in: string }>(
  'roles usable in',
  (row) => row.usable_in,
  ({ principal }, ids) => sql<RoleRow & { usable_in: string }>`
    select ${columns}, o.id as usable_in, o.lineage, null::uuid as shown_to
    from ${readableOrganizations(principal)} as o
    cross join lateral (
      select r.* from (
        select r.*, null::integer as distance from roles r where r.built_in
        union all
        select r.*, o.depth + 1 - array_position(o.lineage, d.organization_id) from organization_roles d join roles r on r.id = d.role_id
        where d.organization_id = any (o.lineage)
      ) as r
      order by r.distance nulls first, r.key, r.id limit ${USABLE_ROLES_MAX}
    ) as r
    where o.id = any (${ids}::uuid[])
    order by o.id, r.built_in desc, r.key, r.id`,
);

/** Where the roles of holders, which are memberships or invitations, are found. */
interface HeldRoles {
  /** Rows with the columns `id` and `organization_id`, called `t`. */
  holders: RawBuilder<unknown>;
  /** Rows with the columns `holder_id` and `role_id`. */
  link: RawBuilder<unknown>;
  /** Organizations in which the caller may read members. */
  readable: RawBuilder<unknown>;
  /** The lineage of the organization and the caller, where `t` is theirs; null if they are no person. */
  own: RawBuilder<unknown> | null;
}

type HeldRoleRow = RoleRow & { holder_id: string };

/** The roles of the holders. A person may reach one in both ways; each role is returned once. */
function heldRoles({ holders, link, readable, own }: HeldRoles): RawBuilder<HeldRoleRow> {
  return sql<HeldRoleRow>`
    select ${columns}, t.id as holder_id, o.lineage, o.shown_to
    from ${holders} as t
    cross join lateral (
      select lineage, null::uuid as shown_to from ${readable} as within where within.id = t.organization_id
      ${own ? sql`union all ${own} order by shown_to nulls first limit 1` : sql``}
    ) as o
    join ${link} as link on link.holder_id = t.id join roles r on r.id = link.role_id
    order by r.built_in desc, r.key, r.id`;
}

const SCOPE = { scope: 'members:read' } as const;

/** The roles of holders in a table by their ids; `isOwn` says whether `t` is of a person. */
function heldRolesById(
  name: string,
  table: RawBuilder<unknown>,
  link: RawBuilder<unknown>,
  isOwn: (user: NonNullable<Principal['user']>) => RawBuilder<unknown>,
) {
  return listBatch<null, HeldRoleRow>(
    name,
    (row) => row.holder_id,
    ({ principal }, ids) =>
      heldRoles({
        holders: sql`(select * from ${table} where id = any (${ids}::uuid[]))`,
        link,
        // Looked up for each holder: a plain join would read all organizations that the caller may read.
        readable: sql`(
          select * from ${readableOrganizations(principal, SCOPE)} as one where one.id = t.organization_id offset 0
        )`,
        own:
          principal.user &&
          sql`
            select lineage, shown_to from ${organizationsOfPerson(principal)} as own
            where own.id = t.organization_id and ${isOwn(principal.user)}`,
      }),
  );
}

const rolesOfMemberships = sql`(select membership_id as holder_id, role_id from membership_roles)`;

const isMembershipOf = ({ id }: { id: string }): RawBuilder<unknown> =>
  sql`t.user_id = ${id}::uuid`;

/** The roles of memberships, by membership. */
export const rolesOfMembership = heldRolesById(
  'roles of membership',
  sql`memberships`,
  rolesOfMemberships,
  isMembershipOf,
);

/**
 * The roles of the membership `parent`. It was read in the same statement, in an organization that is
 * not deleted, so neither has to be looked up again.
 */
export function rolesOfMembershipRow({ principal }: Viewer): RawBuilder<HeldRoleRow> {
  const { user } = principal;
  return heldRoles({
    holders: sql`(select parent.id, parent.organization_id, parent.user_id, parent.lineage)`,
    link: rolesOfMemberships,
    readable: readableOrganizations(principal, { ...SCOPE, among: organizationOfParent }),
    own: user && sql`select t.lineage, ${user.id}::uuid where ${isMembershipOf(user)}`,
  });
}

/** The roles that invitations offer, by invitation. */
export const rolesOfInvitation = heldRolesById(
  'roles of invitation',
  sql`invitations`,
  sql`(select invitation_id as holder_id, role_id from invitation_roles)`,
  ({ verifiedEmail }) => sql`t.canonical_email = ${verifiedEmail}::text`,
);

/** Roles by id: built-in ones, and those that can be assigned somewhere in the caller's subtree. */
export const roleById = rowBatch<null, RoleRow>(
  'role by id',
  (row) => row.id,
  ({ principal }, ids) => sql<RoleRow>`
    select ${columns}, coalesce(reached.lineage, '{}') as lineage, null::uuid as shown_to
    from roles r
    left join lateral (
      -- The limit keeps it a look-up per role: a plan for any number of ids would read the table.
      select own.organization_id from organization_roles as own where own.role_id = r.id limit 1
    ) as d on true
    left join lateral (
      select o.lineage from ${readableOrganizations(principal)} as o
      where o.id = d.organization_id or (o.id = ${principal.organization?.id ?? null}::uuid and d.organization_id = any (o.lineage))
      order by o.depth desc limit 1
    ) as reached on true
    where r.id = any (${ids}::uuid[]) and (r.built_in or reached.lineage is not null)`,
);

/** Key of a set of scopes for `scopesHeld`. */
export const scopesKey = (scopes: readonly string[]): string => scopes.join();

/** Scopes with all that they imply, by `scopesKey`: most who read a role do not ask for them. */
export const scopesHeld = rowBatch<null, { key: string; scopes: string[] }>(
  'scopes held',
  (row) => row.key,
  (_viewer, keys) => sql<{ key: string; scopes: string[] }>`
    select asked.key, scopes_held(string_to_array(asked.key, ',')) as scopes from unnest(${keys}::text[]) as asked (key)`,
);

/** The scopes of the role `parent`, including implied ones. */
export const scopesOfRole = sql`scopes_held(parent.scopes)`;

export type ScopeRow = Columns<'scopes', 'key' | 'description' | 'implies'>;

/** The catalog of scopes, in its order; the key of the batch is not used. */
export const scopeCatalog = listBatch<null, ScopeRow & { asked_key: string }>(
  'scope catalog',
  (row) => row.asked_key,
  (_viewer, keys) => sql<ScopeRow & { asked_key: string }>`
    select s.key, s.description, s.implies, asked.key as asked_key from unnest(${keys}::text[]) as asked (key) cross join scopes s order by s.position`,
);
