/** Commands on API keys. */
import { sql } from 'kysely';
import { defineAuditParts } from '../../command/audit-parts.ts';
import { runCommand, type OrganizationChange, type CommandRequest } from '../../command/run.ts';
import { scopesBeyond } from '../../authorization/granting.ts';
import { organizationOfRow } from '../../command/find-organization.ts';
import type { Principal } from '../../authorization/principal.ts';
import type { Database } from '../../database/connect.ts';
import { maybeOne } from '../../database/rows.ts';
import { newId } from '../../database/id.ts';
import { notFound } from '../../errors.ts';
import { refuse } from '../../command/user-error.ts';
import { requireScopes } from '../role/scopes-input.ts';
import { requireName } from '../../values/text.ts';
import { issuingKeyOf, type Issued } from './remembered.ts';
import { countIssuedKeys, lockIssuedKeys } from './issued-queries.ts';
import { createToken, tokenHash, tokenPreview } from '../../authentication/secret.ts';
import { NAME_LENGTH_MAX, requireExpiry } from './input.ts';
import { states, type Revocable } from './revocation.ts';
import { ApiKeyRevokedError, ScopeEscalationError } from './errors.ts';

interface ApiKeyInput {
  organizationId: string;
  name: string;
  scopes: readonly string[];
  expiresAt?: Date | null | undefined;
  idempotencyKey?: string | null | undefined;
}

const visibility = ['api_keys:manage'] as const;
defineAuditParts('ApiKey', {
  name: visibility,
  scopes: visibility,
  expiresAt: visibility,
  revokedAt: visibility,
  issuedBy: visibility,
});

/** Returns the scopes of a new key, all of which the caller must hold on its organization. */
async function requireGrantable(
  { tx, principal, organization }: OrganizationChange,
  wanted: readonly string[],
): Promise<string[]> {
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
    requireForRepeat: async (acting: OrganizationChange) =>
      void (await requireGrantable(acting, input.scopes)),
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
  const attempt = {
    action: 'updateApiKey',
    target: { type: 'ApiKey', id },
    on: organizationOfRow('api_keys', id, 'api_keys:manage'),
    scope: 'api_keys:manage',
  } as const;
  return runCommand(request, attempt, async ({ tx, principal, organization, record }) => {
    const key = await lockKey(tx, id);
    if (key.revoked_at !== null) refuse(ApiKeyRevokedError, {});
    const missingScopes =
      ownKeyId(principal) === id ? [] : scopesBeyond(principal, organization.lineage, key.scopes);
    if (missingScopes.length > 0) refuse(ScopeEscalationError, { missingScopes });
    await tx.updateTable('api_keys').set({ name }).where('id', '=', id).execute();
    record({ target: { type: 'ApiKey', id }, before: { name: key.name }, after: { name } });
    return { apiKeyId: id };
  });
}

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
export function revokeApiKey(
  request: CommandRequest,
  { id, includeIssued }: { id: string; includeIssued: boolean },
) {
  const attempt = {
    action: 'revokeApiKey',
    target: { type: 'ApiKey', id },
    on: organizationOfRow('api_keys', id, 'api_keys:manage'),
    scope: 'api_keys:manage',
  } as const;
  return runCommand(
    request,
    attempt,
    async ({ tx, principal, organization, record }): Promise<RevokedKeys> => {
      const key = await lockKey(tx, id);
      const isTaken = key.revoked_at === null && ownKeyId(principal) !== id;
      const issued = includeIssued ? await lockIssuedKeys(tx, principal, id) : [];
      const missingScopes = [
        ...(isTaken ? scopesBeyond(principal, organization.lineage, key.scopes) : []),
        ...issued
          .filter((issuedKey) => issuedKey.id !== ownKeyId(principal))
          .flatMap((issuedKey) => scopesBeyond(principal, issuedKey.lineage, issuedKey.scopes)),
      ];
      if (missingScopes.length > 0)
        refuse(ScopeEscalationError, { missingScopes: [...new Set(missingScopes)] });
      const revoked = [
        ...(key.revoked_at === null ? [id] : []),
        ...issued.map((issuedKey) => issuedKey.id),
      ];
      const changed = await maybeOne(
        tx,
        sql<{ revoked_at: Date }>`
        update api_keys set revoked_at = now() where id = any (${revoked}::uuid[]) returning revoked_at`,
      );
      const revokedAt = changed?.revoked_at ?? key.revoked_at;
      record({ target: { type: 'ApiKey', id }, ...states(key, key.revoked_at ?? revokedAt) });
      for (const issuedKey of issued) {
        const was = { name: issuedKey.name, revoked_at: null };
        record({
          target: { type: 'ApiKey', id: issuedKey.id },
          organizationId: issuedKey.organization_id,
          ...states(was, revokedAt),
        });
      }
      return {
        apiKeyId: id,
        revokedApiKeyIds: revoked,
        issuedKeyCount: await countIssuedKeys(tx, principal, id),
      };
    },
  );
}
