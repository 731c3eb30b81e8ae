/** Who may cause mail, and how much (docs/decisions/0021-sending-mail.md). */
import { sql } from 'kysely';
import type { Principal } from '../../authorization/principal.ts';
import type { Lineage } from '../../authorization/rights.ts';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';
import { userError, type UserError } from '../../command/user-error.ts';
import type { MailLimits } from '../../command/settings.ts';
import { EmailNotVerifiedError, InvitationLimitError } from './errors.ts';

/** Who asks for mail, and in which tree. */
interface Sending {
  senderId: string;
  treeId: string;
}

function sendingOf({ credential, user }: Principal, lineage: Lineage): Sending {
  const [treeId] = lineage;
  const senderId = user?.id ?? credential?.id;
  if (treeId === undefined || senderId === undefined) throw new RangeError('nobody sends mail from nowhere');
  return { senderId, treeId };
}

/** Mails that may still be asked for, up to the number wanted, and why there are no more. */
export interface Allowance {
  room: number;
  refusal: UserError;
}

/**
 * How many of `wanted` mails the caller may ask for now. Asking is locked for the sender and for the tree until the
 * transaction ends, in this order, so that concurrent requests count one after the other.
 */
export async function mailAllowance(
  tx: Database,
  principal: Principal,
  lineage: Lineage,
  limits: MailLimits,
  wanted: number,
): Promise<Allowance> {
  const { senderId, treeId } = sendingOf(principal, lineage);
  if (await isUnverified(tx, principal, treeId)) return { room: 0, refusal: userError(EmailNotVerifiedError, {}) };
  await sql`
    select pg_advisory_xact_lock(hashtextextended(name, 0))
    from unnest(array[${`invitation mails by ${senderId}`}, ${`invitation mails in ${treeId}`}]) as name`.execute(tx);
  // A statement of its own: only now does it see what was committed while the locks were waited for.
  const { by_sender, sender_since, in_tree, tree_since } = await one(
    tx,
    sql<{ by_sender: number; sender_since: Date | null; in_tree: number; tree_since: Date | null }>`
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
      ) as tree`,
  );
  const roomOfSender = limits.perSender - by_sender;
  const roomOfTree = limits.perTree - in_tree;
  const refusal =
    roomOfSender <= roomOfTree ? limitError('SENDER', limits.perSender, sender_since) : limitError('TREE', limits.perTree, tree_since);
  return { room: Math.min(wanted, roomOfSender, roomOfTree), refusal };
}

const DAY_MS = 86_400_000;

/** The limit that was reached; there is room again once the oldest of the mails that fill it is a day old. */
function limitError(scope: 'SENDER' | 'TREE', limit: number, since: Date | null): UserError {
  const retryAt = new Date((since?.getTime() ?? Date.now()) + DAY_MS).toISOString();
  return userError(InvitationLimitError, { scope, limit, retryAt });
}

/**
 * Whether the caller's own address is not verified, or that of the person who created the tree: else whoever made an
 * account a moment ago would send through a key.
 */
async function isUnverified(tx: Database, { user }: Principal, treeId: string): Promise<boolean> {
  const { unverified } = await one(
    tx,
    sql<{ unverified: boolean }>`
      select exists (
        select from users u where u.canonical_email is null and (
          u.id = ${user?.id ?? null}::uuid
          or u.id = (select s.user_id from standalone_organizations s where s.organization_id = ${treeId}::uuid)
        )
      ) as unverified`,
  );
  return unverified;
}

/**
 * Records that mails of these invitations were asked for. One to an address that got as many as it may out of this tree
 * is withheld: its job does nothing, and nobody is told.
 */
export async function recordMails(
  tx: Database,
  principal: Principal,
  lineage: Lineage,
  { perAddress }: MailLimits,
  invitationIds: readonly string[],
): Promise<void> {
  const { senderId, treeId } = sendingOf(principal, lineage);
  await sql`
    insert into invitation_mails (invitation_id, round, tree_id, sender_id, canonical_email, withheld)
    select i.id, i.round, ${treeId}::uuid, ${senderId}::uuid, i.canonical_email, sent.mails >= ${perAddress}::int
    from invitations i cross join lateral (
      select count(*)::int as mails from (
        select from invitation_mails m
        where m.tree_id = ${treeId}::uuid and m.canonical_email = i.canonical_email and not m.withheld
          and m.asked_at > now() - interval '24 hours'
        limit ${perAddress}::int
      ) as latest
    ) as sent
    where i.id = any (${invitationIds}::uuid[])`.execute(tx);
}

/** Removes the records that no limit counts any more; a job. */
export async function forgetMails(db: Database): Promise<void> {
  await sql`delete from invitation_mails where asked_at <= now() - interval '24 hours'`.execute(db);
}
