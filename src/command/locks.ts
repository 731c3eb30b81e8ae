/**
 * The locks that commands take first, all in one statement (docs/decisions/0008-changes.md). What
 * is true under them is read by the next one.
 */
import { sql, type RawBuilder } from 'kysely';
import { lockWithRights, type HeldRights } from '../authentication/reauthorize.ts';
import type { Principal } from '../authorization/principal.ts';
import { readableOrganizations, type Lineage } from '../authorization/rights.ts';
import type { Database } from '../database/connect.ts';
import { maybeOne, type Columns } from '../database/rows.ts';
import { personRequired } from '../errors.ts';
import type { FindOrganization, OrganizationCommand, UserCommand } from './spec.ts';

/** Finds the organization that a command targets, if the caller may see it. */
export async function locate(
  tx: Database,
  principal: Principal,
  on: string | FindOrganization,
): Promise<string | null> {
  if (typeof on === 'function') return on(tx, principal);
  const row = await maybeOne(tx, readable(principal, on));
  return row?.id ?? null;
}

function readable(principal: Principal, id: string): RawBuilder<{ id: string }> {
  return sql`select o.id from ${readableOrganizations(principal)} as o where o.id = ${id}::uuid`;
}

/** An organization under its lock; the lineage is null if it is gone. */
interface LockedOrganization {
  id: string;
  lineage: Lineage | null;
}

/**
 * Takes locks 1 and 2 for the organization that `located` selects. Each statement in
 * `lock_organization` sees what was committed last, so the lineage is as it is under the locks.
 */
function lockingOrganization(
  located: RawBuilder<{ id: string }>,
  {
    wholeTree = false,
    includeDeleted = false,
  }: Pick<OrganizationCommand, 'wholeTree' | 'includeDeleted'>,
): RawBuilder<LockedOrganization> {
  return sql`
    select id, lock_organization(id, ${wholeTree}, ${includeDeleted}) as lineage
    from (${located}) as located`;
}

/**
 * Locks the organization that a command targets, and what the caller's rights depend on; undefined
 * if the caller may not see it. Then nothing is locked, so nobody can block an organization that
 * they do not know of.
 */
export async function lockOrganization(
  tx: Database,
  principal: Principal,
  command: OrganizationCommand,
): Promise<(LockedOrganization & HeldRights) | undefined> {
  const { on } = command;
  const id = typeof on === 'function' ? await on(tx, principal) : undefined;
  if (id === null) return undefined;
  const located =
    typeof on === 'string'
      ? readable(principal, on)
      : sql<{ id: string }>`select ${id}::uuid as id`;
  return lockWithRights(tx, principal, lockingOrganization(located, command));
}

/** A user under their lock, and the organization of the command, if there is one. */
interface LockedUser extends Columns<'users', 'canonical_email'> {
  organization_id: string | null;
  lineage: Lineage | null;
}

/** Locks a user for one change at a time, and before that the organization that it concerns. */
export async function lockUser(
  tx: Database,
  principal: Principal,
  userId: string,
  command: UserCommand,
): Promise<LockedUser & HeldRights> {
  const organizationId = (await command.on?.(tx, principal)) ?? null;
  const organization = lockingOrganization(
    sql`select ${organizationId}::uuid as id where ${organizationId}::uuid is not null`,
    command,
  );
  const row = await lockWithRights(
    tx,
    principal,
    sql<LockedUser>`
      with organization as materialized (${organization})
      select u.canonical_email, organization.id as organization_id, organization.lineage
      from users u left join organization on true
      where u.id = ${userId}::uuid for no key update of u`,
  );
  if (!row) throw personRequired();
  return row;
}

/**
 * Locks the tree of an organization (shared), and what the caller's rights depend on. `found` is
 * false if the organization is gone.
 */
export async function lockTree(
  tx: Database,
  principal: Principal,
  organizationId: string,
): Promise<({ found: boolean } & HeldRights) | undefined> {
  return lockWithRights(
    tx,
    principal,
    sql<{ found: boolean }>`select lock_tree_of(${organizationId}::uuid) as found`,
  );
}
