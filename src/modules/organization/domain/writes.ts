/** Writes of domain verifications. */
import { randomBytes } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../../database/connect.ts';
import { one } from '../../../database/rows.ts';
import { enqueued, type JobName } from '../../../jobs/queue.ts';

/** Random bytes of a challenge: 128 bits. */
const TOKEN_BYTES = 16;

/** A challenge: what the record of a domain must contain. */
export function newChallenge(): string {
  return randomBytes(TOKEN_BYTES).toString('hex');
}

/** The job of the first check, for the organization that the table expression holds. */
export function firstCheck(organizations: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select ${'verify_domain' satisfies JobName}, concat('verify_domain ', o.id),
      json_build_object('organizationId', o.id)
    from ${organizations} as o`;
}

/**
 * Syncs the verification with the organization's domain, which was just set. The verification of a
 * different domain ends, and a domain without one gets a challenge and its first check.
 */
export async function followDomain(tx: Database, organizationId: string): Promise<void> {
  await sql`
    delete from domain_verifications v using organizations o
    where o.id = ${organizationId}::uuid and v.organization_id = o.id
      and v.domain is distinct from o.domain`.execute(tx);
  await one(
    tx,
    sql`
      with challenged as (
        insert into domain_verifications (organization_id, domain, token)
        select o.id, o.domain, ${newChallenge()} from organizations o
        where o.id = ${organizationId}::uuid and o.domain is not null and o.domain_setup_status = 'PENDING'
        on conflict (organization_id) do nothing returning organization_id as id
      )
      select ${enqueued(firstCheck(sql`challenged`))} as jobs`,
  );
}
