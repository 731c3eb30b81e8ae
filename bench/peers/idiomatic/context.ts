/** What a request of the idiomatic server carries: who calls, and its loaders. */
import { timingSafeEqual } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { parseToken, tokenHash } from '../../../src/authentication/secret.ts';
import type { DB } from '../../../src/database/types.ts';
import { createLoaders, type Loaders } from './loaders.ts';

export interface Caller {
  keyName: string;
  /** The organization of the key. */
  home: string;
  scopes: readonly string[];
}

export interface Context {
  db: Kysely<DB>;
  caller: Caller | null;
  loaders: Loaders;
}

export async function createContext(
  db: Kysely<DB>,
  authorization: string | null,
): Promise<Context> {
  return { db, caller: await callerOf(db, authorization), loaders: createLoaders(db) };
}

async function callerOf(db: Kysely<DB>, authorization: string | null): Promise<Caller | null> {
  const token = parseToken(authorization?.replace('Bearer ', '') ?? '');
  if (!token) return null;
  const key = await db
    .selectFrom('api_keys as k')
    .innerJoin('organizations as o', 'o.id', 'k.organization_id')
    .select([
      'k.name',
      'k.secret_hash',
      'k.organization_id',
      'k.revoked_at',
      'k.expires_at',
      'o.deleted_at',
    ])
    .select(sql<string[]>`scopes_held(k.scopes)`.as('scopes'))
    .select(
      sql<boolean>`exists (select from organizations a where a.id = any (o.lineage) and a.status = 'SUSPENDED')`.as(
        'suspended',
      ),
    )
    .where('k.id', '=', token.id)
    .executeTakeFirst();
  if (!key || key.suspended || key.revoked_at || key.deleted_at) return null;
  if (key.expires_at && key.expires_at < new Date()) return null;
  if (!timingSafeEqual(key.secret_hash, tokenHash(token.token))) return null;
  return { keyName: key.name, home: key.organization_id, scopes: key.scopes };
}

/** Whether the caller may use a scope on the organization with this lineage. */
export function can(
  { caller }: Context,
  lineage: readonly string[],
  scope: string | null,
): boolean {
  if (!caller || !lineage.includes(caller.home)) return false;
  if (lineage.at(-1) !== caller.home) return caller.scopes.includes('child_organizations:manage');
  return scope === null || caller.scopes.includes(scope);
}
