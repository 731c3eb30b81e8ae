/** Queries of invitations. */
import { sql, type RawBuilder } from 'kysely';
import { readableOrganizations, type Lineage } from '../../authorization/rights.ts';
import type { CredentialKind } from '../../authorization/principal.ts';
import { rowBatch, type Viewer } from '../../database/loaders.ts';
import { byCreation, type CreationOrder } from '../../database/orders.ts';
import { defineList, ofOneself, ofOrganizations } from '../../database/list.ts';
import type { Columns } from '../../database/rows.ts';

export type InvitationStatus = 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'REVOKED' | 'EXPIRED';

export interface InvitationRow extends Columns<
  'invitations',
  | 'id'
  | 'organization_id'
  | 'email'
  | 'status'
  | 'expires_at'
  | 'created_at'
  | 'updated_at'
  | 'inviter_kind'
  | 'inviter_user_id'
  | 'inviter_api_key_name'
  | 'inviter_organization_id'
> {
  status: InvitationStatus;
  lineage: Lineage;
  /** The person that the invitation is addressed to, if they read it as their own. */
  shown_to: string | null;
  inviter_kind: CredentialKind;
}

const columns = (
  organization: RawBuilder<unknown>,
  shownTo: RawBuilder<unknown>,
): RawBuilder<unknown> => sql`
  i.id, i.organization_id, i.email, invitation_status(i.status, i.expires_at) as status, i.expires_at, i.created_at, i.updated_at,
  i.inviter_kind, i.inviter_user_id, i.inviter_api_key_name, i.inviter_organization_id, ${organization}.lineage, ${shownTo}::uuid as shown_to`;

export interface InvitationsArguments {
  orderBy: CreationOrder;
  status: readonly InvitationStatus[];
  /** A part of the invited address. */
  search: string | null;
}

/** The invitations to an organization, newest first. */
export const invitations = defineList<InvitationsArguments, InvitationRow>({
  name: 'invitations',
  parents: ofOrganizations({ scope: 'members:read' }),
  columns: columns(sql`parent`, sql`null`),
  from: () => sql`invitations as i`,
  where: (_viewer, { status, search }) => [
    sql`i.organization_id = parent.id`,
    ...(search === null
      ? []
      : [sql`strpos(search_fold(i.email), (select search_fold(${search}::text))) > 0`]),
    sql`invitation_status(i.status, i.expires_at) = any (${status}::text[])`,
  ],
  // The order that was the only one has no name, so that its cursors stay valid.
  orderName: ({ orderBy }) => (orderBy === 'CREATED_AT_DESC' ? '' : orderBy),
  order: ({ orderBy }) => byCreation(sql`i.id`, orderBy),
});

/** Pending invitations to the caller's verified address, newest first. */
export const ownInvitations = defineList<null, InvitationRow>({
  name: 'own invitations',
  parents: ofOneself,
  columns: columns(sql`o`, sql`parent.id`),
  from: () =>
    sql`invitations as i join organizations as o on o.id = i.organization_id and o.deleted_at is null`,
  where: ({ principal }) => [
    sql`i.canonical_email = ${principal.user?.verifiedEmail ?? null}`,
    sql`invitation_status(i.status, i.expires_at) = 'PENDING'`,
  ],
  order: () => ({ keys: [{ expression: sql`i.id`, type: 'uuid' }], descending: true }),
});

/** Invitations by id, of organizations whose members the caller may read. */
export const invitationById = rowBatch<null, InvitationRow>(
  'invitation by id',
  (row) => row.id,
  ({ principal }, ids) => sql<InvitationRow>`
    select ${columns(sql`o`, sql`null`)}
    from invitations as i join ${readableOrganizations(principal, { scope: 'members:read' })} as o on o.id = i.organization_id
    where i.id = any (${ids}::uuid[])`,
);

/** Invitations to the caller's verified address by id, in any status. */
export const invitationOfPerson = rowBatch<null, InvitationRow>(
  'invitation of person',
  (row) => row.id,
  ({ principal }, ids) => sql<InvitationRow>`
    select ${columns(sql`o`, sql`${principal.user?.id ?? null}`)}
    from invitations as i join organizations as o on o.id = i.organization_id and o.deleted_at is null
    where i.id = any (${ids}::uuid[]) and i.canonical_email = ${principal.user?.verifiedEmail ?? null}`,
);

export interface DeliveryRow extends Columns<
  'invitation_deliveries',
  'invitation_id' | 'status' | 'attempts' | 'last_error' | 'sent_at'
> {
  status: 'QUEUED' | 'SENT' | 'FAILED';
}

/** The mail delivery of invitations, by invitation. */
export const deliveryOfInvitation = rowBatch<null, DeliveryRow>(
  'delivery of invitation',
  (row) => row.invitation_id,
  ({ principal }, ids) => sql<DeliveryRow>`
    select d.* from invitation_deliveries d join invitations i on i.id = d.invitation_id
    where d.invitation_id = any (${ids}::uuid[]) and (
      i.canonical_email = ${principal.user?.verifiedEmail ?? null}
      or exists (select from ${readableOrganizations(principal, { scope: 'members:read' })} as o where o.id = i.organization_id)
    )`,
);

/** The delivery of the invitation `parent`; before anything was tried, it is queued. */
export function deliveryOfRow(viewer: Viewer): RawBuilder<unknown> {
  return sql`
    select coalesce(d.status, 'QUEUED') as status, coalesce(d.attempts, 0) as attempts, d.last_error, d.sent_at
    from (select) as always left join (${deliveryOfInvitation.statement(viewer, sql`array[parent.id]`, null)}) as d on true`;
}

/** Who invited to the invitation `parent`; whom, only under a condition. */
export function inviterOfRow(mayReadPeople: RawBuilder<boolean>): RawBuilder<unknown> {
  return sql`
    select parent.inviter_kind as kind, case when ${mayReadPeople} then parent.inviter_user_id end as "userId",
      case when ${mayReadPeople} then parent.inviter_api_key_name end as "apiKeyName",
      parent.inviter_organization_id as "organizationId", parent.lineage, 'members:read' as scope`;
}

export interface PreviewRow extends Columns<'invitations', 'email' | 'status' | 'expires_at'> {
  organization_name: string;
  roles: string[];
  status: InvitationStatus;
  hash: string;
}

/**
 * What invitations offer, by the hex SHA-256 of their token. Anyone who has the token may read it.
 */
export const previewByTokenHash = rowBatch<null, PreviewRow>(
  'invitation preview',
  (row) => row.hash,
  (_viewer, hashes) => sql<PreviewRow>`
    select o.name as organization_name, i.email, invitation_status(i.status, i.expires_at) as status, i.expires_at, encode(t.token_hash, 'hex') as hash,
      array(select r.key from invitation_roles ir join roles r on r.id = ir.role_id where ir.invitation_id = i.id order by r.key) as roles
    from invitation_tokens t join invitations i on i.id = t.invitation_id join organizations o on o.id = i.organization_id and o.deleted_at is null
    where t.ended_at is null and t.token_hash = any (array(select decode(h, 'hex') from unnest(${hashes}::text[]) as h))`,
);

/** What an invitation offers, by the hash of its token. */
export function previewOf(viewer: Viewer, { hash }: { hash: string }): RawBuilder<unknown> {
  return previewByTokenHash.statement(viewer, sql`array[${hash}]`, null);
}
