/** The locks that commands take first (docs/decisions/0008-changes.md). */
import { sql } from 'kysely';
import type { Principal } from '../authorization/principal.ts';
import { readableOrganizations, type Lineage } from '../authorization/rights.ts';
import type { Database } from '../database/connect.ts';
import { maybeOne, type Columns } from '../database/rows.ts';
import { personRequired } from '../errors.ts';
import type { FindOrganization, OrganizationCommand } from './spec.ts';

/** Finds the organization that a command targets, if the caller may see it. */
export async function locate(
  tx: Database,
  principal: Principal,
  on: string | FindOrganization,
): Promise<string | null> {
  if (typeof on === 'function') return on(tx, principal);
  const row = await maybeOne(
    tx,
    sql<{
      id: string;
    }>`select o.id from ${readableOrganizations(principal)} as o where o.id = ${on}::uuid`,
  );
  return row?.id ?? null;
}

/** Takes locks 1 and 2 and returns the organization's lineage under them; null if it is gone. */
export async function lockOrganization(
  tx: Database,
  id: string,
  {
    wholeTree = false,
    includeDeleted = false,
  }: Pick<OrganizationCommand, 'wholeTree' | 'includeDeleted'>,
): Promise<Lineage | null> {
  const row = await maybeOne(
    tx,
    sql<{
      lineage: Lineage | null;
    }>`select lock_organization(${id}::uuid, ${wholeTree}, ${includeDeleted}) as lineage`,
  );
  return row?.lineage ?? null;
}

/** Locks a user for one change at a time. */
export async function lockUser(
  tx: Database,
  id: string,
): Promise<{ id: string; verifiedEmail: string | null }> {
  const row = await maybeOne(
    tx,
    sql<Columns<'users', 'canonical_email'>>`
      select canonical_email from users where id = ${id}::uuid for no key update`,
  );
  if (!row) throw personRequired();
  return { id, verifiedEmail: row.canonical_email };
}
