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
import type { Principal } from '../access/principal.ts';
import { holds, isWithin, organizationsWithin, type Lineage } from '../access/rights.ts';
import type { Scope } from '../access/scopes.ts';
import { appendToTrail, type AuditEntry } from '../audit/trail.ts';
import type { Context } from '../context.ts';
import { lockStanding } from '../credential/standing.ts';
import type { Database } from '../database/connect.ts';
import { PublicError, forbidden, isStalePlan, notFound, organizationRequired, personRequired, sqlState } from '../errors.ts';
import { Refused, failure, type Failure } from '../failure.ts';
import type { IdType } from '../ids.ts';
import { ofOrganization, ofPerson, recall, remember, type IdempotencyKey } from './idempotency.ts';

/** What actions need of the request. */
export type ActionRequest = Pick<
  Context,
  'db' | 'principal' | 'now' | 'requestId' | 'organizationHeader' | 'settings' | 'showing' | 'sealing'
>;

/** Finds the organization that a row belongs to, as far as the caller may see the row; null when there is none. */
export type Locate = (tx: Database, principal: Principal) => Promise<string | null>;

interface Attempt {
  /** Name of the mutation, as the audit log shows it. */
  action: string;
  /** The organization's UUID, or how to find it; absent when there is none. */
  on?: string | Locate;
  /** What it is about, for the record of an attempt that is refused. */
  target: { type: IdType; id: string };
}

/** A change to an organization, or to what belongs to one. */
export interface OrganizationAct extends Attempt {
  on: string | Locate;
  /** The scope that it takes there. */
  scope: Scope;
  /** Whether it holds for everything below as well, and so must not overlap with any other change of the tree. */
  wholeTree?: boolean;
  /** Whether it is meant for organizations that are deleted, too. */
  includeDeleted?: boolean;
  idempotency?: IdempotencyKey | null;
  /** Rights beyond the scope that a repeat is asked for as well, before it gets the remembered answer. */
  requireForRepeat?(acting: ActingOn): Promise<void> | void;
}

/** A change that a person makes for its own sake: by invitation in an organization, or to its own credentials. */
export interface PersonAct extends Attempt, Pick<OrganizationAct, 'wholeTree' | 'includeDeleted'> {
  on?: Locate;
  idempotency?: IdempotencyKey | null;
}

/** What a change works with, once everything is locked and allowed. */
export interface Acting {
  tx: Database;
  /** Who acts, with the rights of this moment. */
  principal: Principal;
  now: Date;
  /** Puts down what was done; to the organization acted on, unless the entry names another. */
  record(entry: Omit<AuditEntry, 'organizationId'> & { organizationId?: string }): void;
}

/** A change to an organization. */
export interface ActingOn extends Acting {
  organization: { id: string; lineage: Lineage };
}

/** A change by a person. */
export interface ActingPerson extends Acting {
  person: { id: string; verifiedEmail: string | null };
  organization: { id: string; lineage: Lineage } | null;
}

/** Changes an organization: the caller must act in it or above it and hold the scope there. */
export function act<Result extends object>(
  request: ActionRequest,
  attempt: OrganizationAct,
  change: (acting: ActingOn) => Promise<Result>,
): Promise<Result | Failure> {
  return attempted(request, attempt, async (tx) => {
    const { principal, organizationHeader } = request;
    if (!principal.home) throw organizationRequired(organizationHeader);
    // Asked before anything is locked, so that nobody holds up an organization that it may not even see.
    const id = await locate(tx, principal, attempt.on);
    if (id === null) throw notFound();
    const lineage = await lockOrganization(tx, id, attempt);
    const fresh = await lockStanding(tx, principal);
    if (!lineage || !isWithin(fresh, lineage)) throw notFound();
    if (!holds(fresh, attempt.scope, lineage)) throw forbidden([attempt.scope]);
    const place = ofOrganization(id, fresh);
    const known = attempt.idempotency && (await recall<Result>(tx, place, attempt.action, attempt.idempotency));
    const entries: AuditEntry[] = [];
    const record: Acting['record'] = (entry) => void entries.push({ organizationId: id, ...entry });
    const acting = { tx, principal: fresh, now: request.now, record, organization: { id, lineage } };
    if (known) {
      await attempt.requireForRepeat?.(acting);
      return known;
    }
    const result = await change(acting);
    if (attempt.idempotency) await remember(tx, place, attempt.action, attempt.idempotency, result);
    await request.showing?.(tx, fresh, result);
    await appendToTrail(tx, { ...request, principal: fresh }, attempt.action, entries);
    return result;
  });
}

/** Changes what is the caller's own person's to change; API keys are refused. */
export function actAsPerson<Result extends object>(
  request: ActionRequest,
  attempt: PersonAct,
  change: (acting: ActingPerson) => Promise<Result>,
): Promise<Result | Failure> {
  return attempted(request, attempt, async (tx) => {
    const { user } = request.principal;
    if (!user) throw personRequired();
    const id = (await attempt.on?.(tx, request.principal)) ?? null;
    const lineage = id === null ? null : await lockOrganization(tx, id, attempt);
    const person = await lockPerson(tx, user.id);
    const fresh = await lockStanding(tx, request.principal);
    const known = attempt.idempotency && (await recall<Result>(tx, ofPerson(user.id), attempt.action, attempt.idempotency));
    if (known) return known;
    const organization = id !== null && lineage ? { id, lineage } : null;
    const entries: AuditEntry[] = [];
    const record: Acting['record'] = (entry) => void entries.push({ organizationId: organization?.id ?? fresh.home?.id ?? null, ...entry });
    const result = await change({ tx, principal: fresh, now: request.now, record, person, organization });
    if (attempt.idempotency) await remember(tx, ofPerson(user.id), attempt.action, attempt.idempotency, result);
    await request.showing?.(tx, fresh, result);
    await appendToTrail(tx, { ...request, principal: fresh }, attempt.action, entries);
    return result;
  });
}

/**
 * Adds to what lies in the caller's subtree without changing anything that is there: metered events, which are a record
 * of their own and stand in no other log. The tree is locked shared and the caller's rights are read again; no row is
 * locked that others would wait for.
 */
export async function addBelow<Result extends object>(
  request: ActionRequest,
  add: (tx: Database, principal: Principal) => Promise<Result>,
): Promise<Result | Failure> {
  const { home } = request.principal;
  if (!home) throw organizationRequired(request.organizationHeader);
  return repeated(request, async (tx) => {
    const { rows } = await sql<{ found: boolean }>`select lock_tree_of(${home.id}::uuid) as found`.execute(tx);
    if (!rows[0]?.found) throw notFound();
    return add(tx, await lockStanding(tx, request.principal));
  });
}

/** The organization that an attempt is aimed at, if the caller may see it. */
async function locate(tx: Database, principal: Principal, on: string | Locate): Promise<string | null> {
  if (typeof on === 'function') return on(tx, principal);
  const { rows } = await sql<{ id: string }>`select o.id from ${organizationsWithin(principal)} as o where o.id = ${on}::uuid`.execute(tx);
  return rows[0]?.id ?? null;
}

/** Locks 1 and 2, and the organization's lineage under them; null when it is gone. */
async function lockOrganization(
  tx: Database,
  id: string,
  { wholeTree = false, includeDeleted = false }: Pick<OrganizationAct, 'wholeTree' | 'includeDeleted'>,
): Promise<Lineage | null> {
  const { rows } = await sql<{
    lineage: Lineage | null;
  }>`select lock_organization(${id}::uuid, ${wholeTree}, ${includeDeleted}) as lineage`.execute(tx);
  return rows[0]?.lineage ?? null;
}

async function lockPerson(tx: Database, id: string): Promise<{ id: string; verifiedEmail: string | null }> {
  const { rows } = await sql<{ canonical_email: string | null }>`
    select canonical_email from users where id = ${id}::uuid for no key update`.execute(tx);
  if (!rows[0]) throw personRequired();
  return { id, verifiedEmail: rows[0].canonical_email };
}

const ATTEMPTS_MAX = 5;

/** Whether nothing was changed and trying again can succeed: a deadlock, a move to another tree or a migration at the wrong moment. */
function isTransient(error: unknown): boolean {
  return isStalePlan(error) || ['40001', '40P01'].includes(sqlState(error) ?? '');
}

/** Runs a transaction, again if it met others at the wrong moment. */
async function repeated<Result extends object>({ db }: ActionRequest, work: (tx: Database) => Promise<Result>): Promise<Result | Failure> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await db.transaction().setIsolationLevel('read committed').execute(work);
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (attempts >= ATTEMPTS_MAX) return failure('ContentionError', {});
    }
  }
}

async function attempted<Result extends object>(
  request: ActionRequest,
  attempt: Attempt,
  work: (tx: Database) => Promise<Result>,
): Promise<Result | Failure> {
  try {
    return await repeated(request, work);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    await recordRefusal(request, attempt, refusal);
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
 * Puts down an attempt that was refused: on the organization that it was aimed at if the caller can see it, else on the
 * one that it came from, so that nothing about the caller gets to strangers.
 */
async function recordRefusal(request: ActionRequest, { action, on, target }: Attempt, refusal: string): Promise<void> {
  const { db, principal } = request;
  await db.transaction().execute(async (tx) => {
    const aimedAt = on === undefined || !principal.home ? null : await locate(tx, principal, on);
    const seen = aimedAt !== null && (typeof on === 'string' || (await locate(tx, principal, aimedAt)) !== null);
    const organizationId = seen ? aimedAt : (principal.home?.id ?? null);
    await appendToTrail(tx, request, action, [{ organizationId, target, before: null, after: null, refusal }]);
  });
}
