/**
 * Sends the mail of an invitation: a job that is retried until the mail server accepts the mail or
 * permanently refuses it.
 */
import { sql } from 'kysely';
import { tokenHash } from '../../authentication/secret.ts';
import type { Database } from '../../database/connect.ts';
import { maybeOne, type Columns } from '../../database/rows.ts';
import type { Task } from '../../jobs/worker.ts';
import { MailError, type Mailer } from '../../mail/mailer.ts';
import type { Logger } from '../../telemetry/log.ts';
import { mailboxOf } from '../../values/email.ts';
import { invitationMessage } from './mail.ts';
import { createInvitationToken } from './token.ts';

export interface DeliveryOptions {
  db: Database;
  mailer: Mailer;
  log: Logger;
  /** The link, with `{token}` as the placeholder of the token. */
  linkTemplate: string;
}

interface Sendable extends Columns<'invitations', 'email' | 'expires_at'> {
  organization_name: string;
  role_names: string[];
  open: boolean;
  /** Whether the address has reached its limit of mails from this tree. */
  withheld: boolean;
}

/**
 * Creates the task. `round` counts how often sending was requested; a job of an earlier round does
 * nothing.
 */
export function deliveryTask({
  db,
  mailer,
  log,
  linkTemplate,
}: DeliveryOptions): Task<'deliver_invitation'> {
  return async ({ invitationId, round }, { isLast }) => {
    const invitation = await beginAttempt(db, invitationId, round);
    if (!invitation) return;
    const outcome = (status: 'SENT' | 'QUEUED' | 'FAILED', error: string | null) =>
      setOutcome(db, invitationId, round, status, error);
    if (!invitation.open)
      return outcome('FAILED', 'The invitation was closed before its mail was sent.');
    if (invitation.withheld) {
      // To the inviter it looks like a mail that was sent. Others in the tree may have written to
      // this address, and how often is not theirs to know (docs/decisions/0021-sending-mail.md).
      log.info(
        { invitationId },
        'the mail of an invitation was withheld: its address has reached the limit',
      );
      return outcome('SENT', null);
    }
    const token = createInvitationToken();
    if (!(await keepToken(db, invitationId, round, token))) return;
    try {
      await mailer(
        invitationMessage(
          {
            name: `invitation-${invitationId}-${Date.now()}`,
            to: mailboxOf(invitation.email),
            token,
            organizationName: invitation.organization_name,
            roleNames: invitation.role_names,
            expiresAt: invitation.expires_at,
          },
          linkTemplate,
        ),
      );
    } catch (error) {
      if (!(error instanceof MailError)) throw error;
      const isOver = error.permanent || isLast;
      await outcome(isOver ? 'FAILED' : 'QUEUED', error.message);
      log.warn(
        { invitationId, reason: error.message, isOver },
        'the mail of an invitation was not sent',
      );
      // If the error is thrown, the job is retried later. A permanent refusal ends it.
      if (!error.permanent) throw error;
      return;
    }
    await outcome('SENT', null);
  };
}

/** Counts the attempt. Returns undefined if another round has begun. */
async function beginAttempt(
  db: Database,
  invitationId: string,
  round: number,
): Promise<Sendable | undefined> {
  return db.transaction().execute(async (tx) => {
    // Locked first, as in resending.
    const invitation = await maybeOne(
      tx,
      sql<Sendable>`
        select i.email, i.expires_at, o.name as organization_name,
          array(select r.name from invitation_roles ir join roles r on r.id = ir.role_id
            where ir.invitation_id = i.id order by r.name) as role_names,
          invitation_status(i.status, i.expires_at) = 'PENDING' and o.deleted_at is null as open,
          exists (
            select from invitation_mails m where m.invitation_id = i.id and m.round = i.round and m.withheld
          ) as withheld
        from invitations i join organizations o on o.id = i.organization_id
        where i.id = ${invitationId}::uuid and i.round = ${round} for share of i`,
    );
    if (!invitation) return undefined;
    const counted = await sql`
      insert into invitation_deliveries as d (invitation_id, status, attempts)
        values (${invitationId}::uuid, 'QUEUED', 1)
      on conflict (invitation_id) do update set attempts = d.attempts + 1
        where d.status = 'QUEUED'`.execute(tx);
    return counted.numAffectedRows === 1n ? invitation : undefined;
  });
}

/** Stores the token before the mail with it is sent. Returns false if another round has begun. */
async function keepToken(
  db: Database,
  invitationId: string,
  round: number,
  token: string,
): Promise<boolean> {
  const kept = await sql`
    insert into invitation_tokens (token_hash, invitation_id, organization_id)
    select ${tokenHash(token)}, i.id, i.organization_id from invitations i
    where i.id = ${invitationId}::uuid and i.round = ${round} for share`.execute(db);
  return kept.numAffectedRows === 1n;
}

async function setOutcome(
  db: Database,
  invitationId: string,
  round: number,
  status: 'SENT' | 'QUEUED' | 'FAILED',
  error: string | null,
): Promise<void> {
  await sql`
    update invitation_deliveries
    set status = ${status}, last_error = ${error}, sent_at = case when ${status} = 'SENT' then now() end
    where invitation_id = ${invitationId}::uuid
      and exists (select from invitations i
        where i.id = ${invitationId}::uuid and i.round = ${round} for share)`.execute(db);
}
