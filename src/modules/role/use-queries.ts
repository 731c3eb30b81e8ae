/**
 * Finds where a role is used: the memberships that hold it, and the open invitations that offer it.
 */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';

/**
 * The open invitation of `ir`. The optimization fence keeps the planner from reading all
 * invitations when it expects the role to be common.
 */
const pendingInvitation = sql`lateral (
  select i.organization_id from invitations i where i.id = ir.invitation_id and i.status = 'PENDING' offset 0
) as i`;

/**
 * Whether a role is used outside the organization that defined it, which can only be below it. A
 * use is a member who holds it, even of a deleted organization that can be restored, or an
 * invitation that is pending or can be resent. The caller has locked the role `for update`, so no
 * grant is in progress.
 */
export async function isUsedBelow(
  tx: Database,
  roleId: string,
  organizationId: string,
): Promise<boolean> {
  // Two index ranges instead of one "not equal", so that no member of the defining organization is
  // read, however many hold the role there.
  const row = await one(
    tx,
    sql<{ used_elsewhere: boolean }>`
      select
        exists (
          select from membership_roles mr
          where mr.role_id = ${roleId}::uuid and mr.organization_id < ${organizationId}::uuid
        ) or exists (
          select from membership_roles mr
          where mr.role_id = ${roleId}::uuid and mr.organization_id > ${organizationId}::uuid
        ) or exists (
          select from invitation_roles ir cross join ${pendingInvitation}
          where ir.role_id = ${roleId}::uuid and i.organization_id <> ${organizationId}::uuid
        ) as used_elsewhere`,
  );
  return row.used_elsewhere;
}

/**
 * Counts memberships that hold a role and open invitations that offer it, everywhere or in one
 * organization only.
 */
export async function countUses(
  tx: Database,
  roleId: string,
  organizationId: string | null,
): Promise<{ memberCount: number; invitationCount: number }> {
  const row = await one(
    tx,
    sql<{ members: number; invitations: number }>`
      select
        (select count(*)::int from membership_roles mr
         where mr.role_id = ${roleId}::uuid
           and (${organizationId}::uuid is null or mr.organization_id = ${organizationId}::uuid)) as members,
        (select count(*)::int from invitation_roles ir cross join ${pendingInvitation}
         where ir.role_id = ${roleId}::uuid
           and (${organizationId}::uuid is null or i.organization_id = ${organizationId}::uuid)) as invitations
      `,
  );
  return { memberCount: row.members, invitationCount: row.invitations };
}
