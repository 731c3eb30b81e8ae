/**
 * Writes of memberships, and the reads that they need under a lock. The caller has locked the
 * organization.
 */
import { sql, type RawBuilder } from 'kysely';
import { readableOrganizations } from '../../authorization/rights.ts';
import type { Principal } from '../../authorization/principal.ts';
import type { Database } from '../../database/connect.ts';
import { maybeOne, one, type Columns } from '../../database/rows.ts';

/** A membership that is about to be changed. */
export interface HeldMembership
  extends Columns<'memberships', 'id' | 'user_id'>, Columns<'users', 'email'> {
  role_ids: string[];
  role_keys: string[];
  /** The combined scopes of its roles. */
  scopes: string[];
  is_admin: boolean;
  /** Whether somebody else holds the role `admin` in the organization. */
  has_other_admin: boolean;
}

const heldRoles = (column: 'id' | 'key') => sql`array(
  select ${sql.ref(`r.${column}`)} from membership_roles mr join roles r on r.id = mr.role_id
  where mr.membership_id = m.id order by r.built_in desc, r.key)`;

/** Of holders of the role `admin`: those in an organization, by the alias `mr`. */
const holdsAdmin = (where: RawBuilder<unknown>) => sql<boolean>`exists (
  select from membership_roles mr join roles r on r.id = mr.role_id and r.built_in and r.key = 'admin'
  where ${where})`;

/**
 * The statement that locks a person's membership in an organization against every other change; no
 * row if there is none.
 *
 * What it reads may be older than the wait for its lock, and is true all the same: whatever gives or
 * takes roles here has the organization's lock, which the caller has held since an earlier
 * statement. The wait is for commands that rest on the membership. Only the scopes of a role that is
 * defined above may change during it; then this change counts as the earlier one.
 */
export function heldMembership(organizationId: string, userId: string): RawBuilder<HeldMembership> {
  return sql`
    with held as materialized (
      select * from memberships
      where organization_id = ${organizationId}::uuid and user_id = ${userId}::uuid for update
    )
    select m.id, m.user_id, u.email, ${heldRoles('id')} as role_ids,
      ${heldRoles('key')} as role_keys, membership_scopes(m.id) as scopes,
      ${holdsAdmin(sql`mr.membership_id = m.id`)} as is_admin,
      ${holdsAdmin(sql`mr.organization_id = m.organization_id and mr.membership_id <> m.id`)} as has_other_admin
    from held as m join users u on u.id = m.user_id`;
}

/** Locks a person's membership in an organization; undefined if there is none. */
export async function lockMembership(
  tx: Database,
  organizationId: string,
  userId: string,
): Promise<HeldMembership | undefined> {
  return maybeOne(tx, heldMembership(organizationId, userId));
}

/** Returns the organization's UUID if the person is a member of it; otherwise null. */
export async function organizationOfMember(
  tx: Database,
  organizationId: string,
  userId: string | undefined,
): Promise<string | null> {
  const row = await maybeOne(
    tx,
    sql<{ organization_id: string }>`
      select organization_id from memberships
        where organization_id = ${organizationId}::uuid and user_id = ${userId ?? null}::uuid`,
  );
  return row?.organization_id ?? null;
}

/** The statement that gives roles to the memberships that the table expression holds. */
const addedRoles = (memberships: RawBuilder<unknown>, roleIds: readonly string[]) => sql`
  insert into membership_roles (membership_id, organization_id, role_id)
  select m.id, m.organization_id, role.id
  from ${memberships} as m cross join unnest(${roleIds}::uuid[]) as role (id)
  on conflict do nothing`;

/** Replaces the roles of the membership. */
export async function replaceRoles(
  tx: Database,
  membershipId: string,
  roleIds: readonly string[],
): Promise<void> {
  await sql`
    with removed as (
      delete from membership_roles
      where membership_id = ${membershipId}::uuid and role_id <> all (${roleIds}::uuid[])
    ),
    changed as (
      update memberships set updated_at = now() where id = ${membershipId}::uuid
      returning id, organization_id
    )
    ${addedRoles(sql`changed`, roleIds)}`.execute(tx);
}

/**
 * Creates a membership with roles and returns its UUID. An existing one gets the roles in addition.
 */
export async function insertMembership(
  tx: Database,
  organizationId: string,
  userId: string,
  roleIds: readonly string[],
): Promise<string> {
  const { id } = await one(
    tx,
    sql<{ id: string }>`
      with membership as (
        insert into memberships (organization_id, user_id)
        values (${organizationId}::uuid, ${userId}::uuid)
        -- Changes nothing, but locks and returns the existing one.
        on conflict on constraint memberships_one_per_organization
          do update set updated_at = memberships.updated_at
        returning id, organization_id
      ),
      added as (${addedRoles(sql`membership`, roleIds)})
      select id from membership`,
  );
  return id;
}

/** Removes a membership and nothing else. */
export async function deleteMembership(tx: Database, membershipId: string): Promise<void> {
  await tx.deleteFrom('memberships').where('id', '=', membershipId).execute();
}

/**
 * Finds the person with a verified address among the members of organizations whose members the
 * caller may read.
 */
export async function findVisiblePerson(
  tx: Database,
  principal: Principal,
  canonicalEmail: string,
): Promise<string | undefined> {
  const row = await maybeOne(
    tx,
    sql<{ id: string }>`
      select u.id from users u
      where u.canonical_email = ${canonicalEmail} and (u.id = ${principal.user?.id ?? null}::uuid or exists (
        select from memberships m join ${readableOrganizations(principal, { scope: 'members:read' })} as o on o.id = m.organization_id
        where m.user_id = u.id
      ))`,
  );
  return row?.id;
}
