/** Where a role takes effect: the memberships that hold it, and the open invitations that offer it. */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';

/** The open invitation of `ir`. The fence keeps the planner from reading all invitations for a role that it takes for a common one. */
const pendingInvitation = sql`lateral (
  select i.organization_id from invitations i where i.id = ir.invitation_id and i.status = 'PENDING' offset 0
) as i`;

/**
 * Whether a role is used anywhere but in the organization that defined it, which can only be below: held by a member,
 * also one of a deleted organization that can be restored, or offered by an invitation that is pending or can be sent
 * again. The caller has locked the role `for update`, so no grant is under way.
 */
export async function isUsedBelow(tx: Database, roleId: string, organizationId: string): Promise<boolean> {
  // Two ranges of the index instead of one "other than": nobody at home is read, however many hold the role there.
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

/** Memberships that hold a role and open invitations that offer it: anywhere, or in one organization only. */
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
