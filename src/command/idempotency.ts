/**
 * Stores answers under a key that the caller chose, so that a request that is sent twice takes
 * effect once.
 */
import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import type { Principal } from '../authorization/principal.ts';
import type { Database } from '../database/connect.ts';
import { badInput } from '../errors.ts';
import { refuse } from './user-error.ts';
import { encodeId } from '../values/ids.ts';
import { requireStorable } from '../values/text.ts';
import { IdempotencyConflictError } from './errors.ts';

/** The caller's key and a hash of the input sent with it. */
export interface IdempotencyKey {
  key: string;
  inputHash: Buffer;
  /** How to store an answer that must not be stored in plain text. */
  storage?: { store(answer: object): object; restore(stored: object): object };
}

const KEY_LENGTH_MAX = 255;
const KEPT = sql`interval '24 hours'`;

/**
 * Returns the idempotency key of an input, if it has one. The same key must always come with the
 * same input.
 */
export function idempotencyKeyOf({
  idempotencyKey,
  ...input
}: {
  idempotencyKey?: string | null | undefined;
}): IdempotencyKey | null {
  if (idempotencyKey == null) return null;
  requireStorable(idempotencyKey, 'idempotencyKey');
  if (idempotencyKey.length < 1 || idempotencyKey.length > KEY_LENGTH_MAX) {
    throw badInput('idempotencyKey', `must have between 1 and ${KEY_LENGTH_MAX} characters`);
  }
  return {
    key: idempotencyKey,
    inputHash: createHash('sha256').update(JSON.stringify(input)).digest(),
  };
}

/** The scope of a key: one organization and one actor, or one person. */
export interface KeyPlace {
  table: 'idempotency_keys' | 'account_idempotency_keys';
  columns: Record<string, string>;
}

/** The scope of keys for what an actor (a person or an API key) does to an organization. */
export function ofOrganization(id: string, { user, credential }: Principal): KeyPlace {
  const actor = user ? encodeId('User', user.id) : encodeId('ApiKey', credential?.id ?? '');
  return { table: 'idempotency_keys', columns: { organization_id: id, actor } };
}

/** The scope of keys for what a person does without acting in an organization. */
export function ofPerson(id: string): KeyPlace {
  return { table: 'account_idempotency_keys', columns: { user_id: id } };
}

/** An answer that was stored, and the hash of the input that it was given for, in hex. */
export interface EarlierAnswer {
  input_hash: string;
  result: object;
}

/**
 * The statement that looks up the answer given for the same key within the last 24 hours. A
 * concurrent duplicate waits for the lock on the organization or the person, so it is run after
 * that was taken.
 */
export function earlierAnswer(
  { table, columns }: KeyPlace,
  operation: string,
  { key }: IdempotencyKey,
): RawBuilder<EarlierAnswer> {
  const at = Object.entries(columns).map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
  return sql`
    select encode(input_hash, 'hex') as input_hash, result from ${sql.table(table)}
    where ${sql.join(at, sql` and `)} and operation = ${operation} and key = ${key}
      and created_at > now() - ${KEPT}`;
}

/** Returns the stored answer to a repeated request, whose rights have been checked by then. */
export function recall<Result extends object>(
  earlier: EarlierAnswer,
  { inputHash, storage }: IdempotencyKey,
): Result {
  if (earlier.input_hash !== inputHash.toString('hex')) refuse(IdempotencyConflictError, {});
  return (storage ? storage.restore(earlier.result) : earlier.result) as Result;
}

/** The statement that stores an answer, which must be JSON data. */
export function storedAnswer(
  { table, columns }: KeyPlace,
  operation: string,
  { key, inputHash, storage }: IdempotencyKey,
  result: object,
): RawBuilder<unknown> {
  const stored = JSON.stringify(storage ? storage.store(result) : result);
  const names = sql.join(
    [...Object.keys(columns), 'operation', 'key'].map((column) => sql.ref(column)),
  );
  return sql`
    insert into ${sql.table(table)} (${names}, input_hash, result)
    values (${sql.join(Object.values(columns))}, ${operation}, ${key}, ${inputHash}, ${stored}::jsonb)
    on conflict (${names}) do update
      set input_hash = excluded.input_hash, result = excluded.result, created_at = now()`;
}

/** A job that removes expired answers. */
export async function forgetAnswers(db: Database): Promise<void> {
  for (const table of ['idempotency_keys', 'account_idempotency_keys'] as const) {
    await sql`delete from ${sql.table(table)} where created_at <= now() - ${KEPT}`.execute(db);
  }
}
