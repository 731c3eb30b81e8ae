/** Finds invitations that are about to be changed, and locks them. */
import { sql } from 'kysely';
import { suspendedAbove } from '../../authentication/callers.ts';
import type { Database } from '../../database/connect.ts';
import { maybeOne, type Columns } from '../../database/rows.ts';
import type { InvitationStatus } from './queries.ts';

/** An invitation that is about to be changed. */
export interface HeldInvitation extends Columns<
  'invitations',
  | 'id'
  | 'organization_id'
  | 'email'
  | 'canonical_email'
  | 'status'
  | 'expires_at'
  | 'inviter_kind'
  | 'inviter_user_id'
  | 'inviter_api_key_id'
  | 'inviter_organization_id'
> {
  /** As stored: an expired one is still PENDING here. */
  stored: InvitationStatus;
  status: InvitationStatus;
  inviter_kind: 'API_KEY' | 'PERSONAL_ACCESS_TOKEN' | 'SESSION';
  role_ids: string[];
  role_keys: string[];
  /** The combined scopes of its roles. */
  scopes: string[];
  /** Whether the organization or one of its ancestors is suspended. */
  suspended: boolean;
}

const offered = (column: 'id' | 'key') => sql`array(
  select ${sql.ref(`r.${column}`)} from invitation_roles ir join roles r on r.id = ir.role_id
  where ir.invitation_id = i.id order by r.built_in desc, r.key)`;

/** Locks an invitation. */
export async function lockInvitation(
  tx: Database,
  id: string,
): Promise<HeldInvitation | undefined> {
  await sql`select from invitations where id = ${id}::uuid for update`.execute(tx);
  return maybeOne(
    tx,
    sql<HeldInvitation>`
      select i.id, i.organization_id, i.email, i.canonical_email, i.status as stored,
        invitation_status(i.status, i.expires_at) as status,
        i.expires_at, i.inviter_kind, i.inviter_user_id, i.inviter_api_key_id, i.inviter_organization_id,
        ${offered('id')} as role_ids, ${offered('key')} as role_keys,
        scopes_held(array(
          select unnest(r.scopes) from invitation_roles ir join roles r on r.id = ir.role_id
            where ir.invitation_id = i.id
        )) as scopes,
        ${suspendedAbove} as suspended
      from invitations i join organizations o on o.id = i.organization_id where i.id = ${id}::uuid`,
  );
}

/** Finds the invitation that a token belongs to. */
export async function invitationOfToken(
  tx: Database,
  hash: Buffer,
): Promise<{ id: string; organization_id: string } | undefined> {
  return maybeOne(
    tx,
    sql<{ id: string; organization_id: string }>`
      select i.id, i.organization_id from invitation_tokens t join invitations i on i.id = t.invitation_id where t.token_hash = ${hash} and t.ended_at is null`,
  );
}

/** Finds the invitation with this id, if it is addressed to the person's verified address. */
export async function invitationOfAddress(
  tx: Database,
  id: string,
  verifiedEmail: string | null | undefined,
): Promise<{ id: string; organization_id: string } | undefined> {
  return maybeOne(
    tx,
    sql<{ id: string; organization_id: string }>`
    select i.id, i.organization_id from invitations i join organizations o on o.id = i.organization_id and o.deleted_at is null
    where i.id = ${id}::uuid and i.canonical_email = ${verifiedEmail ?? null}`,
  );
}

/** Locks the open invitation of an address to an organization. */
export async function lockOpenInvitationOf(
  tx: Database,
  organizationId: string,
  canonicalEmail: string,
): Promise<HeldInvitation | undefined> {
  const row = await maybeOne(
    tx,
    sql<{ id: string }>`
      select id from invitations
      where organization_id = ${organizationId}::uuid and canonical_email = ${canonicalEmail}
        and status = 'PENDING'`,
  );
  return row && lockInvitation(tx, row.id);
}
