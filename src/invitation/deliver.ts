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
  /** Mails with invitations that one organization may cause within 24 hours. */
  mailsPerDay: number;
}

/** Mails with invitations that may go to one address within 24 hours, whoever invites: sending mail is a power (R-IV-5). */
const MAILS_TO_ADDRESS_MAX = 20;

interface Sendable {
  email: string;
  expires_at: Date;
  organization_name: string;
  role_names: string[];
  open: boolean;
  /** Mails of the last 24 hours to the address, and of the organization to anybody. */
  to_address: number;
  of_organization: number;
}

/** Makes the task. `round` counts how often sending was asked for; a job of an earlier round does nothing. */
export function deliveryTask({ db, mailer, log, linkTemplate, mailsPerDay }: DeliveryOptions): Task<'deliver_invitation'> {
  return async ({ invitationId, round }, { isLast }) => {
    const invitation = await beginAttempt(db, invitationId, round);
    if (!invitation) return;
    const outcome = (status: 'SENT' | 'QUEUED' | 'FAILED', error: string | null) => setOutcome(db, invitationId, round, status, error);
    if (!invitation.open) return outcome('FAILED', 'The invitation was closed before its mail was sent.');
    if (invitation.to_address >= MAILS_TO_ADDRESS_MAX)
      return outcome('FAILED', 'Too many invitations went to this address within 24 hours.');
    if (invitation.of_organization >= mailsPerDay) return outcome('FAILED', 'The organization sent too many invitations within 24 hours.');
    const token = createInvitationToken();
    if (!(await keepToken(db, invitationId, round, token))) return;
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

/** Counts the attempt; undefined when another round has begun. */
async function beginAttempt(db: Database, invitationId: string, round: number): Promise<Sendable | undefined> {
  return db.transaction().execute(async (tx) => {
    // Locked first, as whoever sends anew does.
    const { rows } = await sql<Sendable>`
      select i.email, i.expires_at, o.name as organization_name,
        array(select r.name from invitation_roles ir join roles r on r.id = ir.role_id where ir.invitation_id = i.id order by r.name) as role_names,
        invitation_status(i.status, i.expires_at) = 'PENDING' and o.deleted_at is null as open,
        (select count(*)::int from invitations same join invitation_tokens t on t.invitation_id = same.id
         where same.canonical_email = i.canonical_email and t.created_at > now() - interval '24 hours') as to_address,
        (select count(*)::int from invitation_tokens t
         where t.organization_id = i.organization_id and t.created_at > now() - interval '24 hours') as of_organization
      from invitations i join organizations o on o.id = i.organization_id
      where i.id = ${invitationId}::uuid and i.round = ${round} for share of i`.execute(tx);
    const [invitation] = rows;
    if (!invitation) return undefined;
    const counted = await sql`
      insert into invitation_deliveries as d (invitation_id, status, attempts) values (${invitationId}::uuid, 'QUEUED', 1)
      on conflict (invitation_id) do update set attempts = d.attempts + 1 where d.status = 'QUEUED'`.execute(tx);
    return counted.numAffectedRows === 1n ? invitation : undefined;
  });
}

/** Makes the token good before the mail that holds it goes out; false when another round has begun. */
async function keepToken(db: Database, invitationId: string, round: number, token: string): Promise<boolean> {
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
      and exists (select from invitations i where i.id = ${invitationId}::uuid and i.round = ${round} for share)`.execute(db);
}
