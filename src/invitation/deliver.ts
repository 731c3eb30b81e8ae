/** Sends the mail of an invitation: a job, tried until the mail server took the mail or refused it for good. */
import { sql } from 'kysely';
import { tokenHash } from '../credential/secret.ts';
import type { Database } from '../database/connect.ts';
import type { Task } from '../jobs/worker.ts';
import { MailError, type Mailer } from '../mail/mailer.ts';
import type { Logger } from '../telemetry/log.ts';
import { invitationMessage } from './mail.ts';
import { createInvitationToken } from './token.ts';

export interface DeliveryOptions {
  db: Database;
  mailer: Mailer;
  log: Logger;
  /** The link, with `{token}` in the place of the token. */
  linkTemplate: string;
}

interface Sendable {
  email: string;
  expires_at: Date;
  organization_name: string;
  role_names: string[];
  open: boolean;
}

/** Makes the task. `round` counts how often sending was asked for; a job of an earlier round does nothing. */
export function deliveryTask({ db, mailer, log, linkTemplate }: DeliveryOptions): Task<'deliver_invitation'> {
  return async ({ invitationId, round }, { isLast }) => {
    const token = createInvitationToken();
    const invitation = await beginAttempt(db, invitationId, round, token);
    if (!invitation) return;
    const outcome = (status: 'SENT' | 'QUEUED' | 'FAILED', error: string | null) => setOutcome(db, invitationId, round, status, error);
    if (!invitation.open) return outcome('FAILED', 'The invitation was closed before its mail was sent.');
    try {
      await mailer(
        invitationMessage(
          {
            name: `invitation-${invitationId}-${Date.now()}`,
            to: invitation.email,
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
      log.warn({ invitationId, reason: error.message, isOver }, 'the mail of an invitation did not go out');
      // Thrown, the job is tried again later; a refusal for good is the end of it.
      if (!error.permanent) throw error;
      return;
    }
    await outcome('SENT', null);
  };
}

/** Counts the attempt and makes the token good that its mail will hold; undefined when another round has begun. */
async function beginAttempt(db: Database, invitationId: string, round: number, token: string): Promise<Sendable | undefined> {
  return db.transaction().execute(async (tx) => {
    // Locked first, as whoever sends anew does.
    const { rows } = await sql<Sendable>`
      select i.email, i.expires_at, o.name as organization_name,
        array(select r.name from invitation_roles ir join roles r on r.id = ir.role_id where ir.invitation_id = i.id order by r.name) as role_names,
        invitation_status(i.status, i.expires_at) = 'PENDING' and o.deleted_at is null as open
      from invitations i join organizations o on o.id = i.organization_id
      where i.id = ${invitationId}::uuid for key share of i`.execute(tx);
    const counted = await sql`
      update invitation_deliveries set attempts = attempts + 1
      where invitation_id = ${invitationId}::uuid and round = ${round} and status = 'QUEUED'`.execute(tx);
    const [invitation] = rows;
    if (!invitation || counted.numAffectedRows !== 1n) return undefined;
    if (invitation.open) {
      await sql`insert into invitation_tokens (token_hash, invitation_id) values (${tokenHash(token)}, ${invitationId}::uuid)`.execute(tx);
    }
    return invitation;
  });
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
    where invitation_id = ${invitationId}::uuid and round = ${round}`.execute(db);
}
