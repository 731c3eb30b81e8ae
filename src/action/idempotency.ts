/** Answers remembered by a key that the caller chose, so that a request that is sent twice has one effect (R-ID). */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Principal } from '../access/principal.ts';
import type { Database } from '../database/connect.ts';
import { badInput } from '../errors.ts';
import { refuse } from '../failure.ts';
import { encodeId } from '../ids.ts';
import { requireStorable } from '../text.ts';

/** A caller's key and the hash of the input that it came with. */
export interface IdempotencyKey {
  key: string;
  inputHash: Buffer;
}

const KEY_LENGTH_MAX = 255;

/** The key of an input, if it has one. The same key must come with the same input. */
export function idempotencyKeyOf({ idempotencyKey, ...input }: { idempotencyKey?: string | null | undefined }): IdempotencyKey | null {
  if (idempotencyKey == null) return null;
  requireStorable(idempotencyKey, 'idempotencyKey');
  if (idempotencyKey.length < 1 || idempotencyKey.length > KEY_LENGTH_MAX) {
    throw badInput('idempotencyKey', `must have between 1 and ${KEY_LENGTH_MAX} characters`);
  }
  return { key: idempotencyKey, inputHash: createHash('sha256').update(JSON.stringify(input)).digest() };
}

function actorOf({ user, credential }: Principal): string {
  if (user) return encodeId('User', user.id);
  return encodeId('ApiKey', credential?.id ?? '');
}

/**
 * What the operation answered to the same key within the last 24 hours, or null. The caller's right has been checked
 * before; the organization's lock makes a twin that is under way wait.
 */
export async function recall<Result>(
  tx: Database,
  principal: Principal,
  organizationId: string,
  operation: string,
  { key, inputHash }: IdempotencyKey,
): Promise<Result | null> {
  const { rows } = await sql<{ input_hash: Buffer; result: Result }>`
    select input_hash, result from idempotency_keys
    where organization_id = ${organizationId}::uuid and actor = ${actorOf(principal)} and operation = ${operation} and key = ${key}
      and created_at > now() - interval '24 hours'`.execute(tx);
  const [known] = rows;
  if (!known) return null;
  if (!known.input_hash.equals(inputHash)) refuse('IdempotencyConflictError', {});
  return known.result;
}

/** Keeps an answer, which must be data that JSON can hold, in the transaction of its effect. */
export async function remember(
  tx: Database,
  principal: Principal,
  organizationId: string,
  operation: string,
  { key, inputHash }: IdempotencyKey,
  result: object,
): Promise<void> {
  await sql`
    insert into idempotency_keys (organization_id, actor, operation, key, input_hash, result)
    values (${organizationId}::uuid, ${actorOf(principal)}, ${operation}, ${key}, ${inputHash}, ${JSON.stringify(result)}::jsonb)
    on conflict (organization_id, actor, operation, key)
    do update set input_hash = excluded.input_hash, result = excluded.result, created_at = now()`.execute(tx);
}
