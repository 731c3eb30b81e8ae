/** Commands on provisioning. */
import { defineAuditParts } from '../../command/audit-parts.ts';
import { runCommand, type CommandRequest } from '../../command/run.ts';
import { idempotencyKeyOf } from '../../command/idempotency.ts';
import { restartSteps } from './writes.ts';

defineAuditParts('Organization', { steps: 'everybody' });

/** Restarts the unfinished steps immediately. */
export function retryProvisioning(
  request: CommandRequest,
  input: { organizationId: string; idempotencyKey?: string | null | undefined },
) {
  const { organizationId } = input;
  const target = { type: 'Organization', id: organizationId } as const;
  const attempt = {
    action: 'retryProvisioning',
    target,
    on: organizationId,
    scope: 'organizations:manage',
  } as const;
  return runCommand(
    request,
    { ...attempt, idempotency: idempotencyKeyOf(input) },
    async ({ tx, record }) => {
      const steps = await restartSteps(tx, organizationId);
      record({ target, before: null, after: { steps } });
      return { organizationId };
    },
  );
}
