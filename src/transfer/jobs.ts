/** What still had to be done for a tree when it was exported is done where it was imported. */
import type pg from 'pg';
import { JOB_ATTEMPTS_MAX, type JobName } from '../jobs/queue.ts';

/** Enqueues the jobs of an imported tree: provisioning, changes of plan, and mails. */
export async function resumeJobs(client: pg.Client): Promise<number> {
  const names = {
    provision: 'provision',
    plan: 'change_plan',
    mail: 'deliver_invitation',
  } as const satisfies Record<string, JobName>;
  const { rows } = await client.query<{ jobs: number }>(
    `with jobs (name, key, payload) as (
      select $1::text, concat('provision ', s.organization_id, ' ', s.name),
        json_build_object('organizationId', s.organization_id, 'step', s.name)
      from provisioning_steps s
      where s.status in ('PENDING', 'RUNNING')
        and s.organization_id in (select id from import_organizations)
      union all
      select $2, concat('change_plan ', c.organization_id),
        json_build_object('organizationId', c.organization_id)
      from plan_changes c
      where c.status = 'PENDING' and c.organization_id in (select id from import_organizations)
      union all
      select $3, concat('invitation:', v.id),
        json_build_object('invitationId', v.id, 'round', v.round)
      from invitations v
      left join invitation_deliveries d on d.invitation_id = v.id
      where v.status = 'PENDING' and coalesce(d.status, 'QUEUED') = 'QUEUED'
        and v.organization_id in (select id from import_organizations)
    )
    select count(*)::int as jobs from graphile_worker.add_jobs(array(
      select row (j.name, j.payload, null, null, $4::int, j.key, null, null)::graphile_worker.job_spec
      from jobs j
    ))`,
    [names.provision, names.plan, names.mail, JOB_ATTEMPTS_MAX],
  );
  return rows[0]?.jobs ?? 0;
}
