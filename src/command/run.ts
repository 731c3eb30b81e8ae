/**
 * The way that every change takes: one transaction at READ COMMITTED, in which locks are taken in one order, the right
 * to act is read again under them, the change is made, and the audit log, jobs and the idempotency record are written.
 *
 * Order of the locks (docs/decisions/0008-changes.md):
 *   1. the tree, shared: nothing is moved, deleted or suspended meanwhile. Changes that hold for all that is below an
 *      organization take it for themselves;
 *   2. the organization acted on (or the person, for what is its own): one change at a time;
 *   3. what the caller's rights rest on, shared: revocations come before or after, never in between;
 *   4. the rows that are changed;
 *   5. the end of the audit chain.
 */
import { sql } from 'kysely';
import type { Principal } from '../authorization/principal.ts';
import { holds, isWithin, organizationsWithin, type Lineage } from '../authorization/rights.ts';
import type { Scope } from '../authorization/scopes.ts';
import { appendToAuditLog, type AuditEntry } from './audit-log.ts';
import { reauthorize } from '../authentication/reauthorize.ts';
import type { Database } from '../database/connect.ts';
import { maybeOne, type Columns } from '../database/rows.ts';
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
  /** Who calls, as the request was authenticated. */
  principal: Principal;
  /** Instant of the request. */
  now: Date;
  requestId: string;
  /** Name of the header that names the organization to act in. */
  organizationHeader: string;
  settings: CommandSettings;
  /** Encrypts secrets for this caller alone. */
  sealing: Sealing;
  /**
   * Reads the rows that the answer shows, in the transaction of the change: the answer follows the commit without another
   * look at the database, and cannot arrive after that of a revocation that had to wait for the commit.
   */
  prefetch?: Prefetch | undefined;
}

/** Reads rows for the result of a command, with the rights of this moment. */
export type Prefetch = (tx: Database, principal: Principal, result: object) => Promise<void>;

/** Finds the organization that a row belongs to, as far as the caller may see the row; null when there is none. */
export type FindOrganization = (tx: Database, principal: Principal) => Promise<string | null>;

interface CommandSpec {
  /** Name of the mutation, as the audit log shows it. */
  action: string;
  /** The organization's UUID, or how to find it; absent when there is none. */
  on?: string | FindOrganization;
  /** What it is about, for the record of a refusal. */
  target: { type: IdType; id: string };
  idempotency?: IdempotencyKey | null;
}

/** A change to an organization, or to what belongs to one. */
export interface OrganizationCommand extends CommandSpec {
  on: string | FindOrganization;
  /** The scope that it requires there. */
  scope: Scope;
  /** Whether it holds for everything below as well, and so must not overlap with any other change of the tree. */
  wholeTree?: boolean;
  /** Whether it is meant for organizations that are deleted, too. */
  includeDeleted?: boolean;
  /** Rights beyond the scope that a repeat is asked for as well, before it gets the remembered answer. */
  requireForRepeat?(change: OrganizationChange): Promise<void> | void;
}

/** A change that a user makes for themselves: by invitation in an organization, or to their own credentials. */
export interface UserCommand extends CommandSpec {
  on?: FindOrganization;
  scope?: undefined;
}

/** What a change works with, once everything is locked and allowed. */
export interface Change {
  tx: Database;
  /** Who acts, with the rights of this moment. */
  principal: Principal;
  now: Date;
  /** Records what was done; for the organization acted on, unless the entry names another. */
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

/** What is locked and allowed for a command, and where its idempotency keys count. */
interface Locked<Kind extends Change> {
  change: Omit<Kind, 'record'>;
  /** The organization whose audit log gets the entries; null for the user's own. */
  logId: string | null;
  keys: KeyPlace;
}

/** Changes an organization: the caller must act in it or above it, and hold the scope there. */
export function runCommand<Result extends object>(
  request: CommandRequest,
  command: OrganizationCommand,
  change: (change: OrganizationChange) => Promise<Result>,
): Promise<Result | UserError>;
/** Changes what is the calling user's own to change; API keys are refused. */
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
  // Asked before anything is locked, so that nobody holds up an organization that they may not even see.
  const id = await locate(tx, principal, command.on);
  if (id === null) throw notFound();
  const lineage = await lockOrganization(tx, id, command);
  const current = await reauthorize(tx, principal);
  if (!lineage || !isWithin(current, lineage)) throw notFound();
  if (!holds(current, command.scope, lineage)) throw forbidden([command.scope]);
  const change = { tx, principal: current, now, organization: { id, lineage } };
  return { change, logId: id, keys: ofOrganization(id, current) };
}

async function lockForUser(tx: Database, { principal, now }: CommandRequest, { on }: UserCommand): Promise<Locked<UserChange>> {
  if (!principal.user) throw personRequired();
  const id = (await on?.(tx, principal)) ?? null;
  const lineage = id === null ? null : await lockOrganization(tx, id, {});
  const user = await lockUser(tx, principal.user.id);
  const current = await reauthorize(tx, principal);
  const organization = id !== null && lineage ? { id, lineage } : null;
  const change = { tx, principal: current, now, user, organization };
  return { change, logId: organization?.id ?? current.home?.id ?? null, keys: ofPerson(user.id) };
}

/**
 * Adds to what lies in the caller's subtree without changing anything that is there: metered events, which are a record
 * of their own and stand in no other log. The tree is locked shared and the caller's rights are read again; no row is
 * locked that others would wait for.
 */
export async function appendInSubtree<Result extends object>(
  request: CommandRequest,
  add: (tx: Database, principal: Principal) => Promise<Result>,
): Promise<Result | UserError> {
  const { home } = request.principal;
  if (!home) throw organizationRequired(request.organizationHeader);
  return withRetries(request, async (tx) => {
    const row = await maybeOne(tx, sql<{ found: boolean }>`select lock_tree_of(${home.id}::uuid) as found`);
    if (!row?.found) throw notFound();
    return add(tx, await reauthorize(tx, request.principal));
  });
}

/** The organization that an attempt is aimed at, if the caller may see it. */
async function locate(tx: Database, principal: Principal, on: string | FindOrganization): Promise<string | null> {
  if (typeof on === 'function') return on(tx, principal);
  const row = await maybeOne(tx, sql<{ id: string }>`select o.id from ${organizationsWithin(principal)} as o where o.id = ${on}::uuid`);
  return row?.id ?? null;
}

/** Locks 1 and 2, and the organization's lineage under them; null when it is gone. */
async function lockOrganization(
  tx: Database,
  id: string,
  { wholeTree = false, includeDeleted = false }: Pick<OrganizationCommand, 'wholeTree' | 'includeDeleted'>,
): Promise<Lineage | null> {
  const row = await maybeOne(
    tx,
    sql<{
      lineage: Lineage | null;
    }>`select lock_organization(${id}::uuid, ${wholeTree}, ${includeDeleted}) as lineage`,
  );
  return row?.lineage ?? null;
}

async function lockUser(tx: Database, id: string): Promise<{ id: string; verifiedEmail: string | null }> {
  const row = await maybeOne(
    tx,
    sql<Columns<'users', 'canonical_email'>>`
      select canonical_email from users where id = ${id}::uuid for no key update`,
  );
  if (!row) throw personRequired();
  return { id, verifiedEmail: row.canonical_email };
}

const ATTEMPTS_MAX = 5;

/** Whether nothing was changed and trying again can succeed: a deadlock, a move to another tree or a migration at the wrong moment. */
function isTransient(error: unknown): boolean {
  return isStalePlan(error) || ['40001', '40P01'].includes(sqlState(error) ?? '');
}

/** Runs a transaction, again if it met others at the wrong moment. */
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

/** The code of a refusal that belongs into the audit log: of rights and rules, not of malformed input. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof Refused) return error.failure.code;
  const code = error instanceof PublicError ? String(error.extensions['code']) : undefined;
  return code !== undefined && ['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED'].includes(code) ? code : undefined;
}

/**
 * Records a command that was refused: on the organization that it was aimed at if the caller can see it, else on the
 * one that it came from, so that nothing about the caller gets to strangers.
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
