/**
 * Runs a command: one transaction at READ COMMITTED that takes its locks in a fixed order, reads
 * the caller's rights again under them, makes the change, and writes the audit log, jobs and
 * idempotency record. Around the change, that takes five round trips: begin, locks, rights,
 * records, commit.
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
import {
  currentRights,
  withRights,
  type CurrentRights,
  type HeldRights,
} from '../authentication/reauthorize.ts';
import type { Principal } from '../authorization/principal.ts';
import { can, isInSubtree } from '../authorization/rights.ts';
import type { Database } from '../database/connect.ts';
import { many, together } from '../database/rows.ts';
import { forbidden, notFound, organizationRequired, personRequired } from '../errors.ts';
import { traced } from '../telemetry/traces/span.ts';
import { auditEvents, type AuditEntry } from './audit-log.ts';
import {
  earlierAnswer,
  ofOrganization,
  ofPerson,
  recall,
  storedAnswer,
  type EarlierAnswer,
  type KeyPlace,
} from './idempotency.ts';
import { lockOrganization, lockTree, lockUser } from './locks.ts';
import { writeRecords } from './records.ts';
import { refusalsRecorded } from './refusals.ts';
import { withRetries } from './retry.ts';
import type {
  Change,
  CommandRequest,
  CommandSpec,
  OrganizationChange,
  OrganizationCommand,
  UserChange,
  UserCommand,
} from './spec.ts';
import type { UserError } from './user-error.ts';

export type * from './spec.ts';

/** The locked and authorized subject of a command, and the scope of its idempotency keys. */
interface Locked<Kind extends Change> {
  change: Omit<Kind, 'record' | 'showIn'>;
  /** The organization whose audit log gets the entries; null for the user's own log. */
  logId: string | null;
  keys: KeyPlace;
  /** The answer to an earlier request with the same idempotency key. */
  earlier: EarlierAnswer | undefined;
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
export async function runCommand<Result extends object>(
  request: CommandRequest,
  command: OrganizationCommand | UserCommand,
  change: (change: OrganizationChange & UserChange) => Promise<Result>,
): Promise<Result | UserError> {
  let recorded = 0;
  const work = async (tx: Database): Promise<Result> => {
    recorded = 0;
    const { action, idempotency } = command;
    const locked =
      command.scope === undefined
        ? await lockForUser(tx, request, command)
        : await lockForOrganization(tx, request, command);
    const { principal } = locked.change;
    const entries: AuditEntry[] = [];
    const record: Change['record'] = (entry) =>
      void entries.push({ organizationId: locked.logId, ...entry });
    let shownTo = principal;
    const showIn: Change['showIn'] = (organization) =>
      void (shownTo = { ...principal, organization });
    const allowed = { ...locked.change, record, showIn } as OrganizationChange & UserChange;
    if (idempotency && locked.earlier) {
      const earlier = recall<Result>(locked.earlier, idempotency);
      if (command.scope !== undefined) await command.requireForRepeat?.(allowed);
      return earlier;
    }
    const result = await change(allowed);
    const stored = idempotency ? [storedAnswer(locked.keys, action, idempotency, result)] : [];
    const logged = auditEvents({ ...request, principal }, action, entries);
    const reads = request.prefetch?.(shownTo, result) ?? [];
    await writeRecords(tx, [...stored, ...logged], reads);
    recorded = entries.length;
    return result;
  };
  const answer = await traced(
    `command ${command.action}`,
    () => ({}),
    () => refusalsRecorded(request, command, work),
  );
  if (recorded > 0) request.recorded?.(recorded);
  return answer;
}

async function lockForOrganization(
  tx: Database,
  request: CommandRequest,
  command: OrganizationCommand,
): Promise<Locked<OrganizationChange>> {
  const { principal, organizationHeader, now } = request;
  if (!principal.organization) throw organizationRequired(organizationHeader);
  const locked = await lockOrganization(tx, principal, command);
  if (!locked) throw notFound();
  const { id, lineage } = locked;
  const keys = ofOrganization(id, principal);
  const { current, earlier } = await readUnderLocks(tx, principal, locked, command, keys);
  if (!lineage || !isInSubtree(current, lineage)) throw notFound();
  if (!can(current, command.scope, lineage)) throw forbidden([command.scope]);
  const change = { tx, principal: current, now, organization: { id, lineage } };
  return { change, logId: id, keys, earlier };
}

async function lockForUser(
  tx: Database,
  { principal, now }: CommandRequest,
  command: UserCommand,
): Promise<Locked<UserChange>> {
  if (!principal.user) throw personRequired();
  const { id } = principal.user;
  const locked = await lockUser(tx, principal, id, command);
  const keys = ofPerson(id);
  const { current, earlier } = await readUnderLocks(tx, principal, locked, command, keys);
  const { organization_id, lineage, canonical_email } = locked;
  const organization =
    organization_id !== null && lineage ? { id: organization_id, lineage } : null;
  const user = { id, verifiedEmail: canonical_email };
  const change = { tx, principal: current, now, user, organization };
  const logId = organization?.id ?? current.organization?.id ?? null;
  return { change, logId, keys, earlier };
}

/** Reads the caller's rights, and an earlier answer to the same request, once all is locked. */
async function readUnderLocks(
  tx: Database,
  principal: Principal,
  held: HeldRights,
  { action, idempotency }: CommandSpec,
  keys: KeyPlace,
): Promise<{ current: Principal; earlier: EarlierAnswer | undefined }> {
  const current = currentRights(principal, held);
  if (!principal.organization && !idempotency)
    return { current: withRights(principal, undefined), earlier: undefined };
  const { rights, earlier } = await together<{ rights: CurrentRights; earlier: EarlierAnswer }>(
    tx,
    {
      rights: current,
      earlier: idempotency
        ? earlierAnswer(keys, action, idempotency)
        : sql<EarlierAnswer>`select where false`,
    },
  );
  return { current: withRights(principal, rights[0]), earlier: earlier[0] };
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
    const locked = await lockTree(tx, request.principal, organization.id);
    if (!locked?.found) throw notFound();
    const [rights] = await many(tx, currentRights(request.principal, locked));
    return add(tx, withRights(request.principal, rights));
  });
}
