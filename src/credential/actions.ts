/** What can be done with API keys and personal access tokens. */
import { sql } from 'kysely';
import { act, actAsPerson, type ActionRequest } from '../action/act.ts';
import { scopesBeyond } from '../access/granting.ts';
import { organizationsWithin } from '../access/rights.ts';
import type { Principal } from '../access/principal.ts';
import type { Database } from '../database/connect.ts';
import { newId } from '../database/id.ts';
import { badInput, limitExceeded, notFound } from '../errors.ts';
import { refuse } from '../failure.ts';
import { requireScopes } from '../role/scopes-input.ts';
import { requireText } from '../text.ts';
import { createToken, tokenHash, tokenPreview } from './secret.ts';
import { LIVE_TOKENS_MAX } from './store.ts';

const NAME_LENGTH_MAX = 100;

function requireExpiry(expiresAt: Date | null | undefined, now: Date): Date | null {
  if (expiresAt != null && expiresAt <= now) throw badInput('expiresAt', 'must be in the future');
  return expiresAt ?? null;
}

interface ApiKeyInput {
  organizationId: string;
  name: string;
  scopes: readonly string[];
  expiresAt?: Date | null | undefined;
}

/** Makes an API key. Its secret is in this answer and nowhere else (R-TK-6). */
export function createApiKey(request: ActionRequest, input: ApiKeyInput) {
  const name = requireText(input.name, 'name', NAME_LENGTH_MAX);
  const expiresAt = requireExpiry(input.expiresAt, request.now);
  const { organizationId } = input;
  const attempt = { action: 'createApiKey', target: { type: 'Organization', id: organizationId }, on: organizationId } as const;
  return act(request, { ...attempt, scope: 'api_keys:manage' }, async ({ tx, principal, organization, record }) => {
    const scopes = await requireScopes(tx, input.scopes);
    const missingScopes = scopesBeyond(principal, organization.lineage, scopes);
    if (missingScopes.length > 0) refuse('ScopeEscalationError', { missingScopes });
    const id = await newId(tx);
    const secret = createToken('ak', id);
    await sql`
      insert into api_keys (id, organization_id, name, secret_hash, preview, scopes, expires_at)
      values (${id}::uuid, ${organization.id}::uuid, ${name}, ${tokenHash(secret)}, ${tokenPreview(secret)}, ${scopes}::text[], ${expiresAt})`.execute(
      tx,
    );
    record({ target: { type: 'ApiKey', id }, before: null, after: { name, scopes, expiresAt } });
    return { apiKeyId: id, secret };
  });
}

/** The organization of an API key, if the caller may see the key. */
async function organizationOfKey(tx: Database, principal: Principal, id: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select o.id from api_keys k join ${organizationsWithin(principal, { scope: 'api_keys:manage' })} as o on o.id = k.organization_id
    where k.id = ${id}::uuid`.execute(tx);
  return rows[0]?.id ?? null;
}

interface Revocable {
  name: string;
  revoked_at: Date | null;
}

const states = ({ name, revoked_at }: Revocable, after: Date | null) => ({
  before: { name, revokedAt: revoked_at },
  after: { name, revokedAt: after },
});

/** Revokes an API key, at once and for good. Revoking it again changes nothing. */
export function revokeApiKey(request: ActionRequest, { id }: { id: string }) {
  const on = (tx: Database, principal: Principal): Promise<string | null> => organizationOfKey(tx, principal, id);
  return act(request, { action: 'revokeApiKey', target: { type: 'ApiKey', id }, on, scope: 'api_keys:manage' }, async ({ tx, record }) => {
    const { rows } = await sql<Revocable>`select name, revoked_at from api_keys where id = ${id}::uuid for update`.execute(tx);
    if (!rows[0]) throw notFound();
    const changed = await sql<{ revoked_at: Date }>`
      update api_keys set revoked_at = coalesce(revoked_at, now()) where id = ${id}::uuid returning revoked_at`.execute(tx);
    record({ target: { type: 'ApiKey', id }, ...states(rows[0], changed.rows[0]?.revoked_at ?? null) });
    return { apiKeyId: id };
  });
}

interface TokenInput {
  name: string;
  expiresAt?: Date | null | undefined;
}

const NEW = '00000000-0000-0000-0000-000000000000';

/** Makes a token of the calling person. Its secret is in this answer and nowhere else. */
export function createPersonalAccessToken(request: ActionRequest, input: TokenInput) {
  const name = requireText(input.name, 'name', NAME_LENGTH_MAX);
  const expiresAt = requireExpiry(input.expiresAt, request.now);
  const target = { type: 'User', id: request.principal.user?.id ?? NEW } as const;
  return actAsPerson(request, { action: 'createPersonalAccessToken', target }, async ({ tx, person, record }) => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from personal_access_tokens
      where user_id = ${person.id}::uuid and revoked_at is null and (expires_at is null or expires_at > now())`.execute(tx);
    if ((rows[0]?.count ?? 0) >= LIVE_TOKENS_MAX) {
      throw limitExceeded(
        'input',
        `asks for one token more than the ${LIVE_TOKENS_MAX} that a person may have at a time; revoke one first`,
      );
    }
    const id = await newId(tx);
    const secret = createToken('pat', id);
    await sql`
      insert into personal_access_tokens (id, user_id, name, secret_hash, preview, expires_at)
      values (${id}::uuid, ${person.id}::uuid, ${name}, ${tokenHash(secret)}, ${tokenPreview(secret)}, ${expiresAt})`.execute(tx);
    record({ target: { type: 'PersonalAccessToken', id }, before: null, after: { name, expiresAt } });
    return { personalAccessTokenId: id, secret };
  });
}

/** Revokes a token of the calling person, at once and for good. Revoking it again changes nothing. */
export function revokePersonalAccessToken(request: ActionRequest, { id }: { id: string }) {
  const target = { type: 'PersonalAccessToken', id } as const;
  return actAsPerson(request, { action: 'revokePersonalAccessToken', target }, async ({ tx, person, record }) => {
    const { rows } = await sql<Revocable>`
      select name, revoked_at from personal_access_tokens where id = ${id}::uuid and user_id = ${person.id}::uuid for update`.execute(tx);
    if (!rows[0]) throw notFound();
    const changed = await sql<{ revoked_at: Date }>`
      update personal_access_tokens set revoked_at = coalesce(revoked_at, now()) where id = ${id}::uuid returning revoked_at`.execute(tx);
    record({ target, ...states(rows[0], changed.rows[0]?.revoked_at ?? null) });
    return { personalAccessTokenId: id };
  });
}
