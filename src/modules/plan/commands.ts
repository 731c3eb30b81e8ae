/** Changes the plan of an organization. The billing provider makes the change, in a job. */
import { sql } from 'kysely';
import { defineAuditParts } from '../../command/audit-parts.ts';
import { idempotencyKeyOf } from '../../command/idempotency.ts';
import { runCommand, type CommandRequest } from '../../command/run.ts';
import { refuse } from '../../command/user-error.ts';
import type { Database } from '../../database/connect.ts';
import { maybeOne, one } from '../../database/rows.ts';
import { badInput } from '../../errors.ts';
import { enqueued, type JobName } from '../../jobs/queue.ts';
import { requireVersion, type ChangeInput } from '../organization/preconditions.ts';
import { BillingNotReadyError, PlanChangePendingError, PlanLimitError } from './errors.ts';

defineAuditParts('Organization', { plan: ['billing:manage'] });

/**
 * Asks for another plan. The plan and its limits take effect together once the provider has made
 * the change. To ask for the plan that the organization is on changes nothing.
 */
export function changePlan(request: CommandRequest, input: ChangeInput & { plan: string }) {
  const { id, plan } = input;
  const target = { type: 'Organization', id } as const;
  const attempt = { action: 'changePlan', target, on: id, scope: 'billing:manage' } as const;
  return runCommand(
    request,
    { ...attempt, idempotency: idempotencyKeyOf(input) },
    async ({ tx, record }) => {
      await requireVersion(tx, id, input.expectedVersion);
      const before = await requireChangeable(tx, id, plan);
      if (before !== plan) await requestChange(tx, id, plan);
      record({ target, before: { plan: before }, after: { plan } });
      return { organizationId: id };
    },
  );
}

/** What decides whether an organization can change to a plan. */
interface Standing {
  max_calls: number;
  current: string | null;
  status: string | null;
  pending: string | null;
  calls_in_use: number;
}

/** Returns the plan that the organization is on. Refuses a change that cannot be made now. */
async function requireChangeable(tx: Database, id: string, plan: string): Promise<string> {
  const standing = await maybeOne(
    tx,
    sql<Standing>`
      select p.max_calls, b.plan as current, b.status, c.plan as pending,
        coalesce(l.calls_in_use, 0) as calls_in_use
      from plans p
      left join billing_accounts b on b.organization_id = ${id}::uuid
      left join plan_changes c on c.organization_id = ${id}::uuid and c.status = 'PENDING'
      left join concurrency_limits l on l.organization_id = ${id}::uuid
      where p.key = ${plan}`,
  );
  if (!standing) throw badInput('plan', 'must be the key of a plan (see Query.plans)');
  const { current, status, pending, max_calls: allowed, calls_in_use: inUse } = standing;
  if (current === null || status === 'pending') refuse(BillingNotReadyError, {});
  if (pending !== null) refuse(PlanChangePendingError, { plan: pending });
  if (inUse > allowed) refuse(PlanLimitError, { limit: 'CONCURRENCY', allowed, inUse });
  return current;
}

/** Records the change, plans its job, and counts it in the organization's version. */
async function requestChange(tx: Database, id: string, plan: string): Promise<void> {
  const job = sql`
    select ${'change_plan' satisfies JobName}, concat('change_plan ', c.organization_id),
      json_build_object('organizationId', c.organization_id)
    from requested as c`;
  await one(
    tx,
    sql`
      with requested as (
        insert into plan_changes as c (organization_id, plan) values (${id}::uuid, ${plan})
        on conflict (organization_id) do update
        set plan = excluded.plan, status = 'PENDING', round = c.round + 1, attempts = 0,
          error = null, requested_at = now(), finished_at = null
        returning organization_id
      ),
      counted as (
        update organizations set version = version + 1, updated_at = now() where id = ${id}::uuid
      )
      select ${enqueued(job)} as jobs`,
  );
}
