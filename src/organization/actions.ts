/** What can be done to an organization itself. */
import { sql } from 'kysely';
import { act, type ActionRequest } from '../action/act.ts';
import { MANAGE_CHILDREN } from '../access/scopes.ts';
import { badInput } from '../errors.ts';
import { requireText } from '../text.ts';

const REASON_LENGTH_MAX = 500;

interface StatusChange {
  id: string;
  status: 'ACTIVE' | 'SUSPENDED';
  reason: string | null;
}

/**
 * Changes the status of an organization below that of the request. From its own nobody does it: whoever suspends
 * itself could not come back.
 */
function setStatus(request: ActionRequest, action: string, { id, status, reason }: StatusChange) {
  if (id === request.principal.home?.id) throw badInput('id', 'must be an organization below that of the request');
  const attempt = { action, target: { type: 'Organization', id }, on: id, scope: MANAGE_CHILDREN, wholeTree: true } as const;
  return act(request, attempt, async ({ tx, organization, record }) => {
    const { rows } = await sql<{ status: string }>`select status from organizations where id = ${organization.id}::uuid`.execute(tx);
    const before = rows[0]?.status ?? null;
    if (before !== status) {
      await sql`
        update organizations set status = ${status}, updated_at = now(), version = version + 1
        where id = ${organization.id}::uuid`.execute(tx);
    }
    record({ target: { type: 'Organization', id }, before: { status: before }, after: { status, ...(reason === null ? {} : { reason }) } });
    return { organizationId: id };
  });
}

/** Suspends an organization: its credentials, and those of everything below it, are refused from the next request on. */
export function suspendOrganization(request: ActionRequest, input: { id: string; reason?: string | null | undefined }) {
  const reason = input.reason == null ? null : requireText(input.reason, 'reason', REASON_LENGTH_MAX);
  return setStatus(request, 'suspendOrganization', { id: input.id, status: 'SUSPENDED', reason });
}

/** Ends a suspension. Suspensions of organizations above or below are their own. */
export function resumeOrganization(request: ActionRequest, { id }: { id: string }) {
  return setStatus(request, 'resumeOrganization', { id, status: 'ACTIVE', reason: null });
}
