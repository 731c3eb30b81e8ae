/** Commands of members on invitations. */
import { runCommand, type CommandRequest } from '../../command/run.ts';
import { organizationOfRow } from '../../command/find-organization.ts';
import { idempotencyKeyOf } from '../../command/idempotency.ts';
import { scopesBeyond } from '../../authorization/granting.ts';
import type { Principal } from '../../authorization/principal.ts';
import type { Lineage } from '../../authorization/rights.ts';
import type { Database } from '../../database/connect.ts';
import { one, present } from '../../database/rows.ts';
import { badInput, parseAll, notFound } from '../../errors.ts';
import { refuse, Refused } from '../../command/user-error.ts';
import { INVITED_MAX, invite, requireInvitee, type Invitee } from './invite.ts';
import { allowance, mailsSent, mailTurn, notVerified } from './sending.ts';
import { facts } from './facts.ts';
import { lockInvitation, type HeldInvitation } from './locks.ts';
import { closeInvitation, renewInvitation } from './writes.ts';
import { InvitationClosedError } from './errors.ts';
import { RoleEscalationError } from '../role/errors.ts';

const inviting = (action: string, organizationId: string) =>
  ({
    action,
    target: { type: 'Organization', id: organizationId },
    on: organizationId,
    scope: 'members:manage',
  }) as const;

interface InvitationInput extends Invitee {
  organizationId: string;
  idempotencyKey?: string | null | undefined;
}

/** Invites one person. */
export function createInvitation(request: CommandRequest, input: InvitationInput) {
  requireInvitee(input);
  const attempt = {
    ...inviting('createInvitation', input.organizationId),
    idempotency: idempotencyKeyOf(input),
  };
  return runCommand(request, attempt, async (acting) => {
    const [outcome] = await invite(acting, [input], request.settings);
    const { invitationId, error, ignoredRoles } = present(outcome, 'the outcome of an invitation');
    if (error) throw new Refused(error);
    return { invitationId: present(invitationId, 'the id of an invitation'), ignoredRoles };
  });
}

interface InvitationsInput {
  organizationId: string;
  users: readonly Invitee[];
  idempotencyKey?: string | null | undefined;
}

/** Invites up to 100 people. */
export function inviteUsers(request: CommandRequest, input: InvitationsInput) {
  if (input.users.length === 0 || input.users.length > INVITED_MAX)
    throw badInput('users', `must name between 1 and ${INVITED_MAX} people`);
  parseAll(
    ...input.users.map((invitee, index) => () => requireInvitee(invitee, `users.${index}.`)),
  );
  const attempt = {
    ...inviting('inviteUsers', input.organizationId),
    idempotency: idempotencyKeyOf(input),
  };
  return runCommand(request, attempt, async (acting) => ({
    results: await invite(acting, input.users, request.settings),
  }));
}

const changing = (action: string, id: string) =>
  ({
    action,
    target: { type: 'Invitation', id },
    on: organizationOfRow('invitations', id, 'members:read'),
    scope: 'members:manage',
  }) as const;

/** Locks an invitation that is pending or expired. */
async function lockOpen(tx: Database, id: string): Promise<HeldInvitation> {
  const invitation = await lockInvitation(tx, id);
  if (!invitation) throw notFound();
  if (invitation.stored !== 'PENDING') refuse(InvitationClosedError, {});
  return invitation;
}

/** Refuses an invitation that offers more than the caller holds on the organization. */
function requireGrantable(
  principal: Principal,
  lineage: Lineage,
  { scopes }: Pick<HeldInvitation, 'scopes'>,
): void {
  const missingScopes = scopesBeyond(principal, lineage, scopes);
  if (missingScopes.length > 0) refuse(RoleEscalationError, { missingScopes });
}

/** Sends an invitation again, with a new token and a new expiry. Its sender becomes the inviter. */
export function resendInvitation(
  request: CommandRequest,
  input: { id: string; idempotencyKey?: string | null | undefined },
) {
  const { id } = input;
  return runCommand(
    request,
    { ...changing('resendInvitation', id), idempotency: idempotencyKeyOf(input) },
    async ({ tx, principal, organization, record }) => {
      const invitation = await lockOpen(tx, id);
      requireGrantable(principal, organization.lineage, invitation);
      const { lineage } = organization;
      const { mailLimits } = request.settings;
      const { unverified } = await one(tx, mailTurn(principal, lineage));
      if (unverified) throw new Refused(notVerified());
      const sent = await one(tx, mailsSent(principal, lineage, mailLimits));
      const { room, refusal } = allowance(sent, mailLimits);
      if (room < 1) throw new Refused(refusal);
      await renewInvitation(tx, principal, lineage, id, request.settings);
      record({
        target: { type: 'Invitation', id },
        before: facts(invitation),
        after: facts(invitation, { status: 'PENDING' }),
      });
      return { invitationId: id };
    },
  );
}

/**
 * Revokes an invitation. Requires the scopes that it offers: the rule for taking away is the same
 * as for giving.
 */
export function revokeInvitation(request: CommandRequest, { id }: { id: string }) {
  return runCommand(
    request,
    changing('revokeInvitation', id),
    async ({ tx, principal, organization, record }) => {
      const invitation = await lockOpen(tx, id);
      requireGrantable(principal, organization.lineage, invitation);
      await closeInvitation(tx, id, 'REVOKED');
      record({
        target: { type: 'Invitation', id },
        before: facts(invitation),
        after: facts(invitation, { status: 'REVOKED' }),
      });
      return { invitationId: id };
    },
  );
}
