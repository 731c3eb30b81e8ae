/** What the queue holds, for those who watch it. */
import { sql, type RawBuilder } from 'kysely';
import type { JobsReading } from '../telemetry/metrics/metrics.ts';

/**
 * The maximum number of jobs that are looked at, in the order in which they lie: what counts them
 * must not cost more the more there are.
 */
export const JOBS_COUNTED_MAX = 10_000;

/** The jobs by task and state. Beyond `JOBS_COUNTED_MAX` of them, numbers are lower bounds. */
export function jobStates(): RawBuilder<JobsReading> {
  return sql<JobsReading>`
    select
      task.identifier as task,
      job.state,
      count(*)::int as jobs,
      coalesce(
        max(extract(epoch from now() - job.run_at)) filter (where job.state = 'waiting'), 0
      )::float8 as "oldestSeconds"
    from (
      select
        task_id,
        run_at,
        case
          when locked_at is not null then 'running'
          when attempts >= max_attempts then 'failed'
          when run_at <= now() then 'waiting'
          else 'scheduled'
        end as state
      from graphile_worker._private_jobs
      limit ${JOBS_COUNTED_MAX}
    ) as job
    join graphile_worker._private_tasks as task on task.id = job.task_id
    group by 1, 2`;
}
