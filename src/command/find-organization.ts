/** Finds the organization that a command acts on by a row that belongs to it. */
import { sql } from 'kysely';
import { readableOrganizations } from '../authorization/rights.ts';
import type { Scope } from '../authorization/scopes.ts';
import { maybeOne } from '../database/rows.ts';
import type { FindOrganization } from './spec.ts';

/** Tables whose rows belong to the organization in their column `organization_id`. */
type Table = 'api_keys' | 'contacts' | 'invitations';

/**
 * The organization of a row, for callers who hold there the scope that opens the row to them. To
 * all others the row is missing.
 */
export function organizationOfRow(table: Table, id: string, scope: Scope): FindOrganization {
  return async (tx, principal) => {
    const organization = await maybeOne(
      tx,
      sql<{ id: string }>`
        select o.id
        from ${sql.table(table)} r join ${readableOrganizations(principal, { scope })} as o on o.id = r.organization_id
        where r.id = ${id}::uuid`,
    );
    return organization?.id ?? null;
  };
}
