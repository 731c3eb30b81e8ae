/** Commands with which invitees answer invitations. */
import { reauthorize } from '../../authentication/reauthorize.ts';
import { tokenHash } from '../../authentication/secret.ts';
import { scopesBeyond } from '../../authorization/granting.ts';
import type { Principal } from '../../authorization/principal.ts';
import { can, type Lineage } from '../../authorization/rights.ts';
import { idempotencyKeyOf, type IdempotencyKey } from '../../command/idempotency.ts';
import { runCommand, type CommandRequest } from '../../command/run.ts';
import { refuse, userError, type UserError } from '../../command/user-error.ts';
import type { Database } from '../../database/connect.ts';
import { notFound, RequestError } from '../../errors.ts';
import { insertMembership } from '../membership/writes.ts';
import { InvitationInvalidError } from './errors.ts';
import { facts } from './facts.ts';
import {
  invitationOfAddress,
  invitationOfToken,
  lockInvitation,
  type HeldInvitation,
} from './locks.ts';
import { isInvitationToken } from './token.ts';
import { closeInvitation } from './writes.ts';

const NOBODYS = '00000000-0000-0000-0000-000000000000';

/**
 * The invitation to respond to: by its token or, if it was sent to the person's verified address,
 * by its UUID.
 */
export type Answered = { token: string } | { id: string };

/**
 * Responds to an invitation. Whatever is wrong with a token (unknown, altered, expired, revoked,
 * used, addressed to somebody else), the error is the same. An id that is not of an invitation to
 * the person's verified address is not found.
 */
async function answering<Result extends object>(
  request: CommandRequest,
  action: string,
  { idempotency = null, ...which }: Answered & { idempotency?: IdempotencyKey | null },
  change: (
    acting: Parameters<Parameters<typeof runCommand>[2]>[0],
    invitation: HeldInvitation,
    lineage: Lineage,
  ) => Promise<Result>,
): Promise<Result | UserError> {
  // A text that was never a token is not recorded as an attempt.
  if ('token' in which && request.principal.user && !isInvitationToken(which.token))
    return userError(InvitationInvalidError, {});
  const find = (tx: Database, { user }: Pick<Principal, 'user'>) =>
    'token' in which
      ? invitationOfToken(tx, tokenHash(which.token))
      : invitationOfAddress(tx, which.id, user?.verifiedEmail);
  const invitation = await find(request.db, request.principal);
  const attempt = {
    action,
    target: { type: 'Invitation', id: invitation?.id ?? NOBODYS },
    on: async (tx: Database, principal: Principal) =>
      (await find(tx, principal))?.organization_id ?? null,
    idempotency,
  } as const;
  return runCommand<Result>(request, attempt, async (acting) => {
    const now = await find(acting.tx, acting);
    if ('id' in which && !(now && acting.organization)) throw notFound();
    const invitation = now && (await lockInvitation(acting.tx, now.id));
    // Checked again under the lock: resending an invitation invalidates its earlier tokens.
    const current = invitation && (await find(acting.tx, acting));
    const isOwn = invitation?.canonical_email === acting.user.verifiedEmail;
    if (!current || !acting.organization || invitation.status !== 'PENDING' || !isOwn)
      refuse(InvitationInvalidError, {});
    return change(acting, invitation, acting.organization.lineage);
  });
}

/**
 * Accepts an invitation. The membership begins now, provided that the inviter could still invite
 * with these roles.
 */
export function acceptInvitation(
  request: CommandRequest,
  input: Answered & { idempotencyKey?: string | null | undefined },
) {
  const { idempotencyKey: _, ...which } = input;
  const command = { ...which, idempotency: idempotencyKeyOf(input) };
  return answering(
    request,
    'acceptInvitation',
    command,
    async ({ tx, user, record }, invitation, lineage) => {
      if (invitation.suspended || !(await couldStillGrant(tx, invitation, lineage)))
        refuse(InvitationInvalidError, {});
      const id = await insertMembership(
        tx,
        invitation.organization_id,
        user.id,
        invitation.role_ids,
      );
      await closeInvitation(tx, invitation.id, 'ACCEPTED');
      record({
        target: { type: 'Invitation', id: invitation.id },
        before: facts(invitation),
        after: facts(invitation, { status: 'ACCEPTED' }),
      });
      return { membershipId: id };
    },
  );
}

/** Declines an invitation. */
export function declineInvitation(request: CommandRequest, which: Answered) {
  return answering(request, 'declineInvitation', which, async ({ tx, record }, invitation) => {
    await closeInvitation(tx, invitation.id, 'DECLINED');
    record({
      target: { type: 'Invitation', id: invitation.id },
      before: facts(invitation),
      after: facts(invitation, { status: 'DECLINED' }),
    });
    return { invitationId: invitation.id };
  });
}

/**
 * Whether the inviter could still invite to the organization with these roles, given their current
 * rights. Those are locked.
 */
async function couldStillGrant(
  tx: Database,
  invitation: HeldInvitation,
  lineage: Lineage,
): Promise<boolean> {
  const { inviter_kind, inviter_user_id, inviter_api_key_id, inviter_organization_id } = invitation;
  const isKey = inviter_kind === 'API_KEY';
  const id = isKey ? inviter_api_key_id : inviter_user_id;
  if (id === null) return false;
  const inviter: Principal = {
    // A person's rights as a member count, whatever happened to the token that they used.
    credential: { kind: isKey ? 'API_KEY' : 'SESSION', id, name: null, expiresAt: null },
    user: isKey ? null : { id, verifiedEmail: null },
    organization: { id: inviter_organization_id, lineage: [], scopes: new Set() },
  };
  try {
    const now = await reauthorize(tx, inviter);
    return (
      can(now, 'members:manage', lineage) &&
      scopesBeyond(now, lineage, invitation.scopes).length === 0
    );
  } catch (error) {
    if (error instanceof RequestError) return false;
    throw error;
  }
}
