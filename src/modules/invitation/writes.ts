/** Writes of invitations. The caller has locked the organization. */
import { sql } from 'kysely';
import type { Principal } from '../../authorization/principal.ts';
import type { Database } from '../../database/connect.ts';
import { many, one, present } from '../../database/rows.ts';
import { enqueue } from '../../jobs/queue.ts';

/** A reason why an address cannot be invited: it is a member's, or has an open invitation. */
export interface Obstacle {
  canonical_email: string;
  member: boolean;
  invitation_id: string | null;
}

/**
 * Finds the obstacles of addresses. Expired invitations are not obstacles; they are stored as
 * expired and stay listed.
 */
export async function findObstacles(
  tx: Database,
  organizationId: string,
  addresses: readonly string[],
): Promise<Obstacle[]> {
  await sql`
    update invitations set status = 'EXPIRED', updated_at = now()
    where organization_id = ${organizationId}::uuid and canonical_email = any (${addresses}::text[])
      and status = 'PENDING' and expires_at <= now()`.execute(tx);
  const rows = await many(
    tx,
    sql<Obstacle>`
      select u.canonical_email, true as member, null::uuid as invitation_id
      from users u join memberships m on m.user_id = u.id and m.organization_id = ${organizationId}::uuid
      where u.canonical_email = any (${addresses}::text[])
      union all
      select i.canonical_email, false, i.id from invitations i
      where i.organization_id = ${organizationId}::uuid
        and i.canonical_email = any (${addresses}::text[]) and i.status = 'PENDING'`,
  );
  return rows;
}

/** An invitation to be created. */
export interface NewInvitation {
  email: string;
  canonicalEmail: string;
  roleIds: readonly string[];
}

/**
 * Creates invitations from the principal, and the jobs that send them. Returns the UUIDs in the
 * order of the input.
 */
export async function insertInvitations(
  tx: Database,
  principal: Principal,
  organizationId: string,
  days: number,
  invitations: readonly NewInvitation[],
): Promise<string[]> {
  if (invitations.length === 0) return [];
  const rows = await many(
    tx,
    sql<{ id: string; canonical_email: string }>`
      insert into invitations
        (organization_id, email, canonical_email, expires_at, inviter_kind, inviter_user_id, inviter_api_key_id, inviter_api_key_name,
         inviter_organization_id)
      select ${organizationId}::uuid, given.email, given.canonical_email, now() + make_interval(days => ${days}), ${inviterOf(principal)}
      from unnest(${invitations.map((invitation) => invitation.email)}::text[], ${invitations.map((invitation) => invitation.canonicalEmail)}::text[])
        with ordinality as given (email, canonical_email, place)
      order by given.place
      returning id, canonical_email`,
  );
  const idOf = new Map(rows.map((row) => [row.canonical_email, row.id]));
  const ids = invitations.map(({ canonicalEmail }) =>
    present(idOf.get(canonicalEmail), 'the id of an invitation'),
  );
  const offers = ids.flatMap((invitation, index) =>
    (invitations[index]?.roleIds ?? []).map((roleId) => ({ invitation, roleId })),
  );
  await sql`
    insert into invitation_roles (invitation_id, role_id)
    select * from unnest(${offers.map((offer) => offer.invitation)}::uuid[], ${offers.map((offer) => offer.roleId)}::uuid[])`.execute(
    tx,
  );
  await enqueueDeliveries(tx, ids, 1);
  return ids;
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

async function enqueueDeliveries(
  tx: Database,
  ids: readonly string[],
  round: number,
): Promise<void> {
  await enqueue(
    tx,
    'deliver_invitation',
    ids.map((id) => ({ key: `invitation:${id}`, payload: { invitationId: id, round } })),
  );
}

/**
 * Resends an invitation from the principal: a new round and a new expiry. Earlier tokens become
 * invalid.
 */
export async function renewInvitation(
  tx: Database,
  principal: Principal,
  id: string,
  days: number,
): Promise<void> {
  const ended = tx.updateTable('invitation_tokens').set({ ended_at: sql<Date>`now()` });
  await ended.where('invitation_id', '=', id).where('ended_at', 'is', null).execute();
  const { round } = await one(
    tx,
    sql<{ round: number }>`
      update invitations set expires_at = now() + make_interval(days => ${days}),
        updated_at = now(), round = round + 1,
        (inviter_kind, inviter_user_id, inviter_api_key_id, inviter_api_key_name, inviter_organization_id) = row (${inviterOf(principal)})
      where id = ${id}::uuid returning round`,
  );
  await tx.deleteFrom('invitation_deliveries').where('invitation_id', '=', id).execute();
  await enqueueDeliveries(tx, [id], round);
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
