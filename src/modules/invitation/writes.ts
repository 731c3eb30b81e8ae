/** Writes of invitations. The caller has locked the organization. */
import { sql, type RawBuilder } from 'kysely';
import type { Principal } from '../../authorization/principal.ts';
import type { Lineage } from '../../authorization/rights.ts';
import type { UserError } from '../../command/user-error.ts';
import type { CommandSettings } from '../../command/settings.ts';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';
import { enqueued, type JobName } from '../../jobs/queue.ts';
import { allowance, mailsSent, recordedMails, type MailsSent } from './sending.ts';

/** A reason why an address cannot be invited: it is a member's, or has an open invitation. */
export interface Obstacle {
  canonical_email: string;
  member: boolean;
  invitation_id: string | null;
}

/** The statement that finds the obstacles of addresses. Expired invitations are not obstacles. */
export function obstacles(
  organizationId: string,
  addresses: readonly string[],
): RawBuilder<Obstacle> {
  return sql`
    select u.canonical_email, true as member, null::uuid as invitation_id
    from users u join memberships m on m.user_id = u.id and m.organization_id = ${organizationId}::uuid
    where u.canonical_email = any (${addresses}::text[])
    union all
    select i.canonical_email, false, i.id from invitations i
    where i.organization_id = ${organizationId}::uuid
      and i.canonical_email = any (${addresses}::text[])
      and i.status = 'PENDING' and i.expires_at > now()`;
}

/** An invitation to be created. */
export interface NewInvitation {
  email: string;
  canonicalEmail: string;
  roleIds: readonly string[];
}

/** Invitations that were created, and what had been sent before. */
interface Created extends MailsSent {
  invitations: { id: string; canonical_email: string }[];
}

/**
 * Creates invitations from the principal, with their jobs and the records of their mails: in the
 * order of the input, as many as the limits of sending leave room for. The caller's turn has come
 * (`mailTurn`), so what is counted here stays true until the end. Returns the ids by address, and
 * why there are not more.
 *
 * Expired invitations to the same addresses are stored as expired and stay listed.
 */
export async function insertInvitations(
  tx: Database,
  principal: Principal,
  { id: organizationId, lineage }: { id: string; lineage: Lineage },
  { invitationDays, mailLimits }: CommandSettings,
  invitations: readonly NewInvitation[],
): Promise<{ ids: Map<string, string>; refusal: UserError }> {
  const addresses = invitations.map((invitation) => invitation.canonicalEmail);
  const offers = invitations.flatMap(({ canonicalEmail, roleIds }) =>
    roleIds.map((roleId) => ({ canonicalEmail, roleId })),
  );
  const row = await one(
    tx,
    sql<Created>`
      with sent as (${mailsSent(principal, lineage, mailLimits)}),
      expired as (
        update invitations set status = 'EXPIRED', updated_at = now()
        where organization_id = ${organizationId}::uuid and canonical_email = any (${addresses}::text[])
          and status = 'PENDING' and expires_at <= now()
        returning id
      ),
      created as (
        insert into invitations
          (organization_id, email, canonical_email, expires_at, inviter_kind, inviter_user_id, inviter_api_key_id, inviter_api_key_name,
           inviter_organization_id)
        select ${organizationId}::uuid, given.email, given.canonical_email, now() + make_interval(days => ${invitationDays}), ${inviterOf(principal)}
        from unnest(${invitations.map((invitation) => invitation.email)}::text[], ${addresses}::text[])
          with ordinality as given (email, canonical_email, place)
          cross join sent
          -- Expired ones make room for new ones first: an address has one pending invitation.
          cross join (select count(*) from expired) as earlier
        where given.place <= least(${mailLimits.perSender} - sent.by_sender, ${mailLimits.perTree} - sent.in_tree)
        order by given.place
        returning id, canonical_email, round
      ),
      offered as (
        insert into invitation_roles (invitation_id, role_id)
        select created.id, given.role_id
        from created join unnest(${offers.map((offer) => offer.canonicalEmail)}::text[], ${offers.map((offer) => offer.roleId)}::uuid[])
          as given (canonical_email, role_id) on given.canonical_email = created.canonical_email
      ),
      mails as (${recordedMails(principal, lineage, mailLimits, sql`created`)})
      select sent.*, ${enqueued(deliveries(sql`created`))} as jobs,
        (select coalesce(json_agg(created), '[]') from created) as invitations
      from sent`,
  );
  return {
    ids: new Map(row.invitations.map((created) => [created.canonical_email, created.id])),
    refusal: allowance(row, mailLimits).refusal,
  };
}

/** The columns of the inviter: kind, person, key, name of the key, organization acted from. */
function inviterOf({ credential, user, organization }: Principal) {
  const key = credential?.kind === 'API_KEY' ? credential : null;
  return sql.join([
    sql`${credential?.kind ?? null}`,
    sql`${user?.id ?? null}::uuid`,
    sql`${key?.id ?? null}::uuid`,
    sql`${key?.name ?? null}`,
    sql`${organization?.id ?? null}::uuid`,
  ]);
}

/** The jobs that send the invitations of a table expression, in their current round. */
function deliveries(invitations: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select ${'deliver_invitation' satisfies JobName}, concat('invitation:', i.id),
      json_build_object('invitationId', i.id, 'round', i.round)
    from ${invitations} as i`;
}

/**
 * Resends an invitation from the principal: a new round and a new expiry. Earlier tokens become
 * invalid.
 */
export async function renewInvitation(
  tx: Database,
  principal: Principal,
  lineage: Lineage,
  id: string,
  { invitationDays, mailLimits }: CommandSettings,
): Promise<void> {
  await one(
    tx,
    sql`
      with ended as (
        update invitation_tokens set ended_at = now()
        where invitation_id = ${id}::uuid and ended_at is null
      ),
      forgotten as (delete from invitation_deliveries where invitation_id = ${id}::uuid),
      renewed as (
        update invitations set expires_at = now() + make_interval(days => ${invitationDays}),
          updated_at = now(), round = round + 1,
          (inviter_kind, inviter_user_id, inviter_api_key_id, inviter_api_key_name, inviter_organization_id) = row (${inviterOf(principal)})
        where id = ${id}::uuid returning id, round, canonical_email
      ),
      mails as (${recordedMails(principal, lineage, mailLimits, sql`renewed`)})
      select ${enqueued(deliveries(sql`renewed`))} as jobs`,
  );
}

/** Closes an invitation. Its tokens still show its status, and do nothing else. */
export async function closeInvitation(
  tx: Database,
  id: string,
  status: 'ACCEPTED' | 'DECLINED' | 'REVOKED',
): Promise<void> {
  await tx
    .updateTable('invitations')
    .set({ status, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .execute();
}
