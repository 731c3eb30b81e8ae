/** Commands on members of an organization. */
import { defineAuditParts } from '../../command/audit-parts.ts';
import { runCommand, type OrganizationChange, type CommandRequest } from '../../command/run.ts';
import { idempotencyKeyOf } from '../../command/idempotency.ts';
import type { Principal } from '../../authorization/principal.ts';
import { scopesBeyond } from '../../authorization/granting.ts';
import type { Database } from '../../database/connect.ts';
import { many, together } from '../../database/rows.ts';
import { notFound } from '../../errors.ts';
import { refuse, type UserError } from '../../command/user-error.ts';
import { lockOpenInvitationOf } from '../invitation/locks.ts';
import { closeInvitation } from '../invitation/writes.ts';
import {
  ADMIN,
  byName,
  chooseSomeRoles,
  namedRoles,
  requireRoleKeys,
  scopesOf,
  type UsableRole,
} from '../role/choice.ts';
import { requireEmail } from '../../values/email.ts';
import {
  deleteMembership,
  findVisiblePerson,
  heldMembership,
  insertMembership,
  lockMembership,
  organizationOfMember,
  replaceRoles,
  type HeldMembership,
} from './writes.ts';
import { AlreadyMemberError, LastAdminError, UserNotFoundError } from './errors.ts';
import { RoleEscalationError } from '../role/errors.ts';

interface Member {
  organizationId: string;
  userId: string;
}

defineAuditParts('Membership', { email: ['members:read'], roles: ['members:read'] });

const attempt = (action: string, { organizationId, userId }: Member) =>
  ({
    action,
    target: { type: 'User', id: userId },
    on: organizationId,
    scope: 'members:manage',
  }) as const;

/** Refuses to change a member who is not there, or who holds more than the caller does. */
function requireManageable(
  { principal, organization }: OrganizationChange,
  member: HeldMembership | undefined,
): HeldMembership {
  if (!member) throw notFound();
  const missingScopes = scopesBeyond(principal, organization.lineage, member.scopes);
  if (missingScopes.length > 0) refuse(RoleEscalationError, { missingScopes });
  return member;
}

/**
 * Refuses to remove the last admin, whoever asks. The organization's lock keeps the count valid.
 */
function requireOtherAdmin(member: HeldMembership): void {
  if (member.is_admin && !member.has_other_admin) refuse(LastAdminError, {});
}

/** Replaces the roles of a member. */
export function updateMemberRoles(
  request: CommandRequest,
  input: Member & { roles: readonly string[] },
) {
  requireRoleKeys(input.roles);
  return runCommand(request, attempt('updateMemberRoles', input), async (acting) => {
    const { tx, principal, organization } = acting;
    const { members, usable } = await together<{ members: HeldMembership; usable: UsableRole }>(
      tx,
      {
        members: heldMembership(organization.id, input.userId),
        usable: namedRoles(organization.lineage, input.roles),
      },
    );
    const member = requireManageable(acting, members[0]);
    const { roles, ignoredRoles } = chooseSomeRoles(byName(usable), input.roles);
    const missingScopes = scopesBeyond(principal, organization.lineage, scopesOf(roles));
    if (missingScopes.length > 0) refuse(RoleEscalationError, { missingScopes });
    if (!roles.some((role) => role.built_in && role.key === ADMIN)) requireOtherAdmin(member);
    await replaceRoles(
      tx,
      member.id,
      roles.map((role) => role.id),
    );
    acting.record({
      target: { type: 'Membership', id: member.id },
      before: { email: member.email, roles: member.role_keys },
      after: { email: member.email, roles: roles.map((role) => role.key) },
    });
    return { membershipId: member.id, ignoredRoles };
  });
}

/** Removes a membership. The person's account and other memberships are not affected. */
export function removeMember(request: CommandRequest, input: Member) {
  return runCommand(request, attempt('removeMember', input), async (acting) => {
    const { tx, organization } = acting;
    const member = requireManageable(
      acting,
      await lockMembership(tx, organization.id, input.userId),
    );
    requireOtherAdmin(member);
    await deleteMembership(tx, member.id);
    acting.record({
      target: { type: 'Membership', id: member.id },
      before: { email: member.email, roles: member.role_keys },
      after: null,
    });
    return { removedMembershipId: member.id, organizationId: organization.id };
  });
}

/** Ends the calling person's own membership, which requires no scope. The last admin cannot leave. */
export function leaveOrganization(
  request: CommandRequest,
  { organizationId }: Pick<Member, 'organizationId'>,
) {
  const attempt = {
    action: 'leaveOrganization',
    target: { type: 'Organization', id: organizationId },
    on: (tx: Database, { user }: Principal) => organizationOfMember(tx, organizationId, user?.id),
  } as const;
  return runCommand(request, attempt, async ({ tx, user, organization, record }) => {
    const member = organization ? await lockMembership(tx, organization.id, user.id) : undefined;
    if (!organization || !member) throw notFound();
    requireOtherAdmin(member);
    await deleteMembership(tx, member.id);
    record({
      target: { type: 'Membership', id: member.id },
      before: { email: member.email, roles: member.role_keys },
      after: null,
    });
    return { removedMembershipId: member.id };
  });
}

/** Adds a person that the caller can already see as a member, without an invitation. */
export function addMember(
  request: CommandRequest,
  input: {
    organizationId: string;
    email: string;
    roles: readonly string[];
    idempotencyKey?: string | null | undefined;
  },
): Promise<{ membershipId: string; ignoredRoles: string[] } | UserError> {
  const { organizationId, email, roles: keys } = input;
  requireRoleKeys(keys);
  const { canonical, shown } = requireEmail(email, 'email');
  const what = {
    action: 'addMember',
    target: { type: 'Organization', id: organizationId },
    on: organizationId,
  } as const;
  return runCommand(
    request,
    { ...what, scope: 'members:manage', idempotency: idempotencyKeyOf(input) },
    async (acting) => {
      const { tx, principal, organization } = acting;
      const usable = byName(await many(tx, namedRoles(organization.lineage, keys)));
      const { roles, ignoredRoles } = chooseSomeRoles(usable, keys);
      const missingScopes = scopesBeyond(principal, organization.lineage, scopesOf(roles));
      if (missingScopes.length > 0) refuse(RoleEscalationError, { missingScopes });
      const userId = await findVisiblePerson(tx, principal, canonical);
      if (userId === undefined) refuse(UserNotFoundError, {});
      if (await lockMembership(tx, organization.id, userId)) refuse(AlreadyMemberError, {});
      // The membership replaces an open invitation, and so takes away what that one offers.
      const invitation = await lockOpenInvitationOf(tx, organization.id, canonical);
      const lost = scopesBeyond(principal, organization.lineage, invitation?.scopes ?? []);
      if (lost.length > 0) refuse(RoleEscalationError, { missingScopes: lost });
      const id = await insertMembership(
        tx,
        organization.id,
        userId,
        roles.map((role) => role.id),
      );
      if (invitation) await closeInvitation(tx, invitation.id, 'REVOKED');
      acting.record({
        target: { type: 'Membership', id },
        before: null,
        after: { email: shown, roles: roles.map((role) => role.key) },
      });
      return { membershipId: id, ignoredRoles };
    },
  );
}
