/** Runs the steps of provisioning: the job behind each of them. */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { many, maybeOne, type Columns } from '../../database/rows.ts';
import type { Task } from '../../jobs/worker.ts';
import { STEP_NAMES, type StepName } from './queries.ts';
import type { InventoryKind } from '../organization/profile/queries.ts';
import type { Logger } from '../../telemetry/log.ts';
import { StepDelayed, StepRefused, type Providers, type StepResult } from './provider.ts';

export interface ProvisionOptions {
  db: Database;
  log: Logger;
  providers: Providers;
}

interface BegunStep
  extends
    Columns<'organizations', 'id' | 'slug' | 'name' | 'kind'>,
    Columns<'provisioning_steps', 'round' | 'resource_id'> {
  billing_email: string | null;
}

/**
 * Creates the task. A worker that is killed in the middle leaves the step RUNNING. The next worker
 * calls the provider with the same idempotency key, so the step takes effect once.
 */
export function provisionTask({ db, log, providers }: ProvisionOptions): Task<'provision'> {
  return async ({ organizationId, step: name }, { isLast }) => {
    const step = STEP_NAMES.find((stepName) => stepName === name);
    if (step === undefined) throw new RangeError(`provisioning has no step ${name}`);
    const begun = await beginStep(db, organizationId, step);
    if (!begun) return;
    const {
      id,
      slug,
      name: displayName,
      kind,
      round,
      billing_email: billingEmail,
      resource_id: resourceId,
    } = begun;
    try {
      const result = await providers[step]({
        step,
        organization: { id, slug, name: displayName, kind },
        idempotencyKey: `provision-${id}-${step.toLowerCase()}-${round}`,
        billingEmail,
        resourceId,
        keep: (resource) => keepResource(db, organizationId, step, resource),
      });
      await finishStep(db, organizationId, step, result);
    } catch (error) {
      const isExpected = error instanceof StepRefused || error instanceof StepDelayed;
      const reason = isExpected ? error.message : 'Something went wrong on our side.';
      log.warn({ err: error, organizationId, step }, 'a step of provisioning failed');
      const refused = error instanceof StepRefused;
      await leaveStep(db, organizationId, step, { reason, refused, final: refused || isLast });
      // Thrown again, so that the job is retried.
      if (!refused && !isLast) throw error;
    }
  };
}

/** Starts the step. Returns undefined if it is done, given up, or its organization is gone. */
async function beginStep(
  db: Database,
  organizationId: string,
  step: StepName,
): Promise<BegunStep | undefined> {
  return maybeOne(
    db,
    sql<BegunStep>`
      update provisioning_steps s set status = 'RUNNING', attempts = s.attempts + 1
      from organizations o
      where s.organization_id = ${organizationId}::uuid and s.name = ${step}
        and s.status in ('PENDING', 'RUNNING')
        and o.id = s.organization_id and o.deleted_at is null
      returning o.id, o.slug, o.name, o.kind, s.round, s.resource_id,
        (select b.email from billing_accounts b where b.organization_id = o.id) as billing_email`,
  );
}

async function keepResource(
  db: Database,
  organizationId: string,
  step: StepName,
  resourceId: string,
): Promise<void> {
  const kept = db.updateTable('provisioning_steps').set({ resource_id: resourceId });
  await kept.where('organization_id', '=', organizationId).where('name', '=', step).execute();
}

/** Records that a step did not finish. After a refusal the next try is a new request. */
async function leaveStep(
  db: Database,
  organizationId: string,
  step: StepName,
  { reason, refused, final }: { reason: string; refused: boolean; final: boolean },
): Promise<void> {
  await sql`
    update provisioning_steps set status = ${final ? 'FAILED' : 'PENDING'}, error = ${reason},
      finished_at = ${final ? sql`now()` : null},
      round = round + ${refused ? 1 : 0}
    where organization_id = ${organizationId}::uuid and name = ${step} and status = 'RUNNING'`.execute(
    db,
  );
}

/** What each step adds to the organization's inventory. */
const INVENTORY: Partial<Record<StepName, { kind: InventoryKind; name?: string }>> = {
  TELEPHONY: { kind: 'TELEPHONY_TRUNK', name: 'Default trunk' },
  PHONE_NUMBER: { kind: 'PHONE_NUMBER' },
  KNOWLEDGE_BASE: { kind: 'KNOWLEDGE_BASE', name: 'Default knowledge base' },
};

/** The number of concurrent calls on a plan that is not in the catalog. */
const CALLS_WITHOUT_PLAN = 1;

/** Stores the result of a step, once: either the step is done and its effect stored, or neither. */
async function finishStep(
  db: Database,
  organizationId: string,
  step: StepName,
  { resourceId, billing = {} }: StepResult,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const done = await many(
      tx,
      sql`
        update provisioning_steps set status = 'DONE', error = null, finished_at = now(),
          resource_id = ${resourceId}
        where organization_id = ${organizationId}::uuid and name = ${step} and status = 'RUNNING'
          returning name`,
    );
    if (done.length === 0) return;
    const item = INVENTORY[step];
    if (item) {
      const row = {
        organization_id: organizationId,
        kind: item.kind,
        name: item.name ?? resourceId,
        resource_id: resourceId,
      };
      await tx
        .insertInto('inventory_items')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    if (step === 'TELEPHONY') {
      await sql`
        insert into concurrency_limits (organization_id, max_calls)
        select ${organizationId}::uuid, coalesce((
          select p.max_calls from billing_accounts b join plans p on p.key = b.plan
          where b.organization_id = ${organizationId}::uuid), ${CALLS_WITHOUT_PLAN})
        on conflict do nothing`.execute(tx);
    }
    if (step === 'BILLING') {
      const {
        plan = 'free',
        status = 'active',
        customerId = resourceId,
        subscriptionId = null,
      } = billing;
      await sql`
        insert into billing_accounts (organization_id, plan, status, customer_id, subscription_id)
        values (${organizationId}::uuid, ${plan}, ${status}, ${customerId}, ${subscriptionId})
        on conflict (organization_id) do update
        set plan = excluded.plan, status = excluded.status, customer_id = excluded.customer_id,
          subscription_id = excluded.subscription_id`.execute(tx);
    }
  });
}
