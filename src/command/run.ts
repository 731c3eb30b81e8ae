/**
 * Runs a command: one transaction at READ COMMITTED that takes its locks in a fixed order, reads
 * the caller's rights again under them, makes the change, and writes the audit log, jobs and
 * idempotency record.
 *
 * Order of the locks (docs/decisions/0008-changes.md):
 *   1. the tree, shared: nothing is moved, deleted or suspended meanwhile. A change that affects
 *      everything below an organization takes it exclusively;
 *   2. the organization acted on (or the user, for what is their own): one change at a time;
 *   3. the rows that the caller's rights depend on, shared: a revocation comes before or after,
 *      never in between;
 *   4. the rows that are changed;
 *   5. the head of the audit log's hash chain.
 */
import { sql } from 'kysely';
import { reauthorize } from '../authentication/reauthorize.ts';
import type { Principal } from '../authorization/principal.ts';
import { can, isInSubtree } from '../authorization/rights.ts';
import type { Database } from '../database/connect.ts';
import { maybeOne } from '../database/rows.ts';
import { forbidden, notFound, organizationRequired, personRequired } from '../errors.ts';
import { appendToAuditLog, type AuditEntry } from './audit-log.ts';
import { ofOrganization, ofPerson, recall, remember, type KeyPlace } from './idempotency.ts';
import { locate, lockOrganization, lockUser } from './locks.ts';
import { refusalsRecorded } from './refusals.ts';
import { withRetries } from './retry.ts';
import type {
  Change,
  CommandRequest,
  OrganizationChange,
  OrganizationCommand,
  UserChange,
  UserCommand,
} from './spec.ts';
import type { UserError } from './user-error.ts';

export type * from './spec.ts';

/** The locked and authorized subject of a command, and the scope of its idempotency keys. */
interface Locked<Kind extends Change> {
  change: Omit<Kind, 'record'>;
  /** The organization whose audit log gets the entries; null for the user's own log. */
  logId: string | null;
  keys: KeyPlace;
}

/**
 * Changes an organization. The caller must act in it or in an ancestor, and hold the scope on it.
 */
export function runCommand<Result extends object>(
  request: CommandRequest,
  command: OrganizationCommand,
  change: (change: OrganizationChange) => Promise<Result>,
): Promise<Result | UserError>;
/** Changes what belongs to the calling user. API keys are refused. */
export function runCommand<Result extends object>(
  request: CommandRequest,
  command: UserCommand,
  change: (change: UserChange) => Promise<Result>,
): Promise<Result | UserError>;
export function runCommand<Result extends object>(
  request: CommandRequest,
  command: OrganizationCommand | UserCommand,
  change: (change: OrganizationChange & UserChange) => Promise<Result>,
): Promise<Result | UserError> {
  return refusalsRecorded(request, command, async (tx) => {
    const locked =
      command.scope === undefined
        ? await lockForUser(tx, request, command)
        : await lockForOrganization(tx, request, command);
    const { action, idempotency } = command;
    const { principal } = locked.change;
    const entries: AuditEntry[] = [];
    const record: Change['record'] = (entry) =>
      void entries.push({ organizationId: locked.logId, ...entry });
    const allowed = { ...locked.change, record } as OrganizationChange & UserChange;
    const earlier = idempotency && (await recall<Result>(tx, locked.keys, action, idempotency));
    if (earlier) {
      if (command.scope !== undefined) await command.requireForRepeat?.(allowed);
      return earlier;
    }
    const result = await change(allowed);
    if (idempotency) await remember(tx, locked.keys, action, idempotency, result);
    await request.prefetch?.(tx, principal, result);
    await appendToAuditLog(tx, { ...request, principal }, action, entries);
    return result;
  });
}

async function lockForOrganization(
  tx: Database,
  { principal, organizationHeader, now }: CommandRequest,
  command: OrganizationCommand,
): Promise<Locked<OrganizationChange>> {
  if (!principal.organization) throw organizationRequired(organizationHeader);
  // Checked before anything is locked, so that nobody can block an organization that they may not
  // even see.
  const id = await locate(tx, principal, command.on);
  if (id === null) throw notFound();
  const lineage = await lockOrganization(tx, id, command);
  const current = await reauthorize(tx, principal);
  if (!lineage || !isInSubtree(current, lineage)) throw notFound();
  if (!can(current, command.scope, lineage)) throw forbidden([command.scope]);
  const change = { tx, principal: current, now, organization: { id, lineage } };
  return { change, logId: id, keys: ofOrganization(id, current) };
}

async function lockForUser(
  tx: Database,
  { principal, now }: CommandRequest,
  command: UserCommand,
): Promise<Locked<UserChange>> {
  if (!principal.user) throw personRequired();
  const id = (await command.on?.(tx, principal)) ?? null;
  const lineage = id === null ? null : await lockOrganization(tx, id, command);
  const user = await lockUser(tx, principal.user.id);
  const current = await reauthorize(tx, principal);
  const organization = id !== null && lineage ? { id, lineage } : null;
  const change = { tx, principal: current, now, user, organization };
  return {
    change,
    logId: organization?.id ?? current.organization?.id ?? null,
    keys: ofPerson(user.id),
  };
}

/**
 * Appends rows in the caller's subtree without changing existing ones. It is for metered events,
 * which are their own record and do not appear in the audit log. The tree is locked shared and the
 * caller's rights are read again; no row is locked that others would wait for.
 */
export async function appendInSubtree<Result extends object>(
  request: CommandRequest,
  add: (tx: Database, principal: Principal) => Promise<Result>,
): Promise<Result | UserError> {
  const { organization } = request.principal;
  if (!organization) throw organizationRequired(request.organizationHeader);
  return withRetries(request, async (tx) => {
    const row = await maybeOne(
      tx,
      sql<{ found: boolean }>`select lock_tree_of(${organization.id}::uuid) as found`,
    );
    if (!row?.found) throw notFound();
    return add(tx, await reauthorize(tx, request.principal));
  });
}
