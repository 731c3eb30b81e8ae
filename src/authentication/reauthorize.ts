/**
 * Reads a request's rights again and locks the rows they depend on, so that they cannot be revoked
 * before the transaction ends.
 */
import { sql, type RawBuilder } from 'kysely';
import type { CallerOrganization, Principal } from '../authorization/principal.ts';
import type { Database } from '../database/connect.ts';
import { maybeOne, one } from '../database/rows.ts';
import { unauthenticated } from '../errors.ts';
import { cannotActThere, organizationSuspended, suspendedAbove } from './callers.ts';

/**
 * Returns the principal as it is now. Its credential, membership and roles are locked `FOR SHARE`
 * and read again: a revocation that was acknowledged earlier is seen, and a later one waits until
 * this transaction has ended.
 *
 * Throws the error that authentication would throw if the right to act is gone.
 */
export async function reauthorize(tx: Database, principal: Principal): Promise<Principal> {
  const { credential, user, organization } = principal;
  if (!credential) throw unauthenticated();
  if (credential.kind === 'API_KEY') {
    if (!organization) throw unauthenticated();
    const key = sql`
      select scopes from api_keys
      where id = ${credential.id}::uuid and revoked_at is null
        and (expires_at is null or expires_at > now()) for share`;
    // The statement itself waits for the lock, and reads the key's row as it is afterwards (READ
    // COMMITTED).
    const current = await organizationNow(
      tx,
      organization.id,
      sql`with key as (${key})`,
      sql`(select scopes from key)`,
      sql`exists (select from key)`,
    );
    if (!current) throw unauthenticated();
    return { ...principal, organization: current };
  }
  const token = sql`
    select id from personal_access_tokens
    where id = ${credential.kind === 'SESSION' ? null : credential.id}::uuid and revoked_at is null
      and (expires_at is null or expires_at > now())
    for share`;
  const membershipRow = sql`
    select id from memberships
      where organization_id = ${organization?.id ?? null}::uuid
        and user_id = ${user?.id ?? null}::uuid for share`;
  const { token: standing, membership } = await one(
    tx,
    sql<{ token: string | null; membership: string | null }>`
      with token as (${token}), membership as (${membershipRow})
      select (select id from token) as token, (select id from membership) as membership`,
  );
  if (credential.kind === 'PERSONAL_ACCESS_TOKEN' && standing === null) throw unauthenticated();
  if (!organization) return principal;
  if (membership === null) throw cannotActThere();
  // Built-in roles never change. Locking them would make all callers contend for the same few rows.
  const held = sql`array(
    with own as (
      select r.scopes from membership_roles mr join roles r on r.id = mr.role_id
      where mr.membership_id = ${membership}::uuid and not r.built_in for share of r
    )
    select unnest(scopes) from own
    union
    select unnest(r.scopes) from membership_roles mr join roles r on r.id = mr.role_id
    where mr.membership_id = ${membership}::uuid and r.built_in
  )`;
  // A separate statement, because only a new one sees what was committed while waiting for the
  // locks.
  const current = await organizationNow(tx, organization.id, sql``, held, sql`true`);
  if (!current) throw cannotActThere();
  return { ...principal, organization: current };
}

async function organizationNow(
  tx: Database,
  id: string,
  locks: RawBuilder<unknown>,
  scopes: RawBuilder<unknown>,
  condition: RawBuilder<unknown>,
): Promise<CallerOrganization | undefined> {
  const row = await maybeOne(
    tx,
    sql<{ lineage: string[]; scopes: string[]; suspended: boolean }>`
      ${locks}
      select o.lineage, scopes_held(${scopes}) as scopes, ${suspendedAbove} as suspended
      from organizations o where o.id = ${id}::uuid and o.deleted_at is null and ${condition}`,
  );
  if (row?.suspended) throw organizationSuspended();
  return row && { id, lineage: row.lineage, scopes: new Set(row.scopes) };
}
