/** What can be done to members of an organization. */
import { act, actAsPerson, type ActingOn, type ActionRequest } from '../action/act.ts';
import { idempotencyKeyOf } from '../action/idempotency.ts';
import type { Principal } from '../access/principal.ts';
import { scopesBeyond } from '../access/granting.ts';
import type { Database } from '../database/connect.ts';
import { notFound } from '../errors.ts';
import { refuse, type Failure } from '../failure.ts';
import { closeInvitation, lockOpenInvitationOf } from '../invitation/write-store.ts';
import { ADMIN, chooseSomeRoles, lockUsableRoles, requireRoleKeys, scopesOf } from '../role/choice.ts';
import { requireEmail } from '../user/email.ts';
import {
  deleteMembership,
  findVisiblePerson,
  hasOtherAdmin,
  insertMembership,
  lockMembership,
  organizationOfMember,
  replaceRoles,
  type HeldMembership,
} from './write-store.ts';

interface Member {
  organizationId: string;
  userId: string;
}

const attempt = (action: string, { organizationId, userId }: Member) =>
  ({ action, target: { type: 'User', id: userId }, on: organizationId, scope: 'members:manage' }) as const;

/** The member to be changed. Whoever holds more than the caller may not be touched by it. */
async function lockMember({ tx, principal, organization }: ActingOn, userId: string): Promise<HeldMembership> {
  const member = await lockMembership(tx, organization.id, userId);
  if (!member) throw notFound();
  const missingScopes = scopesBeyond(principal, organization.lineage, member.scopes);
  if (missingScopes.length > 0) refuse('RoleEscalationError', { missingScopes });
  return member;
}

/** Refuses to take the last admin away, whoever asks. The organization's lock makes the count hold. */
async function requireOtherAdmin({ tx, organization }: Pick<ActingOn, 'tx' | 'organization'>, member: HeldMembership): Promise<void> {
  if (member.is_admin && !(await hasOtherAdmin(tx, organization.id, member.id))) refuse('LastAdminError', {});
}

/** Replaces the roles of a member. */
export function updateMemberRoles(request: ActionRequest, input: Member & { roles: readonly string[] }) {
  requireRoleKeys(input.roles);
  return act(request, attempt('updateMemberRoles', input), async (acting) => {
    const { tx, principal, organization } = acting;
    const member = await lockMember(acting, input.userId);
    const { roles, ignoredRoles } = chooseSomeRoles(await lockUsableRoles(tx, organization.lineage, input.roles), input.roles);
    const missingScopes = scopesBeyond(principal, organization.lineage, scopesOf(roles));
    if (missingScopes.length > 0) refuse('RoleEscalationError', { missingScopes });
    if (!roles.some((role) => role.built_in && role.key === ADMIN)) await requireOtherAdmin(acting, member);
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

/** Ends a membership: neither the person's account nor any other membership is touched. */
export function removeMember(request: ActionRequest, input: Member) {
  return act(request, attempt('removeMember', input), async (acting) => {
    const member = await lockMember(acting, input.userId);
    await requireOtherAdmin(acting, member);
    await deleteMembership(acting.tx, member.id);
    acting.record({
      target: { type: 'Membership', id: member.id },
      before: { email: member.email, roles: member.role_keys },
      after: null,
    });
    return { removedMembershipId: member.id };
  });
}

/** Ends the calling person's own membership, which requires no scope. The last admin stays. */
export function leaveOrganization(request: ActionRequest, { organizationId }: Pick<Member, 'organizationId'>) {
  const attempt = {
    action: 'leaveOrganization',
    target: { type: 'Organization', id: organizationId },
    on: (tx: Database, { user }: Principal) => organizationOfMember(tx, organizationId, user?.id),
  } as const;
  return actAsPerson(request, attempt, async ({ tx, person, organization, record }) => {
    const member = organization ? await lockMembership(tx, organization.id, person.id) : undefined;
    if (!organization || !member) throw notFound();
    await requireOtherAdmin({ tx, organization }, member);
    await deleteMembership(tx, member.id);
    record({ target: { type: 'Membership', id: member.id }, before: { email: member.email, roles: member.role_keys }, after: null });
    return { removedMembershipId: member.id };
  });
}

/** Makes a person that the caller can already see a member at once, without an invitation. */
export function addMember(
  request: ActionRequest,
  input: { organizationId: string; email: string; roles: readonly string[]; idempotencyKey?: string | null | undefined },
): Promise<{ membershipId: string; ignoredRoles: string[] } | Failure> {
  const { organizationId, email, roles: keys } = input;
  requireRoleKeys(keys);
  const { canonical, shown } = requireEmail(email, 'email');
  const what = { action: 'addMember', target: { type: 'Organization', id: organizationId }, on: organizationId } as const;
  return act(request, { ...what, scope: 'members:manage', idempotency: idempotencyKeyOf(input) }, async (acting) => {
    const { tx, principal, organization } = acting;
    const { roles, ignoredRoles } = chooseSomeRoles(await lockUsableRoles(tx, organization.lineage, keys), keys);
    const missingScopes = scopesBeyond(principal, organization.lineage, scopesOf(roles));
    if (missingScopes.length > 0) refuse('RoleEscalationError', { missingScopes });
    const userId = await findVisiblePerson(tx, principal, canonical);
    if (userId === undefined) refuse('UserNotFoundError', {});
    if (await lockMembership(tx, organization.id, userId)) refuse('AlreadyMemberError', {});
    // The membership takes the place of an open invitation, and so takes away what that one offers.
    const invitation = await lockOpenInvitationOf(tx, organization.id, canonical);
    const lost = scopesBeyond(principal, organization.lineage, invitation?.scopes ?? []);
    if (lost.length > 0) refuse('RoleEscalationError', { missingScopes: lost });
    const id = await insertMembership(
      tx,
      organization.id,
      userId,
      roles.map((role) => role.id),
    );
    if (invitation) await closeInvitation(tx, invitation.id, 'REVOKED');
    acting.record({ target: { type: 'Membership', id }, before: null, after: { email: shown, roles: roles.map((role) => role.key) } });
    return { membershipId: id, ignoredRoles };
  });
}
