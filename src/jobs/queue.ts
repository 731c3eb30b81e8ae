/**
 * Enqueues jobs. The queue is in the same database: a job exists if and only if its transaction
 * commits.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../database/connect.ts';
import { currentSpan } from '../telemetry/traces/span.ts';

type Nothing = Record<string, never>;

/** The kinds of jobs and their payloads. */
export interface JobPayloads {
  deliver_invitation: { invitationId: string; round: number };
  provision: { organizationId: string; step: string };
  change_plan: { organizationId: string };
  verify_domain: { organizationId: string };
  refresh_search: Nothing;
  verify_due_domains: Nothing;
  purge_organizations: Nothing;
  forget_answers: Nothing;
  sweep_budgets: Nothing;
  check_usage: Nothing;
  retain_usage: Nothing;
  partition_usage_ids: Nothing;
}

export type JobName = keyof JobPayloads;

/** A job. It replaces a waiting job with the same key. */
export interface Job<Name extends JobName> {
  key: string;
  payload: JobPayloads[Name];
}

/**
 * The number of attempts before a job is given up. They are e, e², e³ … seconds apart; ten take
 * about six hours.
 */
export const JOB_ATTEMPTS_MAX = 10;

/**
 * Enqueues the jobs that a statement selects as `name`, `key` and `payload`, as a part of the
 * statement that makes what they are about. Its value is their number. What a traced request
 * enqueues has the `traceparent` in its payload.
 */
export function enqueued(jobs: RawBuilder<unknown>): RawBuilder<number> {
  const traceparent = currentSpan()?.traceparent;
  const payload =
    traceparent === undefined
      ? sql`job.payload`
      : sql`(job.payload::jsonb || jsonb_build_object('traceparent', ${traceparent}::text))::json`;
  return sql`(
    select count(*)::int from graphile_worker.add_jobs(array(
      select row (job.name, ${payload}, null, null, ${JOB_ATTEMPTS_MAX}, job.key, null, null)::graphile_worker.job_spec
      from (${jobs}) as job (name, key, payload)
    )))`;
}

/** Enqueues jobs of one kind, in one statement. */
export async function enqueue<Name extends JobName>(
  tx: Database,
  name: Name,
  jobs: readonly Job<Name>[],
): Promise<void> {
  if (jobs.length === 0) return;
  const keys = jobs.map((job) => job.key);
  const payloads = jobs.map((job) => JSON.stringify(job.payload));
  await sql`
    select ${enqueued(sql`select ${name}, * from unnest(${keys}::text[], ${payloads}::json[])`)}`.execute(
    tx,
  );
}
