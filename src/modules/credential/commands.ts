/** Commands on API keys and personal access tokens. */
import { sql } from 'kysely';
import { runCommand, type OrganizationChange, type CommandRequest } from '../../command/run.ts';
import { scopesBeyond } from '../../authorization/granting.ts';
import { readableOrganizations } from '../../authorization/rights.ts';
import type { Principal } from '../../authorization/principal.ts';
import type { Database } from '../../database/connect.ts';
import { maybeOne, one, type Columns } from '../../database/rows.ts';
import { newId } from '../../database/id.ts';
import { badInput, limitExceeded, notFound } from '../../errors.ts';
import { refuse } from '../../command/user-error.ts';
import { requireScopes } from '../role/scopes-input.ts';
import { requireName } from '../../values/text.ts';
import { issuingKeyOf, type Issued } from './remembered.ts';
import { countIssuedKeys, lockIssuedKeys } from './issued-queries.ts';
import { createToken, tokenHash, tokenPreview } from '../../authentication/secret.ts';
import { LIVE_TOKENS_MAX } from './queries.ts';
import { ApiKeyRevokedError, ScopeEscalationError } from './errors.ts';

const NAME_LENGTH_MAX = 100;

/**
 * Returns when a new credential expires. A credential created with an expiring key or token expires
 * no later than that one, so that it cannot renew itself. Sessions are exempt; they are how people
 * sign in.
 */
function requireExpiry(expiresAt: Date | null | undefined, { now, principal }: CommandRequest): Date | null {
  if (expiresAt != null && expiresAt <= now) throw badInput('expiresAt', 'must be in the future');
  const { credential } = principal;
  const bound = credential?.kind === 'SESSION' ? null : (credential?.expiresAt ?? null);
  if (bound !== null && (expiresAt == null || expiresAt > bound)) {
    throw badInput('expiresAt', `must be set and not be after ${bound.toISOString()}, when the credential of this request expires`);
  }
  return expiresAt ?? null;
}

interface ApiKeyInput {
  organizationId: string;
  name: string;
  scopes: readonly string[];
  expiresAt?: Date | null | undefined;
  idempotencyKey?: string | null | undefined;
}

/** Returns the scopes of a new key, all of which the caller must hold on its organization. */
async function requireGrantable({ tx, principal, organization }: OrganizationChange, wanted: readonly string[]): Promise<string[]> {
  const scopes = await requireScopes(tx, wanted);
  const missingScopes = scopesBeyond(principal, organization.lineage, scopes);
  if (missingScopes.length > 0) refuse(ScopeEscalationError, { missingScopes });
  return scopes;
}

/**
 * Creates an API key. Its secret is in this response, and in the response to a repeated request
 * with the same credential.
 */
export function createApiKey(request: CommandRequest, input: ApiKeyInput) {
  const name = requireName(input.name, 'name', NAME_LENGTH_MAX);
  const expiresAt = requireExpiry(input.expiresAt, request);
  const { organizationId } = input;
  const attempt = {
    action: 'createApiKey',
    target: { type: 'Organization', id: organizationId },
    on: organizationId,
    scope: 'api_keys:manage',
    idempotency: issuingKeyOf(request, 'ApiKey', input),
    // A caller who has lost one of the scopes since must not get them from a stored answer.
    requireForRepeat: async (acting: OrganizationChange) => void (await requireGrantable(acting, input.scopes)),
  } as const;
  return runCommand(request, attempt, async (acting): Promise<Issued> => {
    const { tx, principal, organization, record } = acting;
    const scopes = await requireGrantable(acting, input.scopes);
    const id = await newId(tx);
    const secret = createToken('ak', id);
    const row = {
      id,
      organization_id: organization.id,
      name,
      secret_hash: tokenHash(secret),
      preview: tokenPreview(secret),
      scopes,
      expires_at: expiresAt,
      issued_by_key_id: ownKeyId(principal),
      issued_by_user_id: principal.user?.id ?? null,
    };
    await tx.insertInto('api_keys').values(row).execute();
    record({ target: { type: 'ApiKey', id }, before: null, after: { name, scopes, expiresAt } });
    return { id, secret };
  });
}

/** Finds the organization of an API key, if the caller may see the key. */
async function organizationOfKey(tx: Database, principal: Principal, id: string): Promise<string | null> {
  const row = await maybeOne(
    tx,
    sql<{ id: string }>`
      select o.id from api_keys k join ${readableOrganizations(principal, { scope: 'api_keys:manage' })} as o on o.id = k.organization_id
      where k.id = ${id}::uuid`,
  );
  return row?.id ?? null;
}

/** The API key that the request was made with, if any. */
function ownKeyId({ credential }: Principal): string | null {
  return credential?.kind === 'API_KEY' ? credential.id : null;
}

/** Locks an API key, which the caller may see, until the end of the transaction. */
async function lockKey(tx: Database, id: string): Promise<Revocable & { scopes: string[] }> {
  const key = await maybeOne(
    tx,
    sql<Revocable & { scopes: string[] }>`
      select name, revoked_at, scopes_held(scopes) as scopes from api_keys where id = ${id}::uuid for update`,
  );
  if (!key) throw notFound();
  return key;
}

/**
 * Renames an API key. The caller must hold its scopes where it acts, unless it is the key of the
 * request: a name says what a key is for, and stands in the audit log beside what it does.
 */
export function updateApiKey(request: CommandRequest, input: { id: string; name: string }) {
  const { id } = input;
  const name = requireName(input.name, 'name', NAME_LENGTH_MAX);
  const on = (tx: Database, principal: Principal): Promise<string | null> => organizationOfKey(tx, principal, id);
  const attempt = { action: 'updateApiKey', target: { type: 'ApiKey', id }, on, scope: 'api_keys:manage' } as const;
  return runCommand(request, attempt, async ({ tx, principal, organization, record }) => {
    const key = await lockKey(tx, id);
    if (key.revoked_at !== null) refuse(ApiKeyRevokedError, {});
    const missingScopes = ownKeyId(principal) === id ? [] : scopesBeyond(principal, organization.lineage, key.scopes);
    if (missingScopes.length > 0) refuse(ScopeEscalationError, { missingScopes });
    await tx.updateTable('api_keys').set({ name }).where('id', '=', id).execute();
    record({ target: { type: 'ApiKey', id }, before: { name: key.name }, after: { name } });
    return { apiKeyId: id };
  });
}

type Revocable = Columns<'api_keys', 'name' | 'revoked_at'>;

const states = ({ name, revoked_at }: Revocable, after: Date | null) => ({
  before: { name, revokedAt: revoked_at },
  after: { name, revokedAt: after },
});

/** The result of a revocation, as data for the payload. */
export interface RevokedKeys {
  apiKeyId: string;
  /**
   * All keys that this call revoked: the key itself, unless it was already revoked, and those that
   * it issued, if requested.
   */
  revokedApiKeyIds: string[];
  /**
   * Number of keys that it issued, directly or indirectly, that are still active and that the
   * caller may see.
   */
  issuedKeyCount: number;
}

/**
 * Revokes an API key immediately and permanently, and with `includeIssued` all keys that it issued.
 * The caller must hold each key's scopes where the key acts: nobody may take away what they could
 * not give. A key may always revoke itself. Revoking a key again changes nothing.
 */
export function revokeApiKey(request: CommandRequest, { id, includeIssued }: { id: string; includeIssued: boolean }) {
  const on = (tx: Database, principal: Principal): Promise<string | null> => organizationOfKey(tx, principal, id);
  const attempt = { action: 'revokeApiKey', target: { type: 'ApiKey', id }, on, scope: 'api_keys:manage' } as const;
  return runCommand(request, attempt, async ({ tx, principal, organization, record }): Promise<RevokedKeys> => {
    const key = await lockKey(tx, id);
    const isTaken = key.revoked_at === null && ownKeyId(principal) !== id;
    const issued = includeIssued ? await lockIssuedKeys(tx, principal, id) : [];
    const missingScopes = [
      ...(isTaken ? scopesBeyond(principal, organization.lineage, key.scopes) : []),
      ...issued.filter((one) => one.id !== ownKeyId(principal)).flatMap((one) => scopesBeyond(principal, one.lineage, one.scopes)),
    ];
    if (missingScopes.length > 0) refuse(ScopeEscalationError, { missingScopes: [...new Set(missingScopes)] });
    const revoked = [...(key.revoked_at === null ? [id] : []), ...issued.map((one) => one.id)];
    const changed = await maybeOne(
      tx,
      sql<{ revoked_at: Date }>`
        update api_keys set revoked_at = now() where id = any (${revoked}::uuid[]) returning revoked_at`,
    );
    const revokedAt = changed?.revoked_at ?? key.revoked_at;
    record({ target: { type: 'ApiKey', id }, ...states(key, key.revoked_at ?? revokedAt) });
    for (const one of issued) {
      const was = { name: one.name, revoked_at: null };
      record({ target: { type: 'ApiKey', id: one.id }, organizationId: one.organization_id, ...states(was, revokedAt) });
    }
    return { apiKeyId: id, revokedApiKeyIds: revoked, issuedKeyCount: await countIssuedKeys(tx, principal, id) };
  });
}

interface TokenInput {
  name: string;
  expiresAt?: Date | null | undefined;
  idempotencyKey?: string | null | undefined;
}

const NEW = '00000000-0000-0000-0000-000000000000';

/**
 * Creates a token of the calling person. Its secret is in this response, and in the response to a
 * repeated request with the same credential.
 */
export function createPersonalAccessToken(request: CommandRequest, input: TokenInput) {
  const name = requireName(input.name, 'name', NAME_LENGTH_MAX);
  const expiresAt = requireExpiry(input.expiresAt, request);
  const target = { type: 'User', id: request.principal.user?.id ?? NEW } as const;
  const attempt = {
    action: 'createPersonalAccessToken',
    target,
    idempotency: issuingKeyOf(request, 'PersonalAccessToken', input),
  } as const;
  return runCommand(request, attempt, async ({ tx, user, record }): Promise<Issued> => {
    const live = await one(
      tx,
      sql<{ count: number }>`
        select count(*)::int as count from personal_access_tokens
        where user_id = ${user.id}::uuid and revoked_at is null and (expires_at is null or expires_at > now())`,
    );
    if (live.count >= LIVE_TOKENS_MAX) {
      throw limitExceeded('input', `would exceed the ${LIVE_TOKENS_MAX} tokens that a person may have at a time; revoke one first`);
    }
    const id = await newId(tx);
    const secret = createToken('pat', id);
    const hashed = { secret_hash: tokenHash(secret), preview: tokenPreview(secret) };
    await tx
      .insertInto('personal_access_tokens')
      .values({ id, user_id: user.id, name, ...hashed, expires_at: expiresAt })
      .execute();
    record({ target: { type: 'PersonalAccessToken', id }, before: null, after: { name, expiresAt } });
    return { id, secret };
  });
}

/**
 * Revokes a token of the calling person immediately and permanently. Revoking it again changes
 * nothing.
 */
export function revokePersonalAccessToken(request: CommandRequest, { id }: { id: string }) {
  const target = { type: 'PersonalAccessToken', id } as const;
  return runCommand(request, { action: 'revokePersonalAccessToken', target }, async ({ tx, user, record }) => {
    const token = await maybeOne(
      tx,
      sql<Revocable>`
        select name, revoked_at from personal_access_tokens where id = ${id}::uuid and user_id = ${user.id}::uuid for update`,
    );
    if (!token) throw notFound();
    const changed = await one(
      tx,
      sql<{ revoked_at: Date }>`
        update personal_access_tokens set revoked_at = coalesce(revoked_at, now()) where id = ${id}::uuid returning revoked_at`,
    );
    record({ target, ...states(token, changed.revoked_at) });
    return { personalAccessTokenId: id };
  });
}
