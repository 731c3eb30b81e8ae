/** Writes of provisioning steps. */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { many } from '../../database/rows.ts';
import { enqueue } from '../../jobs/queue.ts';
import { STEP_NAMES, type StepName } from './queries.ts';

/** Inserts the missing steps of an organization. */
async function insertSteps(tx: Database, organizationId: string): Promise<void> {
  await sql`
    insert into provisioning_steps (organization_id, name) select ${organizationId}::uuid, *
      from unnest(${STEP_NAMES}::text[])
    on conflict do nothing`.execute(tx);
}

/** Plans all steps of an organization, and enqueues the jobs that run them. */
export async function planProvisioning(tx: Database, organizationId: string): Promise<void> {
  await insertSteps(tx, organizationId);
  await enqueueSteps(
    tx,
    STEP_NAMES.map((step) => ({ organizationId, step })),
  );
}

/**
 * Restarts the unfinished steps: failed ones, those that wait for their next attempt, and those
 * that were never planned. Returns the names of the steps.
 */
export async function restartSteps(tx: Database, organizationId: string): Promise<StepName[]> {
  await insertSteps(tx, organizationId);
  const rows = await many(
    tx,
    sql<{ name: StepName }>`
      update provisioning_steps set status = 'PENDING', error = null, finished_at = null
      where organization_id = ${organizationId}::uuid and status in ('PENDING', 'FAILED') returning name`,
  );
  const steps = STEP_NAMES.filter((name) => rows.some((row) => row.name === name));
  await enqueueSteps(
    tx,
    steps.map((step) => ({ organizationId, step })),
  );
  return steps;
}

/**
 * Restarts the steps that found the pool of phone numbers empty: the longest-waiting first, and no
 * more than there are numbers now.
 */
export async function restartPhoneNumberSteps(tx: Database): Promise<number> {
  const rows = await many(
    tx,
    sql<{ organization_id: string }>`
      update provisioning_steps set status = 'PENDING', error = null, finished_at = null
      where (organization_id, name) in (
        select s.organization_id, s.name from provisioning_steps s
        where s.name = 'PHONE_NUMBER' and s.status = 'FAILED'
        order by s.finished_at, s.organization_id
        limit (select count(*) from phone_numbers n
          where not exists (select from assigned_phone_numbers a where a.number = n.number))
        for update skip locked
      )
      returning organization_id`,
  );
  await enqueueSteps(
    tx,
    rows.map((row) => ({ organizationId: row.organization_id, step: 'PHONE_NUMBER' })),
  );
  return rows.length;
}

/** A step has at most one job. A waiting job is replaced, so that the new one runs immediately. */
function enqueueSteps(
  tx: Database,
  steps: readonly { organizationId: string; step: StepName }[],
): Promise<void> {
  return enqueue(
    tx,
    'provision',
    steps.map((payload) => ({
      key: `provision ${payload.organizationId} ${payload.step}`,
      payload,
    })),
  );
}
