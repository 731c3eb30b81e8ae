/** Queries of people. */
import { sql, type RawBuilder } from 'kysely';
import { readableOrganizations, type Lineage } from '../../authorization/rights.ts';
import type { Scope } from '../../authorization/scopes.ts';
import { rowBatch, type Viewer } from '../../database/loaders.ts';
import type { Columns } from '../../database/rows.ts';

/** A person, and why the caller may see them. */
export interface UserRow extends Columns<'users', 'id' | 'email' | 'name' | 'created_at'> {
  /**
   * The organization through which the person was reached; null for the caller themselves. Seeing
   * the person requires `scope` there.
   */
  lineage: Lineage | null;
  scope: Scope;
}

/** The caller, and the members of organizations whose members they may read. */
export const userById = rowBatch<null, UserRow>(
  'user by id',
  (row) => row.id,
  ({ principal }, ids) => sql`
    select u.id, u.email, u.name, u.created_at, through.lineage, 'members:read' as scope
    from users u
    left join lateral (
      select o.lineage from memberships m
      join ${readableOrganizations(principal, { scope: 'members:read' })} as o on o.id = m.organization_id
      where m.user_id = u.id order by m.id limit 1
    ) as through on true
    where u.id = any (${ids}::uuid[]) and (u.id = ${principal.user?.id ?? null}::uuid or through.lineage is not null)`,
);

/**
 * People named as actors in rows that the caller may read. Seeing the row reveals the name,
 * wherever the person belongs.
 */
export const actorById = rowBatch<null, Omit<UserRow, 'lineage' | 'scope'>>(
  'actor by id',
  (row) => row.id,
  (_viewer, ids) =>
    sql<
      Omit<UserRow, 'lineage' | 'scope'>
    >`select u.id, u.email, u.name, u.created_at from users u where u.id = any (${ids}::uuid[])`,
);

/** The person of the actor `parent`, seen through the actor's row. */
export function actorOfRow(viewer: Viewer): RawBuilder<unknown> {
  return sql`
    select person.*, parent.lineage, parent.scope from (${actorById.statement(viewer, sql`array[parent."userId"]`, null)}) as person`;
}
