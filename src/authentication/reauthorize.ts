/**
 * Reads a request's rights again and locks the rows they depend on, so that they cannot be revoked
 * before the transaction ends.
 *
 * One statement takes the locks and a later one reads, because only a new statement sees what was
 * committed while the locks were waited for.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Principal } from '../authorization/principal.ts';
import type { Lineage } from '../authorization/rights.ts';
import type { Database } from '../database/connect.ts';
import { many, maybeOne } from '../database/rows.ts';
import { unauthenticated } from '../errors.ts';
import { cannotActThere, organizationSuspended, suspendedAbove } from './callers.ts';

/** The rows that are locked, by their id; null where there is none any more. */
export interface HeldRights {
  credential: string | null;
  membership: string | null;
}

/**
 * Takes the locks of `subject`, a statement with at most one row, and then locks the caller's
 * credential and membership `FOR SHARE`. Returns the row with the ids of what is locked; undefined
 * if there is no row, and then nothing is locked.
 *
 * A row that was changed while its lock was waited for is locked as it is now, or not at all if it
 * no longer meets the conditions. Nothing else in the statement is that recent.
 */
export async function lockWithRights<Row extends object>(
  tx: Database,
  { credential, user, organization }: Principal,
  subject: RawBuilder<Row>,
): Promise<(Row & HeldRights) | undefined> {
  const credentials = sql.table(
    credential?.kind === 'API_KEY' ? 'api_keys' : 'personal_access_tokens',
  );
  const credentialId = credential?.kind === 'SESSION' ? null : (credential?.id ?? null);
  return maybeOne(
    tx,
    sql<Row & HeldRights>`
      with subject as materialized (${subject}),
      -- Joined with the subject, so that its locks come first.
      credential as (
        select c.id from subject, ${credentials} as c
        where c.id = ${credentialId}::uuid and c.revoked_at is null
          and (c.expires_at is null or c.expires_at > now())
        for share of c
      ),
      membership as (
        select m.id from subject, memberships as m
        where m.organization_id = ${organization?.id ?? null}::uuid
          and m.user_id = ${user?.id ?? null}::uuid
        for share of m
      )
      select subject.*, (select id from credential) as credential,
        (select id from membership) as membership
      from subject`,
  );
}

/** The organization that the request acts in, and the scopes held there. */
export interface CurrentRights {
  lineage: Lineage;
  scopes: string[];
  suspended: boolean;
}

/**
 * The statement that reads the rights once they are locked. Roles that organizations defined are
 * locked as well. Throws the error that authentication would throw if what was to be locked is gone.
 */
export function currentRights(
  { credential, user, organization }: Principal,
  held: HeldRights,
): RawBuilder<CurrentRights> {
  if (!credential || (credential.kind !== 'SESSION' && held.credential === null))
    throw unauthenticated();
  if (organization && user && held.membership === null) throw cannotActThere();
  // Built-in roles never change. Locking them would make all callers contend for the same few rows.
  const scopes =
    credential.kind === 'API_KEY'
      ? sql`(select scopes from api_keys where id = ${credential.id}::uuid)`
      : sql`array(
          with own as (
            select r.scopes from membership_roles mr join roles r on r.id = mr.role_id
            where mr.membership_id = ${held.membership}::uuid and not r.built_in for share of r
          )
          select unnest(scopes) from own
          union
          select unnest(r.scopes) from membership_roles mr join roles r on r.id = mr.role_id
          where mr.membership_id = ${held.membership}::uuid and r.built_in
        )`;
  return sql`
    select o.lineage, scopes_held(${scopes}) as scopes, ${suspendedAbove} as suspended
    from organizations o where o.id = ${organization?.id ?? null}::uuid and o.deleted_at is null`;
}

/**
 * Returns the principal with these rights, which is none if its organization is gone. Throws the
 * error that authentication would throw if the right to act is gone.
 */
export function withRights(principal: Principal, rights: CurrentRights | undefined): Principal {
  const { credential, organization } = principal;
  if (!organization && credential?.kind !== 'API_KEY') return principal;
  if (!organization || !rights)
    throw credential?.kind === 'API_KEY' ? unauthenticated() : cannotActThere();
  if (rights.suspended) throw organizationSuspended();
  const { lineage, scopes } = rights;
  return { ...principal, organization: { ...organization, lineage, scopes: new Set(scopes) } };
}

/**
 * Returns the principal as it is now. Its credential, membership and roles are locked and read
 * again: a revocation that was acknowledged earlier is seen, and a later one waits until this
 * transaction has ended.
 *
 * Throws the error that authentication would throw if the right to act is gone.
 */
export async function reauthorize(tx: Database, principal: Principal): Promise<Principal> {
  const held = await lockWithRights(tx, principal, sql<object>`select`);
  const [rights] = await many(
    tx,
    currentRights(principal, held ?? { credential: null, membership: null }),
  );
  return withRights(principal, rights);
}
