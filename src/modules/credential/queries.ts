/** Queries of API keys and personal access tokens. Hashes are never selected. */
import { sql, type RawBuilder } from 'kysely';
import { readableOrganizations, type Lineage } from '../../authorization/rights.ts';
import { listBatch, rowBatch } from '../../database/loaders.ts';
import { byCreation, type CreationOrder } from '../../database/orders.ts';
import { defineList, ofOrganizations } from '../../database/list.ts';
import type { Columns } from '../../database/rows.ts';

export interface ApiKeyRow extends Columns<
  'api_keys',
  | 'id'
  | 'name'
  | 'preview'
  | 'scopes'
  | 'created_at'
  | 'expires_at'
  | 'last_used_at'
  | 'revoked_at'
  | 'issued_by_key_id'
  | 'organization_id'
> {
  lineage: Lineage;
}

const keyColumns = (organization: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  k.id, k.name, k.preview, k.scopes, k.created_at, k.expires_at, k.last_used_at, k.revoked_at, k.issued_by_key_id, k.organization_id, ${organization}.lineage`;

export interface ApiKeysArguments {
  orderBy: CreationOrder;
}

/** The API keys of an organization, including revoked and expired ones. */
export const apiKeys = defineList<ApiKeysArguments, ApiKeyRow>({
  name: 'api keys',
  parents: ofOrganizations({ scope: 'api_keys:manage' }),
  columns: keyColumns(sql`parent`),
  from: () => sql`api_keys as k`,
  where: () => [sql`k.organization_id = parent.id`],
  // The order that was the only one has no name, so that its cursors stay valid.
  orderName: ({ orderBy }) => (orderBy === 'CREATED_AT_DESC' ? '' : orderBy),
  order: ({ orderBy }) => byCreation(sql`k.id`, orderBy),
});

/** API keys by id. */
export const apiKeyById = rowBatch<null, ApiKeyRow>(
  'api key by id',
  (row) => row.id,
  ({ principal }, ids) => sql<ApiKeyRow>`
    select ${keyColumns(sql`o`)} from api_keys k join ${readableOrganizations(principal, { scope: 'api_keys:manage' })} as o on o.id = k.organization_id
    where k.id = any (${ids}::uuid[])`,
);

export type TokenRow = Columns<
  'personal_access_tokens',
  | 'id'
  | 'user_id'
  | 'name'
  | 'preview'
  | 'created_at'
  | 'expires_at'
  | 'last_used_at'
  | 'revoked_at'
>;

const tokenColumns = sql`t.id, t.user_id, t.name, t.preview, t.created_at, t.expires_at, t.last_used_at, t.revoked_at`;

/** The maximum number of active tokens of a person, and of tokens that are listed. */
export const LIVE_TOKENS_MAX = 100;

/**
 * The caller's own tokens: all active ones (at most 100), then others up to 100 in total, newest
 * first. The key is the person.
 */
export const ownTokens = listBatch<null, TokenRow>(
  'own tokens',
  (row) => row.user_id,
  ({ principal }, users) => sql<TokenRow>`
    select ${tokenColumns} from personal_access_tokens t
    where t.user_id = any (${users}::uuid[]) and t.user_id = ${principal.user?.id ?? null}::uuid
    order by t.revoked_at is not null or coalesce(t.expires_at <= now(), false), t.id desc limit ${LIVE_TOKENS_MAX}`,
);

/** The caller's own tokens by id. */
export const tokenById = rowBatch<null, TokenRow>(
  'token by id',
  (row) => row.id,
  ({ principal }, ids) => sql<TokenRow>`
    select ${tokenColumns} from personal_access_tokens t
    where t.id = any (${ids}::uuid[]) and t.user_id = ${principal.user?.id ?? null}::uuid`,
);
