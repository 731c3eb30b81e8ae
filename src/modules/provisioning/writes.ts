/** Writes of provisioning steps. */
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';
import { enqueued, type JobName } from '../../jobs/queue.ts';
import { STEP_NAMES, type StepName } from './queries.ts';

/** The statement that inserts the missing steps of the organization that a table expression holds. */
export function plannedSteps(organizations: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    insert into provisioning_steps (organization_id, name)
    select o.id, step.name from ${organizations} as o, unnest(${STEP_NAMES}::text[]) as step (name)
    on conflict do nothing returning organization_id, name`;
}

/**
 * The jobs that run the steps of a table expression. A step has at most one job. A waiting job is
 * replaced, so that the new one runs immediately.
 */
export function stepJobs(steps: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select ${'provision' satisfies JobName}, concat('provision ', s.organization_id, ' ', s.name),
      json_build_object('organizationId', s.organization_id, 'step', s.name)
    from ${steps} as s`;
}

/**
 * Restarts the unfinished steps: failed ones, those that wait for their next attempt, and those
 * that were never planned. Returns the names of the steps.
 */
export async function restartSteps(tx: Database, organizationId: string): Promise<StepName[]> {
  const { names } = await one(
    tx,
    sql<{ names: StepName[] }>`
      with planned as (${plannedSteps(sql`(select ${organizationId}::uuid as id)`)}),
      restarted as (
        update provisioning_steps set status = 'PENDING', error = null, finished_at = null
        where organization_id = ${organizationId}::uuid and status in ('PENDING', 'FAILED')
        returning organization_id, name
      ),
      steps as (select * from planned union all select * from restarted)
      select array(select name from steps) as names, ${enqueued(stepJobs(sql`steps`))} as jobs`,
  );
  return STEP_NAMES.filter((name) => names.includes(name));
}

/**
 * Restarts the steps that found the pool of phone numbers empty: the longest-waiting first, and no
 * more than there are numbers now.
 */
export async function restartPhoneNumberSteps(tx: Database): Promise<number> {
  const { steps } = await one(
    tx,
    sql<{ steps: number }>`
      with steps as (
        update provisioning_steps set status = 'PENDING', error = null, finished_at = null
        where (organization_id, name) in (
          select s.organization_id, s.name from provisioning_steps s
          where s.name = 'PHONE_NUMBER' and s.status = 'FAILED'
          order by s.finished_at, s.organization_id
          limit (select count(*) from phone_numbers n
            where not exists (select from assigned_phone_numbers a where a.number = n.number))
          for update skip locked
        )
        returning organization_id, name
      )
      select ${enqueued(stepJobs(sql`steps`))} as steps`,
  );
  return steps;
}
