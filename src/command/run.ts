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
import type { Principal } from '../authorization/principal.ts';
import { holds, isWithin, organizationsWithin, type Lineage } from '../authorization/rights.ts';
import type { Scope } from '../authorization/scopes.ts';
import { appendToAuditLog, type AuditEntry } from './audit-log.ts';
import { reauthorize } from '../authentication/reauthorize.ts';
import type { Database } from '../database/connect.ts';
import { PublicError, forbidden, isStalePlan, notFound, organizationRequired, personRequired, sqlState } from '../errors.ts';
import { Refused, userError, type UserError } from './user-error.ts';
import type { IdType } from '../values/ids.ts';
import { ofOrganization, ofPerson, recall, remember, type IdempotencyKey, type KeyPlace } from './idempotency.ts';
import type { Sealing } from './sealing.ts';
import type { CommandSettings } from './settings.ts';
import { ContentionError } from './errors.ts';

/** What a command needs of the request. */
export interface CommandRequest {
  db: Database;
  /** The caller, as the request was authenticated. */
  principal: Principal;
  /** The time of the request. */
  now: Date;
  requestId: string;
  /** Name of the header that names the organization to act in. */
  organizationHeader: string;
  settings: CommandSettings;
  /** Encrypts secrets so that only this caller can read them. */
  sealing: Sealing;
  /**
   * Reads the rows for the response in the transaction of the change. The response then needs no
   * further query after the commit, and cannot arrive after the response to a revocation that had
   * to wait for the commit.
   */
  prefetch?: Prefetch | undefined;
}

/** Reads the rows for a command's result, with the caller's current rights. */
export type Prefetch = (tx: Database, principal: Principal, result: object) => Promise<void>;

/** Finds the organization that a row belongs to, if the caller may see the row; otherwise null. */
export type FindOrganization = (tx: Database, principal: Principal) => Promise<string | null>;

interface CommandSpec {
  /** The name of the mutation, as the audit log shows it. */
  action: string;
  /** The organization's UUID, or how to find it; absent if there is none. */
  on?: string | FindOrganization;
  /** The target, to be recorded if the command is refused. */
  target: { type: IdType; id: string };
  idempotency?: IdempotencyKey | null;
}

/** A command that changes an organization, or something that belongs to one. */
export interface OrganizationCommand extends CommandSpec {
  on: string | FindOrganization;
  /** The scope that it requires on the organization. */
  scope: Scope;
  /**
   * Whether it also affects everything below, and so must not overlap with any other change in the
   * tree.
   */
  wholeTree?: boolean;
  /** Whether it also applies to deleted organizations. */
  includeDeleted?: boolean;
  /** Checks rights beyond the scope before a repeated request gets the stored answer. */
  requireForRepeat?(change: OrganizationChange): Promise<void> | void;
}

/**
 * A command that users run for themselves: in an organization by invitation, or on their own
 * credentials.
 */
export interface UserCommand extends CommandSpec, Pick<OrganizationCommand, 'wholeTree' | 'includeDeleted'> {
  on?: FindOrganization;
  scope?: undefined;
}

/** What a change can use once everything is locked and authorized. */
export interface Change {
  tx: Database;
  /** The caller, with their current rights. */
  principal: Principal;
  now: Date;
  /** Records an audit entry, for the organization acted on unless the entry names another. */
  record(entry: Omit<AuditEntry, 'organizationId'> & { organizationId?: string }): void;
}

/** A change to an organization. */
export interface OrganizationChange extends Change {
  organization: { id: string; lineage: Lineage };
}

/** A change by a user. */
export interface UserChange extends Change {
  user: { id: string; verifiedEmail: string | null };
  organization: { id: string; lineage: Lineage } | null;
}

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
    const locked = command.scope === undefined ? await lockForUser(tx, request, command) : await lockForOrganization(tx, request, command);
    const { action, idempotency } = command;
    const { principal } = locked.change;
    const entries: AuditEntry[] = [];
    const record: Change['record'] = (entry) => void entries.push({ organizationId: locked.logId, ...entry });
    const allowed = { ...locked.change, record } as OrganizationChange & UserChange;
    const known = idempotency && (await recall<Result>(tx, locked.keys, action, idempotency));
    if (known) {
      if (command.scope !== undefined) await command.requireForRepeat?.(allowed);
      return known;
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
  if (!principal.home) throw organizationRequired(organizationHeader);
  // Checked before anything is locked, so that nobody can block an organization that they may not
  // even see.
  const id = await locate(tx, principal, command.on);
  if (id === null) throw notFound();
  const lineage = await lockOrganization(tx, id, command);
  const current = await reauthorize(tx, principal);
  if (!lineage || !isWithin(current, lineage)) throw notFound();
  if (!holds(current, command.scope, lineage)) throw forbidden([command.scope]);
  const change = { tx, principal: current, now, organization: { id, lineage } };
  return { change, logId: id, keys: ofOrganization(id, current) };
}

async function lockForUser(tx: Database, { principal, now }: CommandRequest, command: UserCommand): Promise<Locked<UserChange>> {
  if (!principal.user) throw personRequired();
  const id = (await command.on?.(tx, principal)) ?? null;
  const lineage = id === null ? null : await lockOrganization(tx, id, command);
  const user = await lockUser(tx, principal.user.id);
  const current = await reauthorize(tx, principal);
  const organization = id !== null && lineage ? { id, lineage } : null;
  const change = { tx, principal: current, now, user, organization };
  return { change, logId: organization?.id ?? current.home?.id ?? null, keys: ofPerson(user.id) };
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
  const { home } = request.principal;
  if (!home) throw organizationRequired(request.organizationHeader);
  return withRetries(request, async (tx) => {
    const { rows } = await sql<{ found: boolean }>`select lock_tree_of(${home.id}::uuid) as found`.execute(tx);
    if (!rows[0]?.found) throw notFound();
    return add(tx, await reauthorize(tx, request.principal));
  });
}

/** Finds the organization that a command targets, if the caller may see it. */
async function locate(tx: Database, principal: Principal, on: string | FindOrganization): Promise<string | null> {
  if (typeof on === 'function') return on(tx, principal);
  const { rows } = await sql<{ id: string }>`select o.id from ${organizationsWithin(principal)} as o where o.id = ${on}::uuid`.execute(tx);
  return rows[0]?.id ?? null;
}

/** Takes locks 1 and 2 and returns the organization's lineage under them; null if it is gone. */
async function lockOrganization(
  tx: Database,
  id: string,
  { wholeTree = false, includeDeleted = false }: Pick<OrganizationCommand, 'wholeTree' | 'includeDeleted'>,
): Promise<Lineage | null> {
  const { rows } = await sql<{
    lineage: Lineage | null;
  }>`select lock_organization(${id}::uuid, ${wholeTree}, ${includeDeleted}) as lineage`.execute(tx);
  return rows[0]?.lineage ?? null;
}

async function lockUser(tx: Database, id: string): Promise<{ id: string; verifiedEmail: string | null }> {
  const { rows } = await sql<{ canonical_email: string | null }>`
    select canonical_email from users where id = ${id}::uuid for no key update`.execute(tx);
  if (!rows[0]) throw personRequired();
  return { id, verifiedEmail: rows[0].canonical_email };
}

const ATTEMPTS_MAX = 5;

/**
 * Whether nothing was changed and a retry can succeed: after a deadlock, or if a move to another
 * tree or a migration interfered.
 */
function isTransient(error: unknown): boolean {
  return isStalePlan(error) || ['40001', '40P01'].includes(sqlState(error) ?? '');
}

/** Runs a transaction, and retries it if concurrent changes interfered. */
async function withRetries<Result extends object>(
  { db }: CommandRequest,
  work: (tx: Database) => Promise<Result>,
): Promise<Result | UserError> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await db.transaction().setIsolationLevel('read committed').execute(work);
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (attempts >= ATTEMPTS_MAX) return userError(ContentionError, {});
    }
  }
}

async function refusalsRecorded<Result extends object>(
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
  const code = error instanceof PublicError ? String(error.extensions['code']) : undefined;
  return code !== undefined && ['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED'].includes(code) ? code : undefined;
}

/**
 * Records a refused command on the organization it targeted if the caller can see that one,
 * otherwise on the caller's organization. So nothing about the caller is revealed to strangers.
 */
async function recordRefusal(request: CommandRequest, { action, on, target }: CommandSpec, refusal: string): Promise<void> {
  const { db, principal } = request;
  await db.transaction().execute(async (tx) => {
    const aimedAt = on === undefined || !principal.home ? null : await locate(tx, principal, on);
    const seen = aimedAt !== null && (typeof on === 'string' || (await locate(tx, principal, aimedAt)) !== null);
    const organizationId = seen ? aimedAt : (principal.home?.id ?? null);
    await appendToAuditLog(tx, request, action, [{ organizationId, target, before: null, after: null, refusal }]);
  });
}
