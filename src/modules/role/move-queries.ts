/** Copies roles when an organization moves away from the ancestors that defined them. */
import { sql } from 'kysely';
import { limitExceeded } from '../../errors.ts';
import { OWN_ROLES_MAX } from './choice.ts';
import type { Database } from '../../database/connect.ts';
import { many, one } from '../../database/rows.ts';

/**
 * Copies roles that `lost` (organizations that are no longer ancestors) defined, and that people in
 * the subtree of `moved` hold or are offered there. Each copy belongs to the moved organization and
 * replaces the original there. So nobody loses a right through a move, and the former ancestors can
 * no longer change what these people may do. Returns the copies.
 */
export async function bringRoles(
  tx: Database,
  moved: string,
  lost: readonly string[],
): Promise<{ id: string; key: string }[]> {
  const inSubtree = sql`(select o.id from organizations top join organizations o on o.path >= top.path and o.path < subtree_end(top.path) where top.id = ${moved}::uuid)`;
  const foreign = await many(
    tx,
    sql<{ id: string; key: string }>`
      select r.id, r.key from organization_roles d join roles r on r.id = d.role_id
      where d.organization_id = any (${lost}::uuid[]) and (
        exists (select from membership_roles mr where mr.role_id = r.id and mr.organization_id in ${inSubtree})
        or exists (
          select from invitation_roles ir join invitations i on i.id = ir.invitation_id
          where ir.role_id = r.id and i.organization_id in ${inSubtree}
        )
      )
      order by r.key, r.id`,
  );
  if (foreign.length === 0) return [];
  const own = await one(
    tx,
    sql<{ count: number }>`
      select count(*)::int as count from organization_roles where organization_id = ${moved}::uuid`,
  );
  if (own.count + foreign.length > OWN_ROLES_MAX) {
    throw limitExceeded(
      'id',
      `names an organization that would have more than ${OWN_ROLES_MAX} roles after the move`,
    );
  }
  const copies = [];
  for (const role of foreign) {
    const copy = await copyRole(tx, role.id, moved);
    await sql`
      update membership_roles set role_id = ${copy.id}::uuid
      where role_id = ${role.id}::uuid and organization_id in ${inSubtree}`.execute(tx);
    await sql`
      update invitation_roles ir set role_id = ${copy.id}::uuid from invitations i
      where i.id = ir.invitation_id and ir.role_id = ${role.id}::uuid
        and i.organization_id in ${inSubtree}`.execute(tx);
    copies.push(copy);
  }
  return copies;
}

/**
 * Creates a copy of `roleId` in the organization, under the same key unless the organization
 * already has that key.
 */
async function copyRole(
  tx: Database,
  roleId: string,
  organizationId: string,
): Promise<{ id: string; key: string }> {
  return one(
    tx,
    sql<{ id: string; key: string }>`
      with free as (
        select candidate.key from roles r
        cross join lateral (
          select case n when 1 then r.key else left(r.key, 60) || '_' || n end as key, n from generate_series(1, 101) as n
        ) as candidate
        where r.id = ${roleId}::uuid
          and not exists (select from organization_roles d where d.organization_id = ${organizationId}::uuid and d.key = candidate.key)
        order by candidate.n limit 1
      ),
      made as (
        insert into roles (key, name, description, scopes)
        select free.key, r.name, r.description, r.scopes from free, roles r where r.id = ${roleId}::uuid
        returning id, key
      ),
      placed as (insert into organization_roles (role_id, key, organization_id) select id, key, ${organizationId}::uuid from made)
      select id, key from made`,
  );
}
