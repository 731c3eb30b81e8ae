/** Makes changes of plan at the billing provider: the job behind each of them. */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { maybeOne, type Columns } from '../../database/rows.ts';
import type { Task } from '../../jobs/worker.ts';
import {
  StepDelayed,
  StepRefused,
  type PlanChangeResult,
  type Providers,
} from '../provisioning/provider.ts';
import type { Logger } from '../../telemetry/log.ts';

export interface PlanChangeOptions {
  db: Database;
  log: Logger;
  providers: Providers;
}

interface BegunChange
  extends
    Columns<'organizations', 'id' | 'slug' | 'name' | 'kind' | 'deleted_at'>,
    Columns<'plan_changes', 'round'>,
    Columns<'plans', 'key' | 'price_id'>,
    Columns<'billing_accounts', 'customer_id' | 'subscription_id'> {}

/**
 * Creates the task. A worker that is killed in the middle leaves the change PENDING. The next worker
 * calls the provider with the same idempotency key, so the change takes effect once.
 */
export function changePlanTask({ db, log, providers }: PlanChangeOptions): Task<'change_plan'> {
  return async ({ organizationId }, { isLast }) => {
    const begun = await beginChange(db, organizationId);
    if (!begun) return;
    const { id, slug, name, kind, round, key, price_id: priceId } = begun;
    try {
      if (begun.deleted_at) throw new StepRefused('The organization was deleted.');
      const result = await providers.changePlan({
        organization: { id, slug, name, kind },
        plan: { key, priceId },
        customerId: begun.customer_id,
        subscriptionId: begun.subscription_id,
        idempotencyKey: `plan-${id}-${round}`,
      });
      await finishChange(db, begun, result);
    } catch (error) {
      const isExpected = error instanceof StepRefused || error instanceof StepDelayed;
      const reason = isExpected ? error.message : 'Something went wrong on our side.';
      log.warn({ err: error, organizationId, plan: key }, 'a change of plan failed');
      const isFinal = isLast || error instanceof StepRefused;
      await leaveChange(db, begun, reason, isFinal);
      // Thrown again, so that the job is retried.
      if (!isFinal) throw error;
    }
  };
}

/** Starts the change. Returns undefined if there is nothing left to do. */
function beginChange(db: Database, organizationId: string): Promise<BegunChange | undefined> {
  return maybeOne(
    db,
    sql<BegunChange>`
      update plan_changes c set attempts = c.attempts + 1
      from organizations o
      join billing_accounts b on b.organization_id = o.id
      cross join plans p
      where c.organization_id = ${organizationId}::uuid and c.status = 'PENDING'
        and o.id = c.organization_id and p.key = c.plan
      returning o.id, o.slug, o.name, o.kind, o.deleted_at, c.round, p.key, p.price_id,
        b.customer_id, b.subscription_id`,
  );
}

/** Records that a change was not made this time, or at all. */
async function leaveChange(
  db: Database,
  { id, round }: BegunChange,
  reason: string,
  isFinal: boolean,
): Promise<void> {
  await sql`
    update plan_changes set error = ${reason}, status = ${isFinal ? 'FAILED' : 'PENDING'},
      finished_at = ${isFinal ? sql`now()` : null}
    where organization_id = ${id}::uuid and round = ${round} and status = 'PENDING'`.execute(db);
}

/** Puts the organization on the plan, with its limits, once: all of it or nothing. */
async function finishChange(
  db: Database,
  { id, round }: BegunChange,
  { status, subscriptionId }: PlanChangeResult,
): Promise<void> {
  await sql`
    with done as (
      update plan_changes set status = 'DONE', error = null, finished_at = now()
      where organization_id = ${id}::uuid and round = ${round} and status = 'PENDING'
      returning organization_id, plan
    ),
    billed as (
      update billing_accounts b set plan = done.plan, status = coalesce(${status ?? null}, b.status),
        subscription_id = coalesce(${subscriptionId ?? null}, b.subscription_id)
      from done where b.organization_id = done.organization_id
    )
    update concurrency_limits l set max_calls = p.max_calls
    from done join plans p on p.key = done.plan where l.organization_id = done.organization_id`.execute(
    db,
  );
}
