/** Commands on personal access tokens. */
import { sql } from 'kysely';
import { createToken, tokenHash, tokenPreview } from '../../authentication/secret.ts';
import { defineAuditParts } from '../../command/audit-parts.ts';
import { runCommand, type CommandRequest } from '../../command/run.ts';
import { newId } from '../../database/id.ts';
import { maybeOne, one } from '../../database/rows.ts';
import { limitExceeded, notFound } from '../../errors.ts';
import { requireName } from '../../values/text.ts';
import { NAME_LENGTH_MAX, requireExpiry } from './input.ts';
import { LIVE_TOKENS_MAX } from './queries.ts';
import { issuingKeyOf, type Issued } from './remembered.ts';
import { states, type Revocable } from './revocation.ts';

interface TokenInput {
  name: string;
  expiresAt?: Date | null | undefined;
  idempotencyKey?: string | null | undefined;
}

defineAuditParts('PersonalAccessToken', {
  name: 'the person themselves',
  expiresAt: 'the person themselves',
  revokedAt: 'the person themselves',
});

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
        where user_id = ${user.id}::uuid and revoked_at is null
          and (expires_at is null or expires_at > now())`,
    );
    if (live.count >= LIVE_TOKENS_MAX) {
      throw limitExceeded(
        'input',
        `would exceed the ${LIVE_TOKENS_MAX} tokens that a person may have at a time; revoke one first`,
      );
    }
    const id = await newId(tx);
    const secret = createToken('pat', id);
    const hashed = { secret_hash: tokenHash(secret), preview: tokenPreview(secret) };
    await tx
      .insertInto('personal_access_tokens')
      .values({ id, user_id: user.id, name, ...hashed, expires_at: expiresAt })
      .execute();
    record({
      target: { type: 'PersonalAccessToken', id },
      before: null,
      after: { name, expiresAt },
    });
    return { id, secret };
  });
}

/**
 * Revokes a token of the calling person immediately and permanently. Revoking it again changes
 * nothing.
 */
export function revokePersonalAccessToken(request: CommandRequest, { id }: { id: string }) {
  const target = { type: 'PersonalAccessToken', id } as const;
  return runCommand(
    request,
    { action: 'revokePersonalAccessToken', target },
    async ({ tx, user, record }) => {
      const token = await maybeOne(
        tx,
        sql<Revocable>`
        select name, revoked_at from personal_access_tokens
          where id = ${id}::uuid and user_id = ${user.id}::uuid for update`,
      );
      if (!token) throw notFound();
      const changed = await one(
        tx,
        sql<{ revoked_at: Date }>`
        update personal_access_tokens set revoked_at = coalesce(revoked_at, now())
          where id = ${id}::uuid returning revoked_at`,
      );
      record({ target, ...states(token, changed.revoked_at) });
      return { personalAccessTokenId: id };
    },
  );
}
