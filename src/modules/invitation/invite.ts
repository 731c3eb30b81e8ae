/** Invites people: decides who can be invited, who cannot, and why. */
import type { OrganizationChange, CommandRequest } from '../../command/run.ts';
import { scopesBeyond } from '../../authorization/granting.ts';
import { parseAll } from '../../errors.ts';
import { userError, refuse, Refused, type UserError } from '../../command/user-error.ts';
import {
  ROLE_DEFAULT,
  byName,
  chooseSomeRoles,
  namedRoles,
  requireRoleKeys,
  scopesOf,
  type UsableRole,
} from '../role/choice.ts';
import { requireEmail } from '../../values/email.ts';
import { mailTurn, notVerified, type MailTurn } from './sending.ts';
import { insertInvitations, obstacles, type Obstacle } from './writes.ts';
import { InvitationExistsError } from './errors.ts';
import { AlreadyMemberError } from '../membership/errors.ts';
import { RoleEscalationError } from '../role/errors.ts';
import { present, together } from '../../database/rows.ts';

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
 * Invites people, each with a separate outcome, in two statements. People beyond the sending limits
 * are refused in the order of the input, so nothing is queued that will not be sent.
 */
export async function invite(
  acting: OrganizationChange,
  invitees: readonly Invitee[],
  settings: CommandRequest['settings'],
): Promise<InvitationOutcome[]> {
  const { tx, principal, organization, record } = acting;
  const keys = [...new Set(invitees.flatMap((invitee) => invitee.roles ?? [ROLE_DEFAULT]))];
  const addresses = invitees.map((invitee) => requireEmail(invitee.email, 'email').canonical);
  // The organization's lock keeps the obstacles as they are while the other locks are waited for.
  const found = await together<{ roles: UsableRole; obstacles: Obstacle; turn: MailTurn }>(tx, {
    roles: namedRoles(organization.lineage, keys),
    obstacles: obstacles(organization.id, addresses),
    turn: mailTurn(principal, organization.lineage),
  });
  const usable = byName(found.roles);
  const examined = invitees.map((invitee) => examine(acting, usable, invitee));
  const candidates = examined.filter((invitee) => 'canonicalEmail' in invitee);
  const inTheWay = new Map<string, UserError>(
    found.obstacles.map((invitee) => [
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
  const { ids, refusal } = found.turn.some(({ unverified }) => unverified)
    ? { ids: new Map<string, string>(), refusal: notVerified() }
    : await insertInvitations(
        tx,
        principal,
        organization,
        settings,
        invitable.map((invitee) => ({ ...invitee, roleIds: invitee.roles.map((role) => role.id) })),
      );
  for (const { canonicalEmail } of invitable)
    if (!ids.has(canonicalEmail)) inTheWay.set(canonicalEmail, refusal);
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
    const obstacle = inTheWay.get(invitee.canonicalEmail);
    if (obstacle) return refused(obstacle);
    const id = present(ids.get(invitee.canonicalEmail), 'the id of an invitation');
    if (first.get(invitee.canonicalEmail) !== invitee)
      return refused(userError(InvitationExistsError, { invitationId: id }));
    record({
      target: { type: 'Invitation', id },
      before: null,
      after: { email: invitee.email, roles: invitee.roles.map((role) => role.key) },
    });
    return { email, invitationId: id, error: null, ignoredRoles: invitee.ignoredRoles };
  });
}
