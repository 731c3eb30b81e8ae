/** Invites people: decides who can be invited, who cannot, and why. */
import type { OrganizationChange, CommandRequest } from '../../command/run.ts';
import { scopesBeyond } from '../../authorization/granting.ts';
import { parseAll } from '../../errors.ts';
import { userError, refuse, Refused, type UserError } from '../../command/user-error.ts';
import {
  ROLE_DEFAULT,
  chooseSomeRoles,
  lockUsableRoles,
  requireRoleKeys,
  scopesOf,
  type UsableRole,
} from '../role/choice.ts';
import { requireEmail } from '../../values/email.ts';
import { mailAllowance, recordMails } from './sending.ts';
import { findObstacles, insertInvitations } from './writes.ts';
import { InvitationExistsError } from './errors.ts';
import { AlreadyMemberError } from '../membership/errors.ts';
import { RoleEscalationError } from '../role/errors.ts';
import { present } from '../../database/rows.ts';

/** The maximum number of people that one call may invite. */
export const INVITED_MAX = 100;

/** A person to be invited. */
export interface Invitee {
  email: string;
  roles?: readonly string[] | null | undefined;
}

/** The outcome of inviting one person. */
export interface InvitationOutcome {
  email: string;
  invitationId: string | null;
  error: UserError | null;
  ignoredRoles: string[];
}

interface Candidate {
  email: string;
  canonicalEmail: string;
  roles: UsableRole[];
  ignoredRoles: string[];
}

/** Validates an invitee before anything is read. `at` names their position in the input. */
export function requireInvitee({ email, roles }: Invitee, at = ''): void {
  parseAll(
    () => requireEmail(email, `${at}email`),
    () => roles != null && requireRoleKeys(roles, `${at}roles`),
  );
}

/** Decides whether one person can be invited, regardless of the others. */
function examine(
  acting: OrganizationChange,
  usable: ReadonlyMap<string, UsableRole>,
  invitee: Invitee,
): Candidate | UserError {
  try {
    const { roles, ignoredRoles } = chooseSomeRoles(usable, invitee.roles ?? [ROLE_DEFAULT]);
    const missingScopes = scopesBeyond(
      acting.principal,
      acting.organization.lineage,
      scopesOf(roles),
    );
    if (missingScopes.length > 0) refuse(RoleEscalationError, { missingScopes });
    const { shown, canonical } = requireEmail(invitee.email, 'email');
    return { email: shown, canonicalEmail: canonical, roles, ignoredRoles };
  } catch (error) {
    if (error instanceof Refused) return error.failure;
    throw error;
  }
}

/**
 * Invites people, each with a separate outcome, in a fixed number of statements. People beyond the
 * sending limits are refused in the order of the input, so nothing is queued that will not be sent.
 */
export async function invite(
  acting: OrganizationChange,
  invitees: readonly Invitee[],
  { invitationDays, mailLimits }: CommandRequest['settings'],
): Promise<InvitationOutcome[]> {
  const { tx, principal, organization, record } = acting;
  const keys = [...new Set(invitees.flatMap((invitee) => invitee.roles ?? [ROLE_DEFAULT]))];
  const usable = await lockUsableRoles(tx, organization.lineage, keys);
  const examined = invitees.map((invitee) => examine(acting, usable, invitee));
  const candidates = examined.filter((invitee) => 'canonicalEmail' in invitee);
  const obstacles = await findObstacles(
    tx,
    organization.id,
    candidates.map((invitee) => invitee.canonicalEmail),
  );
  const inTheWay = new Map<string, UserError>(
    obstacles.map((invitee) => [
      invitee.canonical_email,
      invitee.member
        ? userError(AlreadyMemberError, {})
        : userError(InvitationExistsError, { invitationId: invitee.invitation_id }),
    ]),
  );
  // An address that appears in the list twice is invited once, as its first entry says.
  const first = new Map(
    candidates.toReversed().map((invitee) => [invitee.canonicalEmail, invitee]),
  );
  const invitable = candidates.filter(
    (invitee) =>
      first.get(invitee.canonicalEmail) === invitee && !inTheWay.has(invitee.canonicalEmail),
  );
  const { lineage } = organization;
  const { room, refusal } = await mailAllowance(
    tx,
    principal,
    lineage,
    mailLimits,
    invitable.length,
  );
  const invited = invitable.slice(0, Math.max(room, 0));
  for (const invitee of invitable.slice(invited.length))
    inTheWay.set(invitee.canonicalEmail, refusal);
  const ids = await insertInvitations(
    tx,
    principal,
    organization.id,
    invitationDays,
    invited.map((invitee) => ({ ...invitee, roleIds: invitee.roles.map((role) => role.id) })),
  );
  await recordMails(tx, principal, lineage, mailLimits, ids);
  const idOf = new Map(
    invited.map((invitee, index) => [invitee, present(ids[index], 'the id of an invitation')]),
  );
  return examined.map((invitee, index): InvitationOutcome => {
    const email = invitees[index]?.email ?? '';
    const refused = (error: UserError): InvitationOutcome => {
      const target = { type: 'Organization', id: organization.id } as const;
      record({ target, before: null, after: null, refusal: error.code });
      return {
        email,
        invitationId: null,
        error,
        ignoredRoles: 'ignoredRoles' in invitee ? invitee.ignoredRoles : [],
      };
    };
    if (!('canonicalEmail' in invitee)) return refused(invitee);
    const id = idOf.get(invitee);
    if (id === undefined) {
      const twin = first.get(invitee.canonicalEmail);
      const invitationId = (twin && idOf.get(twin)) ?? null;
      return refused(
        inTheWay.get(invitee.canonicalEmail) ?? userError(InvitationExistsError, { invitationId }),
      );
    }
    record({
      target: { type: 'Invitation', id },
      before: null,
      after: { email: invitee.email, roles: invitee.roles.map((role) => role.key) },
    });
    return { email, invitationId: id, error: null, ignoredRoles: invitee.ignoredRoles };
  });
}
