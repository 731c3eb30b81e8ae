/** Writes of domain verifications. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../../../database/connect.ts';
import { many } from '../../../database/rows.ts';
import { enqueue } from '../../../jobs/queue.ts';

/** Random bytes of a challenge: 128 bits. */
const TOKEN_BYTES = 16;

/**
 * Syncs the verification with the organization's domain, which was just set. The verification of a
 * different domain ends, and a domain without one gets a challenge and its first check.
 */
export async function followDomain(tx: Database, organizationId: string): Promise<void> {
  await sql`
    delete from domain_verifications v using organizations o
    where o.id = ${organizationId}::uuid and v.organization_id = o.id
      and v.domain is distinct from o.domain`.execute(tx);
  const rows = await many(
    tx,
    sql`
      insert into domain_verifications (organization_id, domain, token)
      select o.id, o.domain, ${randomBytes(TOKEN_BYTES).toString('hex')} from organizations o
      where o.id = ${organizationId}::uuid and o.domain is not null and o.domain_setup_status = 'PENDING'
      on conflict (organization_id) do nothing returning organization_id`,
  );
  if (rows.length > 0) {
    await enqueue(tx, 'verify_domain', [
      { key: `verify_domain ${organizationId}`, payload: { organizationId } },
    ]);
  }
}
