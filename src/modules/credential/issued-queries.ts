/** Queries of the keys that a key issued, directly or indirectly. */
import { sql } from 'kysely';
import { readableOrganizations, type Lineage } from '../../authorization/rights.ts';
import type { Principal } from '../../authorization/principal.ts';
import type { Database } from '../../database/connect.ts';
import { many, present, type Columns } from '../../database/rows.ts';
import { limitExceeded } from '../../errors.ts';

/** The maximum number of issued keys that one call revokes. */
export const ISSUED_MAX = 1_000;

/** The maximum number of keys that are visited on the way, including those revoked long ago. */
const VISITED_MAX = 100_000;

/** A key to be revoked together with the one that issued it. */
export interface IssuedKey extends Columns<
  'api_keys',
  'id' | 'organization_id' | 'name' | 'scopes'
> {
  lineage: Lineage;
  /** Includes implied scopes. */
  scopes: string[];
}

/**
 * Returns active keys that were issued by the key, directly or indirectly, and belong to
 * organizations whose keys the caller may manage; at most one more than `ISSUED_MAX`. Keys
 * elsewhere are followed to those that they issued, but not returned. `complete` is false if there
 * are so many that not all were visited.
 */
async function issuedKeys(
  tx: Database,
  principal: Principal,
  id: string,
): Promise<{ keys: IssuedKey[]; complete: boolean }> {
  const rows = await many(
    tx,
    sql<(IssuedKey | { id: null }) & { visited: number }>`
      with recursive issued (id) as (
        select k.id from api_keys k where k.issued_by_key_id = ${id}::uuid
        union
        select k.id from issued i join api_keys k on k.issued_by_key_id = i.id
      ),
      visited as materialized (select id from issued limit ${VISITED_MAX + 1})
      select total.visited, found.*
      from (select count(*)::int as visited from visited) as total
      left join (
        select k.id, k.organization_id, o.lineage, k.name, scopes_held(k.scopes) as scopes
        from visited v join api_keys k on k.id = v.id
        join ${readableOrganizations(principal, { scope: 'api_keys:manage' })} as o on o.id = k.organization_id
        where k.revoked_at is null
        limit ${ISSUED_MAX + 1}
      ) as found on true`,
  );
  return {
    keys: rows.flatMap((row) => (row.id === null ? [] : [row])),
    complete: present(rows[0], 'the count of visited keys').visited <= VISITED_MAX,
  };
}

/** Counts the active issued keys that the caller may see; `ISSUED_MAX` also stands for more. */
export async function countIssuedKeys(
  tx: Database,
  principal: Principal,
  id: string,
): Promise<number> {
  return Math.min((await issuedKeys(tx, principal, id)).keys.length, ISSUED_MAX);
}

/**
 * Returns the issued keys, locked in the order of their ids. The key itself is already locked, so
 * it issues no more. The issued keys may have issued others before they were locked as well, so
 * they are read a second time.
 */
export async function lockIssuedKeys(
  tx: Database,
  principal: Principal,
  id: string,
): Promise<IssuedKey[]> {
  const locked = new Set<string>();
  for (;;) {
    const { keys, complete } = await issuedKeys(tx, principal, id);
    if (keys.length > ISSUED_MAX || !complete) {
      throw limitExceeded(
        'includeIssued',
        `would revoke more than ${ISSUED_MAX} keys; revoke some of them first`,
      );
    }
    if (keys.every((key) => locked.has(key.id))) return keys;
    const ids = keys.map((key) => key.id);
    await sql`select from api_keys where id = any (${ids}::uuid[]) order by id for update`.execute(
      tx,
    );
    for (const key of ids) locked.add(key);
  }
}
