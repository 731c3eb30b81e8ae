/** What can be done to an organization itself. */
import { sql } from 'kysely';
import { runCommand, type OrganizationChange, type CommandRequest } from '../../../command/run.ts';
import { idempotencyKeyOf } from '../../../command/idempotency.ts';
import { holds } from '../../../authorization/rights.ts';
import { MANAGE_CHILDREN } from '../../../authorization/scopes.ts';
import type { Database } from '../../../database/connect.ts';
import { badInput, forbidden } from '../../../errors.ts';
import { refuse } from '../../../command/user-error.ts';
import { requireText } from '../../../values/text.ts';
import { followDomain } from '../domain/writes.ts';
import { requireDetails, type DetailsInput } from '../profile/input.ts';
import { currentDetails, writeDetails } from '../profile/writes.ts';
import { VersionConflictError } from '../errors.ts';

/** Refuses the organization of the request for what only somebody above can do to an organization. */
export function requireBelowHome({ principal }: CommandRequest, id: string): void {
  if (id === principal.home?.id) throw badInput('id', 'must be an organization below that of the request');
}

/** Refuses a change that was decided on another version of the organization than the present one, which is locked. */
export async function requireVersion(tx: Database, id: string, expected: number | null | undefined): Promise<void> {
  if (expected == null) return;
  const { rows } = await sql<{ version: number }>`select version from organizations where id = ${id}::uuid`.execute(tx);
  const currentVersion = rows[0]?.version ?? 0;
  if (expected !== currentVersion) refuse(VersionConflictError, { currentVersion });
}

const REASON_LENGTH_MAX = 500;

/** An organization to change, the version it should have, and the key of the request. */
interface ChangeInput {
  id: string;
  expectedVersion?: number | null | undefined;
  idempotencyKey?: string | null | undefined;
}

interface StatusChange extends ChangeInput {
  status: 'ACTIVE' | 'SUSPENDED';
  reason: string | null;
}

/**
 * Changes the status of an organization below that of the request. From its own nobody does it: whoever suspends
 * itself could not come back.
 */
function setStatus(request: CommandRequest, action: string, input: StatusChange) {
  const { id, status, reason } = input;
  requireBelowHome(request, id);
  const attempt = { action, target: { type: 'Organization', id }, on: id, scope: MANAGE_CHILDREN, wholeTree: true } as const;
  return runCommand(request, { ...attempt, idempotency: idempotencyKeyOf(input) }, async ({ tx, organization, record }) => {
    await requireVersion(tx, id, input.expectedVersion);
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
export function suspendOrganization(request: CommandRequest, input: ChangeInput & { reason?: string | null | undefined }) {
  const reason = input.reason == null ? null : requireText(input.reason, 'reason', REASON_LENGTH_MAX);
  return setStatus(request, 'suspendOrganization', { ...input, status: 'SUSPENDED', reason });
}

/** Ends a suspension. Suspensions of organizations above or below are their own. */
export function resumeOrganization(request: CommandRequest, input: ChangeInput) {
  return setStatus(request, 'resumeOrganization', { ...input, status: 'ACTIVE', reason: null });
}

/**
 * Changes details of an organization: absent stays as it is, null clears. The slug never changes. The billing address
 * takes `billing:manage` besides.
 */
export function updateOrganization(request: CommandRequest, input: DetailsInput & ChangeInput) {
  const { id, expectedVersion, idempotencyKey: _, ...rest } = input;
  const details = requireDetails(rest);
  const attempt = { action: 'updateOrganization', target: { type: 'Organization', id }, on: id, scope: 'organizations:manage' } as const;
  const requireBilling = ({ principal, organization }: OrganizationChange): void => {
    if (details.billingEmail !== undefined && !holds(principal, 'billing:manage', organization.lineage))
      throw forbidden(['billing:manage']);
  };
  const idempotency = idempotencyKeyOf(input);
  return runCommand(request, { ...attempt, idempotency, requireForRepeat: requireBilling }, async (acting) => {
    const { tx, record } = acting;
    requireBilling(acting);
    await requireVersion(tx, id, expectedVersion);
    const before = await currentDetails(tx, id, details);
    if (Object.keys(details).length > 0) await writeDetails(tx, id, details);
    if (details.domain !== undefined) await followDomain(tx, id);
    record({ target: { type: 'Organization', id }, before, after: await currentDetails(tx, id, details) });
    return { organizationId: id };
  });
}
