/**
 * Writes of memberships, and the reads that they need under a lock. The caller has locked the
 * organization.
 */
import { sql } from 'kysely';
import { readableOrganizations } from '../../authorization/rights.ts';
import type { Principal } from '../../authorization/principal.ts';
import type { Database } from '../../database/connect.ts';
import { many, maybeOne, present, type Columns } from '../../database/rows.ts';

/** A membership that is about to be changed. */
export interface HeldMembership
  extends Columns<'memberships', 'id' | 'user_id'>, Columns<'users', 'email'> {
  role_ids: string[];
  role_keys: string[];
  /** The combined scopes of its roles. */
  scopes: string[];
  is_admin: boolean;
}

const heldRoles = (column: 'id' | 'key') => sql`array(
  select ${sql.ref(`r.${column}`)} from membership_roles mr join roles r on r.id = mr.role_id
  where mr.membership_id = m.id order by r.built_in desc, r.key)`;

/**
 * Locks a person's membership in an organization against every other change; undefined if there is
 * none.
 */
export async function lockMembership(
  tx: Database,
  organizationId: string,
  userId: string,
): Promise<HeldMembership | undefined> {
  const locked = await maybeOne(
    tx,
    sql<{ id: string }>`
      select id from memberships
        where organization_id = ${organizationId}::uuid and user_id = ${userId}::uuid for update`,
  );
  const id = locked?.id;
  if (id === undefined) return undefined;
  return maybeOne(
    tx,
    sql<HeldMembership>`
      select m.id, m.user_id, u.email, ${heldRoles('id')} as role_ids,
        ${heldRoles('key')} as role_keys, membership_scopes(m.id) as scopes,
        exists (
          select from membership_roles mr join roles r on r.id = mr.role_id
            where mr.membership_id = m.id and r.built_in and r.key = 'admin'
        ) as is_admin
      from memberships m join users u on u.id = m.user_id where m.id = ${id}::uuid`,
  );
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

/** Whether somebody else holds the role `admin` in the organization. */
export async function hasOtherAdmin(
  tx: Database,
  organizationId: string,
  membershipId: string,
): Promise<boolean> {
  const rows = await many(
    tx,
    sql`
      select from membership_roles mr join roles r on r.id = mr.role_id and r.built_in and r.key = 'admin'
      where mr.organization_id = ${organizationId}::uuid
        and mr.membership_id <> ${membershipId}::uuid limit 1`,
  );
  return rows.length > 0;
}

/** Replaces the roles of the membership. */
export async function replaceRoles(
  tx: Database,
  membershipId: string,
  roleIds: readonly string[],
): Promise<void> {
  await sql`
    delete from membership_roles
      where membership_id = ${membershipId}::uuid and role_id <> all (${roleIds}::uuid[])`.execute(
    tx,
  );
  await addRoles(tx, membershipId, roleIds);
  await tx
    .updateTable('memberships')
    .set({ updated_at: sql<Date>`now()` })
    .where('id', '=', membershipId)
    .execute();
}

/** Adds roles to the membership. */
async function addRoles(
  tx: Database,
  membershipId: string,
  roleIds: readonly string[],
): Promise<void> {
  await sql`
    insert into membership_roles (membership_id, organization_id, role_id)
    select m.id, m.organization_id, role.id from memberships m
      cross join unnest(${roleIds}::uuid[]) as role (id)
    where m.id = ${membershipId}::uuid
    on conflict do nothing`.execute(tx);
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
  const inserted = await maybeOne(
    tx,
    sql<{ id: string }>`
      insert into memberships (organization_id, user_id) values (${organizationId}::uuid, ${userId}::uuid)
      on conflict on constraint memberships_one_per_organization do nothing returning id`,
  );
  const { id } =
    inserted ?? present(await lockMembership(tx, organizationId, userId), 'the membership');
  await addRoles(tx, id, roleIds);
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
