/** Queries of people. */
import { sql } from 'kysely';
import { readableOrganizations, type Lineage } from '../../authorization/rights.ts';
import type { Scope } from '../../authorization/scopes.ts';
import { rowBatch } from '../../database/loaders.ts';
import { many, type Columns } from '../../database/rows.ts';

/** A person, and why the caller may see them. */
export interface UserRow extends Columns<'users', 'id' | 'email' | 'name' | 'created_at'> {
  /**
   * The organization through which the person was reached, and the scope that this required; null
   * for the caller themselves.
   */
  reached: { lineage: Lineage; scope: Scope } | null;
}

interface FoundUser extends Columns<'users', 'id' | 'email' | 'name' | 'created_at'> {
  lineage: Lineage | null;
}

/** The caller, and the members of organizations whose members they may read. */
export const userById = rowBatch<null, UserRow>(
  'user by id',
  (row) => row.id,
  async ({ db, principal }, ids) => {
    const statement = sql<FoundUser>`
    select u.id, u.email, u.name, u.created_at, through.lineage
    from users u
    left join lateral (
      select o.lineage from memberships m
      join ${readableOrganizations(principal, { scope: 'members:read' })} as o on o.id = m.organization_id
      where m.user_id = u.id order by m.id limit 1
    ) as through on true
    where u.id = any (${ids}::uuid[]) and (u.id = ${principal.user?.id ?? null}::uuid or through.lineage is not null)`;
    const rows = await many(db, statement);
    return rows.map(({ lineage, ...user }) => ({ ...user, reached: lineage && { lineage, scope: 'members:read' as const } }));
  },
);

/**
 * People named as actors in rows that the caller may read. Seeing the row reveals the name,
 * wherever the person belongs.
 */
export const actorById = rowBatch<null, Omit<UserRow, 'reached'>>(
  'actor by id',
  (row) => row.id,
  async ({ db }, ids) => {
    const statement = sql<
      Omit<UserRow, 'reached'>
    >`select u.id, u.email, u.name, u.created_at from users u where u.id = any (${ids}::uuid[])`;
    return many(db, statement);
  },
);
