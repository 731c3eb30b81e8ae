/** Answers remembered by a key that the caller chose, so that a request that is sent twice has one effect. */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Principal } from '../authorization/principal.ts';
import type { Database } from '../database/connect.ts';
import { maybeOne, type Columns } from '../database/rows.ts';
import { badInput } from '../errors.ts';
import { refuse } from './user-error.ts';
import { encodeId } from '../values/ids.ts';
import { requireStorable } from '../values/text.ts';
import { IdempotencyConflictError } from './errors.ts';

/** A caller's key and the hash of the input that it came with. */
export interface IdempotencyKey {
  key: string;
  inputHash: Buffer;
  /** How an answer is stored that must not be stored as it is. */
  storage?: { store(answer: object): object; restore(stored: object): object };
}

const KEY_LENGTH_MAX = 255;
const KEPT = sql`interval '24 hours'`;

/** The key of an input, if it has one. The same key must come with the same input. */
export function idempotencyKeyOf({ idempotencyKey, ...input }: { idempotencyKey?: string | null | undefined }): IdempotencyKey | null {
  if (idempotencyKey == null) return null;
  requireStorable(idempotencyKey, 'idempotencyKey');
  if (idempotencyKey.length < 1 || idempotencyKey.length > KEY_LENGTH_MAX) {
    throw badInput('idempotencyKey', `must have between 1 and ${KEY_LENGTH_MAX} characters`);
  }
  return { key: idempotencyKey, inputHash: createHash('sha256').update(JSON.stringify(input)).digest() };
}

/** Where a key counts: at one organization for one actor, or for a person alone. */
export interface KeyPlace {
  table: 'idempotency_keys' | 'account_idempotency_keys';
  columns: Record<string, string>;
}

/** Keys of what an actor (a person or an API key) does to an organization. */
export function ofOrganization(id: string, { user, credential }: Principal): KeyPlace {
  const actor = user ? encodeId('User', user.id) : encodeId('ApiKey', credential?.id ?? '');
  return { table: 'idempotency_keys', columns: { organization_id: id, actor } };
}

/** Keys of what a person does without acting in any organization. */
export function ofPerson(id: string): KeyPlace {
  return { table: 'account_idempotency_keys', columns: { user_id: id } };
}

/**
 * What the operation answered to the same key within the last 24 hours, or null. The caller's right has been checked
 * before; the lock of the organization, or of the person, makes a twin that is under way wait.
 */
export async function recall<Result extends object>(
  tx: Database,
  { table, columns }: KeyPlace,
  operation: string,
  { key, inputHash, storage }: IdempotencyKey,
): Promise<Result | null> {
  const at = Object.entries(columns).map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
  const known = await maybeOne(
    tx,
    sql<Columns<'idempotency_keys', 'input_hash'> & { result: Result }>`
      select input_hash, result from ${sql.table(table)}
      where ${sql.join(at, sql` and `)} and operation = ${operation} and key = ${key} and created_at > now() - ${KEPT}`,
  );
  if (!known) return null;
  if (!known.input_hash.equals(inputHash)) refuse(IdempotencyConflictError, {});
  return storage ? (storage.restore(known.result) as Result) : known.result;
}

/** Keeps an answer, which must be data that JSON can hold, in the transaction of its effect. */
export async function remember(
  tx: Database,
  { table, columns }: KeyPlace,
  operation: string,
  { key, inputHash, storage }: IdempotencyKey,
  result: object,
): Promise<void> {
  const stored = JSON.stringify(storage ? storage.store(result) : result);
  const names = sql.join([...Object.keys(columns), 'operation', 'key'].map((column) => sql.ref(column)));
  await sql`
    insert into ${sql.table(table)} (${names}, input_hash, result)
    values (${sql.join(Object.values(columns))}, ${operation}, ${key}, ${inputHash}, ${stored}::jsonb)
    on conflict (${names}) do update set input_hash = excluded.input_hash, result = excluded.result, created_at = now()`.execute(tx);
}

/** Removes the answers that no repeat gets any more; a job. */
export async function forgetAnswers(db: Database): Promise<void> {
  for (const table of ['idempotency_keys', 'account_idempotency_keys'] as const) {
    await sql`delete from ${sql.table(table)} where created_at <= now() - ${KEPT}`.execute(db);
  }
}
