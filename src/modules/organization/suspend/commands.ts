/** Suspends and resumes organizations. */
import { sql } from 'kysely';
import { MANAGE_CHILDREN } from '../../../authorization/scopes.ts';
import { defineAuditParts } from '../../../command/audit-parts.ts';
import { idempotencyKeyOf } from '../../../command/idempotency.ts';
import { runCommand, type CommandRequest } from '../../../command/run.ts';
import { requireText } from '../../../values/text.ts';
import { requireBelowCaller, requireVersion, type ChangeInput } from '../preconditions.ts';
import { one } from '../../../database/rows.ts';

defineAuditParts('Organization', { status: 'everybody', reason: 'everybody' });

const REASON_LENGTH_MAX = 500;

interface StatusChange extends ChangeInput {
  status: 'ACTIVE' | 'SUSPENDED';
  reason: string | null;
}

/**
 * Changes the status of an organization below the caller's organization. Nobody can do this to
 * their own: after suspending it they could not get back in.
 */
function setStatus(request: CommandRequest, action: string, input: StatusChange) {
  const { id, status, reason } = input;
  requireBelowCaller(request, id);
  const attempt = {
    action,
    target: { type: 'Organization', id },
    on: id,
    scope: MANAGE_CHILDREN,
    wholeTree: true,
  } as const;
  return runCommand(
    request,
    { ...attempt, idempotency: idempotencyKeyOf(input) },
    async ({ tx, organization, record }) => {
      await requireVersion(tx, id, input.expectedVersion);
      const current = tx
        .selectFrom('organizations')
        .select('status')
        .where('id', '=', organization.id);
      const { status: before } = await one(tx, current);
      if (before !== status) {
        const changed = tx.updateTable('organizations').set((column) => ({
          status,
          updated_at: sql<Date>`now()`,
          version: column('version', '+', 1),
        }));
        await changed.where('id', '=', organization.id).execute();
      }
      record({
        target: { type: 'Organization', id },
        before: { status: before },
        after: { status, ...(reason === null ? {} : { reason }) },
      });
      return { organizationId: id };
    },
  );
}

/**
 * Suspends an organization. Its credentials, and those of everything below it, are refused from the
 * next request on.
 */
export function suspendOrganization(
  request: CommandRequest,
  input: ChangeInput & { reason?: string | null | undefined },
) {
  const reason =
    input.reason == null ? null : requireText(input.reason, 'reason', REASON_LENGTH_MAX);
  return setStatus(request, 'suspendOrganization', { ...input, status: 'SUSPENDED', reason });
}

/** Resumes an organization. Suspensions of organizations above or below it are not affected. */
export function resumeOrganization(request: CommandRequest, input: ChangeInput) {
  return setStatus(request, 'resumeOrganization', { ...input, status: 'ACTIVE', reason: null });
}
