/** What can be done with invitations. */
import { act, actAsPerson, type ActionRequest } from '../action/act.ts';
import { idempotencyKeyOf, type IdempotencyKey } from '../action/idempotency.ts';
import { scopesBeyond } from '../access/granting.ts';
import type { Principal } from '../access/principal.ts';
import { holds, type Lineage } from '../access/rights.ts';
import { lockStanding } from '../credential/standing.ts';
import { tokenHash } from '../credential/secret.ts';
import type { Database } from '../database/connect.ts';
import { badInput, checkAll, notFound, PublicError } from '../errors.ts';
import { failure, refuse, Refused, type Failure } from '../failure.ts';
import { insertMembership } from '../membership/write-store.ts';
import { INVITED_MAX, invite, requireInvitee, type Invitee } from './invite.ts';
import { mailAllowance, recordMails } from './sending.ts';
import { isInvitationToken } from './token.ts';
import {
  closeInvitation,
  invitationOfAddress,
  invitationOfToken,
  lockInvitation,
  organizationOfInvitation,
  renewInvitation,
  type HeldInvitation,
} from './write-store.ts';

const inviting = (action: string, organizationId: string) =>
  ({ action, target: { type: 'Organization', id: organizationId }, on: organizationId, scope: 'members:manage' }) as const;

interface InvitationInput extends Invitee {
  organizationId: string;
  idempotencyKey?: string | null | undefined;
}

/** Invites one person. */
export function createInvitation(request: ActionRequest, input: InvitationInput) {
  requireInvitee(input);
  const attempt = { ...inviting('createInvitation', input.organizationId), idempotency: idempotencyKeyOf(input) };
  return act(request, attempt, async (acting) => {
    const [outcome] = await invite(acting, [input], request.settings);
    if (outcome?.error) throw new Refused(outcome.error);
    return { invitationId: outcome?.invitationId ?? '', ignoredRoles: outcome?.ignoredRoles ?? [] };
  });
}

interface InvitationsInput {
  organizationId: string;
  users: readonly Invitee[];
  idempotencyKey?: string | null | undefined;
}

/** Invites up to 100 people. */
export function inviteUsers(request: ActionRequest, input: InvitationsInput) {
  if (input.users.length === 0 || input.users.length > INVITED_MAX)
    throw badInput('users', `must name between 1 and ${INVITED_MAX} people`);
  checkAll(...input.users.map((invitee, index) => () => requireInvitee(invitee, `users.${index}.`)));
  const attempt = { ...inviting('inviteUsers', input.organizationId), idempotency: idempotencyKeyOf(input) };
  return act(request, attempt, async (acting) => ({ results: await invite(acting, input.users, request.settings) }));
}

const changing = (action: string, id: string) =>
  ({
    action,
    target: { type: 'Invitation', id },
    on: (tx: Database, principal: Principal) => organizationOfInvitation(tx, principal, id),
    scope: 'members:manage',
  }) as const;

/** An invitation that still waits for an answer, or ran out; locked. */
async function lockOpen(tx: Database, id: string): Promise<HeldInvitation> {
  const invitation = await lockInvitation(tx, id);
  if (!invitation) throw notFound();
  if (invitation.stored !== 'PENDING') refuse('InvitationClosedError', {});
  return invitation;
}

/** Refuses an invitation that offers more than the caller holds there. */
function requireGrantable(principal: Principal, lineage: Lineage, { scopes }: Pick<HeldInvitation, 'scopes'>): void {
  const missingScopes = scopesBeyond(principal, lineage, scopes);
  if (missingScopes.length > 0) refuse('RoleEscalationError', { missingScopes });
}

const facts = ({ email, role_keys, status }: HeldInvitation, now: { status?: string } = {}) => ({
  email,
  roles: role_keys,
  status,
  ...now,
});

/** Sends an invitation once more, with a new token and a new term. Whoever sends it vouches for it from now on. */
export function resendInvitation(request: ActionRequest, input: { id: string; idempotencyKey?: string | null | undefined }) {
  const { id } = input;
  return act(
    request,
    { ...changing('resendInvitation', id), idempotency: idempotencyKeyOf(input) },
    async ({ tx, principal, organization, record }) => {
      const invitation = await lockOpen(tx, id);
      requireGrantable(principal, organization.lineage, invitation);
      const { invitationDays, mailLimits } = request.settings;
      const { room, refusal } = await mailAllowance(tx, principal, organization.lineage, mailLimits, 1);
      if (room < 1) throw new Refused(refusal);
      await renewInvitation(tx, principal, id, invitationDays);
      await recordMails(tx, principal, organization.lineage, mailLimits, [id]);
      record({ target: { type: 'Invitation', id }, before: facts(invitation), after: facts(invitation, { status: 'PENDING' }) });
      return { invitationId: id };
    },
  );
}

/** Takes an invitation back. Requires the scopes that it offers: taking away is bounded like giving. */
export function revokeInvitation(request: ActionRequest, { id }: { id: string }) {
  return act(request, changing('revokeInvitation', id), async ({ tx, principal, organization, record }) => {
    const invitation = await lockOpen(tx, id);
    requireGrantable(principal, organization.lineage, invitation);
    await closeInvitation(tx, id, 'REVOKED');
    record({ target: { type: 'Invitation', id }, before: facts(invitation), after: facts(invitation, { status: 'REVOKED' }) });
    return { invitationId: id };
  });
}

const NOBODYS = '00000000-0000-0000-0000-000000000000';

/** Which invitation is answered: the one of a token, or one that the person's verified address received, by its UUID. */
export type Answered = { token: string } | { id: string };

/**
 * Answers an invitation. Whatever is wrong with a token (unknown, altered, expired, revoked, used, addressed to somebody
 * else) gives one and the same answer. An id that is not of an invitation to the person's verified address is not there.
 */
async function answering<Result extends object>(
  request: ActionRequest,
  action: string,
  { idempotency = null, ...which }: Answered & { idempotency?: IdempotencyKey | null },
  change: (acting: Parameters<Parameters<typeof actAsPerson>[2]>[0], invitation: HeldInvitation, lineage: Lineage) => Promise<Result>,
): Promise<Result | Failure> {
  // A text that was never a token is nobody's attempt on anything.
  if ('token' in which && request.principal.user && !isInvitationToken(which.token)) return failure('InvitationInvalidError', {});
  const find = (tx: Database, { user }: Pick<Principal, 'user'>) =>
    'token' in which ? invitationOfToken(tx, tokenHash(which.token)) : invitationOfAddress(tx, which.id, user?.verifiedEmail);
  const found = await find(request.db, request.principal);
  const attempt = {
    action,
    target: { type: 'Invitation', id: found?.id ?? NOBODYS },
    on: async (tx: Database, principal: Principal) => (await find(tx, principal))?.organization_id ?? null,
    idempotency,
  } as const;
  return actAsPerson<Result>(request, attempt, async (acting) => {
    const now = await find(acting.tx, { user: acting.person });
    if ('id' in which && !(now && acting.organization)) throw notFound();
    const invitation = now && (await lockInvitation(acting.tx, now.id));
    // Asked again under the lock: sending anew ends the tokens before it.
    const current = invitation && (await find(acting.tx, { user: acting.person }));
    const isOwn = invitation?.canonical_email === acting.person.verifiedEmail;
    if (!current || !acting.organization || invitation.status !== 'PENDING' || !isOwn) refuse('InvitationInvalidError', {});
    return change(acting, invitation, acting.organization.lineage);
  });
}

/** Accepts an invitation: the membership begins now, if whoever invited could still invite with these roles. */
export function acceptInvitation(request: ActionRequest, input: Answered & { idempotencyKey?: string | null | undefined }) {
  const { idempotencyKey: _, ...which } = input;
  const given = { ...which, idempotency: idempotencyKeyOf(input) };
  return answering(request, 'acceptInvitation', given, async ({ tx, person, record }, invitation, lineage) => {
    if (invitation.suspended || !(await couldStillGrant(tx, invitation, lineage))) refuse('InvitationInvalidError', {});
    const id = await insertMembership(tx, invitation.organization_id, person.id, invitation.role_ids);
    await closeInvitation(tx, invitation.id, 'ACCEPTED');
    record({
      target: { type: 'Invitation', id: invitation.id },
      before: facts(invitation),
      after: facts(invitation, { status: 'ACCEPTED' }),
    });
    return { membershipId: id };
  });
}

/** Declines an invitation. */
export function declineInvitation(request: ActionRequest, which: Answered) {
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

/** Whether the inviter, as it is now, could invite to the organization with these roles. Its rights are locked. */
async function couldStillGrant(tx: Database, invitation: HeldInvitation, lineage: Lineage): Promise<boolean> {
  const { inviter_kind, inviter_user_id, inviter_api_key_id, inviter_organization_id } = invitation;
  const isKey = inviter_kind === 'API_KEY';
  const id = isKey ? inviter_api_key_id : inviter_user_id;
  if (id === null) return false;
  const inviter: Principal = {
    // A person vouches as a member, whatever became of the token that it once used.
    credential: { kind: isKey ? 'API_KEY' : 'SESSION', id, name: null, expiresAt: null },
    user: isKey ? null : { id, verifiedEmail: null },
    home: { id: inviter_organization_id, lineage: [], scopes: new Set() },
  };
  try {
    const now = await lockStanding(tx, inviter);
    return holds(now, 'members:manage', lineage) && scopesBeyond(now, lineage, invitation.scopes).length === 0;
  } catch (error) {
    if (error instanceof PublicError) return false;
    throw error;
  }
}
