/** Resolves the roles in inputs, which are named by key or by id. */
import { sql, type RawBuilder } from 'kysely';
import type { Lineage } from '../../authorization/rights.ts';
import type { Database } from '../../database/connect.ts';
import { many, type Columns } from '../../database/rows.ts';
import { badInput } from '../../errors.ts';
import { refuse } from '../../command/user-error.ts';
import { encodeId, parseId } from '../../values/ids.ts';
import { requireStorable } from '../../values/text.ts';
import { NoValidRoleError } from './errors.ts';

/** A role that can be assigned in an organization. */
export type UsableRole = Columns<'roles', 'id' | 'key' | 'scopes' | 'built_in'>;

/** The result of resolving a list of keys and ids. */
export interface ChosenRoles {
  roles: UsableRole[];
  /** Keys and ids that name no role here, without duplicates, in the order of the input. */
  ignoredRoles: string[];
}

/**
 * The maximum number of roles that one input may name, and therefore of a membership or an
 * invitation.
 */
export const ROLES_MAX = 10;

/** The maximum number of roles that one organization may define. */
export const OWN_ROLES_MAX = 100;

/** The role that an invitation offers if it names none. */
export const ROLE_DEFAULT = 'user';

/** The key of the built-in role that at least one member of every organization holds. */
export const ADMIN = 'admin';

/** Description of a list of roles in an input. */
export const ROLE_NAMES = 'Roles by key or id (rol_…)';

/** Refuses a list of roles that is empty or too long, naming the argument. */
export function requireRoleKeys(keys: readonly string[], argument = 'roles'): void {
  if (keys.length === 0 || keys.length > ROLES_MAX)
    throw badInput(argument, `must name between 1 and ${ROLES_MAX} roles`);
  for (const key of keys) requireStorable(key, argument);
}

/**
 * Returns the roles that can be assigned in an organization, by key: the built-in ones, its own and
 * those of its ancestors. If several roles have the same key, that of the nearest organization
 * counts.
 */
export async function usableRoles(
  tx: Database,
  lineage: Lineage,
): Promise<Map<string, UsableRole>> {
  const rows = await many(
    tx,
    sql<UsableRole>`
      select r.id, r.key, scopes_held(r.scopes) as scopes, r.built_in
      from (
        -- Two index reads; a single one with "or" would read all roles of the platform.
        select r.*, null::uuid as organization_id from roles r where r.built_in
        union all
        select r.*, d.organization_id from organization_roles d join roles r on r.id = d.role_id
        where d.organization_id = any (${lineage}::uuid[])
      ) as r
      order by r.built_in, array_position(${lineage}::uuid[], r.organization_id)`,
  );
  // Later entries win: the nearest organization, and above all the built-in roles.
  return new Map(rows.map((role) => [role.key, role]));
}

/**
 * The statement that reads, of the roles that `usableRoles` returns, those with these keys or
 * public ids, in order to assign them. Roles that organizations defined are locked until the
 * transaction ends, so that their scopes cannot change, and are read under the lock. Built-in roles
 * never change.
 */
export function namedRoles(lineage: Lineage, names: readonly string[]): RawBuilder<UsableRole> {
  const ids = names.flatMap((name) => {
    const parsed = parseId(name);
    return parsed?.type === 'Role' ? [parsed.uuid] : [];
  });
  return sql`
    with named as (
      select d.role_id, d.organization_id from organization_roles d
      where d.organization_id = any (${lineage}::uuid[]) and d.key = any (${names}::text[])
      union
      select d.role_id, d.organization_id from organization_roles d
      where d.organization_id = any (${lineage}::uuid[]) and d.role_id = any (${ids}::uuid[])
    ),
    own as (
      select r.id, r.key, r.scopes, named.organization_id from named join roles r on r.id = named.role_id
      order by r.id for key share of r
    )
    select id, key, scopes_held(scopes) as scopes, built_in from (
      select own.id, own.key, own.scopes, false as built_in,
        array_position(${lineage}::uuid[], organization_id) as place
      from own
      union all
      select r.id, r.key, r.scopes, true, null from roles r
        where r.built_in and (r.key = any (${names}::text[]) or r.id = any (${ids}::uuid[]))
    ) as usable
    order by built_in, place`;
}

/** The rows of `namedRoles` by key and by public id, of which ids take precedence. */
export function byName(rows: readonly UsableRole[]): Map<string, UsableRole> {
  const byKey = rows.map((role) => [role.key, role] as const);
  const byId = rows.map((role) => [encodeId('Role', role.id), role] as const);
  return new Map([...byKey, ...byId]);
}

/** Splits keys and ids into roles, without duplicates, and unknown ones. */
export function chooseRoles(
  usable: ReadonlyMap<string, UsableRole>,
  names: readonly string[],
): ChosenRoles {
  const unique = [...new Set(names)];
  return {
    roles: [...new Set(unique.flatMap((name) => usable.get(name) ?? []))],
    ignoredRoles: unique.filter((name) => !usable.has(name)),
  };
}

/**
 * Like `chooseRoles`, but refuses a list without any known role: a misspelt role never means "no
 * role".
 */
export function chooseSomeRoles(
  usable: ReadonlyMap<string, UsableRole>,
  names: readonly string[],
): ChosenRoles {
  const chosen = chooseRoles(usable, names);
  if (chosen.roles.length === 0) refuse(NoValidRoleError, { ignoredRoles: chosen.ignoredRoles });
  return chosen;
}

/** Returns all scopes of the roles. */
export function scopesOf(roles: readonly Pick<UsableRole, 'scopes'>[]): string[] {
  return [...new Set(roles.flatMap((role) => role.scopes))];
}
