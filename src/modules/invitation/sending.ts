/** Decides who may send invitation emails, and how many (docs/decisions/0021-sending-mail.md). */
import { sql, type RawBuilder } from 'kysely';
import type { Principal } from '../../authorization/principal.ts';
import type { Lineage } from '../../authorization/rights.ts';
import type { Database } from '../../database/connect.ts';
import { userError, type UserError } from '../../command/user-error.ts';
import type { MailLimits } from '../../command/settings.ts';
import { EmailNotVerifiedError, InvitationLimitError } from './errors.ts';

/** The sender, and the tree. */
interface Sending {
  senderId: string;
  treeId: string;
}

function sendingOf({ credential, user }: Principal, lineage: Lineage): Sending {
  const [treeId] = lineage;
  const senderId = user?.id ?? credential?.id;
  if (treeId === undefined || senderId === undefined)
    throw new RangeError('mail needs a sender and a tree');
  return { senderId, treeId };
}

/** Whether mails may be sent at all, once it is the caller's turn to be counted. */
export interface MailTurn {
  unverified: boolean;
}

/**
 * The statement that waits for the caller's turn to send: the sender and then the tree are locked
 * until the transaction ends, so that concurrent requests are counted one after the other. What
 * was sent is counted by a later statement, which sees what was committed meanwhile.
 *
 * Tells whether the address of the caller, or of the person who created the tree, is unverified. The
 * creator counts because otherwise a new account could send through a key.
 */
export function mailTurn(principal: Principal, lineage: Lineage): RawBuilder<MailTurn> {
  const { senderId, treeId } = sendingOf(principal, lineage);
  return sql`
    select count(pg_advisory_xact_lock(hashtextextended(name, 0))) as locks,
      exists (
        select from users u where u.canonical_email is null and (
          u.id = ${principal.user?.id ?? null}::uuid
          or u.id = (select s.user_id from standalone_organizations s
            where s.organization_id = ${treeId}::uuid)
        )
      ) as unverified
    from unnest(array[${`invitation mails by ${senderId}`}, ${`invitation mails in ${treeId}`}]) as name`;
}

/** What was sent in the last 24 hours, as far as it counts towards the limits. */
export interface MailsSent {
  by_sender: number;
  sender_since: Date | null;
  in_tree: number;
  tree_since: Date | null;
}

/** The statement that counts what was sent. The caller's turn has come by then. */
export function mailsSent(
  principal: Principal,
  lineage: Lineage,
  limits: MailLimits,
): RawBuilder<MailsSent> {
  const { senderId, treeId } = sendingOf(principal, lineage);
  return sql`
    select sender.mails as by_sender, sender.since as sender_since, tree.mails as in_tree, tree.since as tree_since
    from (
      select count(*)::int as mails, min(asked_at) as since from (
        select asked_at from invitation_mails where sender_id = ${senderId}::uuid and asked_at > now() - interval '24 hours'
        order by asked_at desc limit ${limits.perSender}
      ) as latest
    ) as sender, (
      select count(*)::int as mails, min(asked_at) as since from (
        select asked_at from invitation_mails where tree_id = ${treeId}::uuid and asked_at > now() - interval '24 hours'
        order by asked_at desc limit ${limits.perTree}
      ) as latest
    ) as tree`;
}

/** How many mails may still be sent, and the reason why there are not more. */
export interface Allowance {
  room: number;
  refusal: UserError;
}

/** Returns how many mails may be sent beyond those that were. */
export function allowance(
  { by_sender, sender_since, in_tree, tree_since }: MailsSent,
  limits: MailLimits,
): Allowance {
  const roomOfSender = limits.perSender - by_sender;
  const roomOfTree = limits.perTree - in_tree;
  const refusal =
    roomOfSender <= roomOfTree
      ? limitError('SENDER', limits.perSender, sender_since)
      : limitError('TREE', limits.perTree, tree_since);
  return { room: Math.min(roomOfSender, roomOfTree), refusal };
}

const DAY_MS = 86_400_000;

/** Creates the error for a limit. There is room again once the oldest counted mail is a day old. */
function limitError(scope: 'SENDER' | 'TREE', limit: number, since: Date | null): UserError {
  const retryAt = new Date((since?.getTime() ?? Date.now()) + DAY_MS).toISOString();
  return userError(InvitationLimitError, { scope, limit, retryAt });
}

/** The refusal of a sender without a verified address. */
export function notVerified(): UserError {
  return userError(EmailNotVerifiedError, {});
}

/**
 * The statement that records that mails of invitations were requested, which a table expression
 * holds as `id`, `round` and `canonical_email`. A mail to an address that has reached its limit in
 * this tree is withheld: its job does nothing, and nobody is told.
 */
export function recordedMails(
  principal: Principal,
  lineage: Lineage,
  { perAddress }: MailLimits,
  invitations: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const { senderId, treeId } = sendingOf(principal, lineage);
  return sql`
    insert into invitation_mails (invitation_id, round, tree_id, sender_id, canonical_email, withheld)
    select i.id, i.round, ${treeId}::uuid, ${senderId}::uuid, i.canonical_email,
      sent.mails >= ${perAddress}::int
    from ${invitations} as i cross join lateral (
      select count(*)::int as mails from (
        select from invitation_mails m
        where m.tree_id = ${treeId}::uuid and m.canonical_email = i.canonical_email and not m.withheld
          and m.asked_at > now() - interval '24 hours'
        limit ${perAddress}::int
      ) as latest
    ) as sent`;
}

/** A job that removes records that no limit counts any more. */
export async function forgetMails(db: Database): Promise<void> {
  await sql`delete from invitation_mails where asked_at <= now() - interval '24 hours'`.execute(db);
}
