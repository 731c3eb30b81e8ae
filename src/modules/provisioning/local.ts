/**
 * The local provider: rows in our own tables, and phone numbers from the pool that the operator
 * fills.
 */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { maybeOne } from '../../database/rows.ts';
import { encodeId } from '../../values/ids.ts';
import { StepRefused, type Provider } from './provider.ts';

/** The lock of the pool: numbers are assigned one at a time. */
const POOL_LOCK = 4_207_849_483_000;

/** Creates the provider. Each step can be repeated and returns the same result. */
export function localProvider(db: Database): Provider {
  return async ({ step, organization: { id } }) => {
    const name = encodeId('Organization', id).slice('org_'.length);
    if (step === 'PHONE_NUMBER') return { resourceId: await assignPhoneNumber(db, id) };
    if (step === 'TELEPHONY') return { resourceId: `trunk_${name}` };
    if (step === 'KNOWLEDGE_BASE') return { resourceId: `knowledge_base_${name}` };
    if (step === 'BILLING') {
      return {
        resourceId: `customer_${name}`,
        billing: { customerId: `customer_${name}`, subscriptionId: `subscription_${name}` },
      };
    }
    await sql`
      insert into identity_records (organization_id, subject)
        values (${id}::uuid, ${`identity_${name}`}) on conflict do nothing`.execute(db);
    return { resourceId: `identity_${name}` };
  };
}

/**
 * Returns the organization's number: the one that it has, otherwise the one that has been in the
 * pool longest.
 */
function assignPhoneNumber(db: Database, organizationId: string): Promise<string> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${POOL_LOCK})`.execute(tx);
    const row = await maybeOne(
      tx,
      sql<{ number: string }>`
        with own as (select number from assigned_phone_numbers
          where organization_id = ${organizationId}::uuid),
        given as (
          insert into assigned_phone_numbers (number, organization_id)
          select n.number, ${organizationId}::uuid from phone_numbers n
          where not exists (select from own)
            and not exists (select from assigned_phone_numbers a where a.number = n.number)
          order by n.added_at, n.number limit 1
          returning number
        )
        select number from own union all select number from given`,
    );
    if (!row) throw new StepRefused('The pool of phone numbers is empty.');
    return row.number;
  });
}
