/** Refused commands are recorded in the audit log. */
import { RequestError } from '../errors.ts';
import type { Database } from '../database/connect.ts';
import { auditEvents } from './audit-log.ts';
import { locate } from './locks.ts';
import { writeRecords } from './records.ts';
import { withRetries } from './retry.ts';
import type { CommandRequest, CommandSpec } from './spec.ts';
import { Refused, type UserError } from './user-error.ts';

/** Runs the transaction of a command. A refusal is recorded; an expected failure is returned. */
export async function refusalsRecorded<Result extends object>(
  request: CommandRequest,
  command: CommandSpec,
  work: (tx: Database) => Promise<Result>,
): Promise<Result | UserError> {
  try {
    return await withRetries(request, work);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    await recordRefusal(request, command, refusal);
    request.recorded?.(1);
    if (error instanceof Refused) return error.failure;
    throw error;
  }
}

/**
 * Returns the code of a refusal that belongs in the audit log: of rights and rules, not of
 * malformed input.
 */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof Refused) return error.failure.code;
  const code = error instanceof RequestError ? String(error.extensions['code']) : undefined;
  return code !== undefined && ['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED'].includes(code)
    ? code
    : undefined;
}

/**
 * Records a refused command on the organization it targeted if the caller can see that one,
 * otherwise on the caller's organization. So nothing about the caller is revealed to strangers.
 */
async function recordRefusal(
  request: CommandRequest,
  { action, on, target }: CommandSpec,
  refusal: string,
): Promise<void> {
  const { db, principal } = request;
  await db.transaction().execute(async (tx) => {
    const aimedAt =
      on === undefined || !principal.organization ? null : await locate(tx, principal, on);
    const seen =
      aimedAt !== null &&
      (typeof on === 'string' || (await locate(tx, principal, aimedAt)) !== null);
    const organizationId = seen ? aimedAt : (principal.organization?.id ?? null);
    const entry = { organizationId, target, before: null, after: null, refusal };
    await writeRecords(tx, auditEvents(request, action, [entry]), []);
  });
}
