/** Samples of the mutations of plans. */
import { sql } from 'kysely';
import { ofGround } from '../samples/planting.ts';
import type { Ground, Input, Samples } from '../samples/sample.ts';

/** An organization that the billing provider knows, and that no change of plan is under way for. */
async function subscriber(ground: Ground): Promise<Input> {
  const {
    database: { db },
    organization,
  } = ground;
  await sql`insert into billing_accounts (organization_id, status, customer_id) values (${organization}::uuid, 'active', 'cus_1')
    on conflict (organization_id) do update set status = 'active', customer_id = 'cus_1'`.execute(
    db,
  );
  await sql`delete from plan_changes where organization_id = ${organization}::uuid`.execute(db);
  return ofGround(ground);
}

export const samples: Samples = {
  changePlan: {
    right: { scope: 'billing:manage' },
    async input(ground) {
      await sql`insert into plans (key, name, max_calls, position)
        values ('other', 'Other', 5, 2), ('third', 'Third', 5, 3) on conflict do nothing`.execute(
        ground.database.db,
      );
      return { ...(await subscriber(ground)), plan: 'other' };
    },
    repeats: {
      shows: 'organization { id version billing { planChange { plan status requestedAt } } }',
      other: () => ({ plan: 'third' }),
    },
    // The billing accounts of the matrix are not provisioned.
    attempts: ({ inTarget }) => [
      { input: { ...inTarget, plan: 'free' }, answer: 'BILLING_NOT_READY' },
    ],
  },
  openBillingPortal: {
    right: { scope: 'billing:manage' },
    input: subscriber,
    attempts: ({ inTarget }) => [{ input: inTarget, answer: 'BILLING_NOT_READY' }],
  },
};
