/** What a request's rights rest on, locked so that it cannot be taken away before the transaction ends (R-AZ-5). */
import { sql } from 'kysely';
import type { Principal } from '../access/principal.ts';
import type { Database } from '../database/connect.ts';
import { unauthenticated } from '../errors.ts';
import { cannotActThere, organizationSuspended, suspendedAbove } from './authenticate.ts';

/**
 * The principal as it is now: its credential, membership and roles are locked `FOR SHARE` and read again. A
 * revocation that was acknowledged before is seen; one that comes later waits until this transaction has ended.
 * Throws what authentication would answer if the right to act is gone.
 */
export async function lockStanding(tx: Database, principal: Principal): Promise<Principal> {
  const { credential, user, home } = principal;
  if (!credential) throw unauthenticated();
  if (credential.kind === 'API_KEY') {
    const { rows } = await sql<{ scopes: string[] }>`
      select scopes from api_keys
      where id = ${credential.id}::uuid and revoked_at is null and (expires_at is null or expires_at > now()) for share`.execute(tx);
    const [key] = rows;
    if (!key || !home) throw unauthenticated();
    return { ...principal, home: await homeNow(tx, home.id, sql`${key.scopes}::text[]`) };
  }
  if (credential.kind === 'PERSONAL_ACCESS_TOKEN') {
    const { rows } = await sql`
      select from personal_access_tokens
      where id = ${credential.id}::uuid and revoked_at is null and (expires_at is null or expires_at > now()) for share`.execute(tx);
    if (rows.length === 0) throw unauthenticated();
  }
  if (!user || !home) return principal;
  const { rows } = await sql<{ id: string }>`
    select id from memberships where organization_id = ${home.id}::uuid and user_id = ${user.id}::uuid for share`.execute(tx);
  const [membership] = rows;
  if (!membership) throw cannotActThere();
  // Roles that come with the product never change, and locking them would bring all callers to the same few rows.
  const held = sql`array(
    with own as (
      select r.scopes from membership_roles mr join roles r on r.id = mr.role_id
      where mr.membership_id = ${membership.id}::uuid and not r.built_in for share of r
    )
    select unnest(scopes) from own
    union
    select unnest(r.scopes) from membership_roles mr join roles r on r.id = mr.role_id
    where mr.membership_id = ${membership.id}::uuid and r.built_in
  )`;
  return { ...principal, home: await homeNow(tx, home.id, held) };
}

async function homeNow(tx: Database, id: string, scopes: ReturnType<typeof sql>) {
  const { rows } = await sql<{ lineage: string[]; scopes: string[]; suspended: boolean }>`
    select o.lineage, scopes_held(${scopes}) as scopes, ${suspendedAbove} as suspended
    from organizations o where o.id = ${id}::uuid and o.deleted_at is null`.execute(tx);
  const [home] = rows;
  if (!home) throw cannotActThere();
  if (home.suspended) throw organizationSuspended();
  return { id, lineage: home.lineage, scopes: new Set(home.scopes) };
}
