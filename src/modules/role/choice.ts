/** Choosing roles by key, as inputs name them. */
import { sql } from 'kysely';
import type { Lineage } from '../../authorization/rights.ts';
import type { Database } from '../../database/connect.ts';
import { many, type Columns } from '../../database/rows.ts';
import { badInput } from '../../errors.ts';
import { refuse } from '../../command/user-error.ts';
import { requireStorable } from '../../values/text.ts';
import { NoValidRoleError } from './errors.ts';

/** A role that can be given in an organization. */
export type UsableRole = Columns<'roles', 'id' | 'key' | 'scopes' | 'built_in'>;

/** What a list of keys came to. */
export interface ChosenRoles {
  roles: UsableRole[];
  /** Keys that name no role here, each once, in the order of the input. */
  ignoredRoles: string[];
}

/** Most roles that one input may name, and hence a membership or an invitation may have. */
export const ROLES_MAX = 10;

/** Most roles that one organization may define. */
export const OWN_ROLES_MAX = 100;

/** The role that an invitation offers when it names none. */
export const ROLE_DEFAULT = 'user';

/** The key of the built-in role that every organization keeps a member in. */
export const ADMIN = 'admin';

/** Refuses a list of role keys that is empty or too long, naming the argument. */
export function requireRoleKeys(keys: readonly string[], argument = 'roles'): void {
  if (keys.length === 0 || keys.length > ROLES_MAX) throw badInput(argument, `must name between 1 and ${ROLES_MAX} roles`);
  for (const key of keys) requireStorable(key, argument);
}

/**
 * The roles that can be given in an organization, by key: the built-in ones, its own and those of the organizations
 * above it. Of roles with one key, that of the nearest organization counts.
 */
export async function usableRoles(tx: Database, lineage: Lineage): Promise<Map<string, UsableRole>> {
  const rows = await many(
    tx,
    sql<UsableRole>`
      select r.id, r.key, scopes_held(r.scopes) as scopes, r.built_in
      from (
        -- Two reads by index; as one with an "or", all roles of the platform would be read.
        select r.*, null::uuid as organization_id from roles r where r.built_in
        union all
        select r.*, d.organization_id from organization_roles d join roles r on r.id = d.role_id
        where d.organization_id = any (${lineage}::uuid[])
      ) as r
      order by r.built_in, array_position(${lineage}::uuid[], r.organization_id)`,
  );
  // Later entries win: the nearest organization, and before all the built-in roles.
  return new Map(rows.map((role) => [role.key, role]));
}

/**
 * Like `usableRoles`, of the roles with these keys alone, for giving them: an organization's own roles stay locked
 * against changes of their scopes until the transaction ends, and are read as they are under the lock. Built-in roles
 * never change.
 */
export async function lockUsableRoles(tx: Database, lineage: Lineage, keys: readonly string[]): Promise<Map<string, UsableRole>> {
  const rows = await many(
    tx,
    sql<UsableRole>`
      with own as (
        select r.id, r.key, r.scopes, d.organization_id from organization_roles d join roles r on r.id = d.role_id
        where d.organization_id = any (${lineage}::uuid[]) and d.key = any (${keys}::text[])
        order by r.id for key share of r
      )
      select id, key, scopes_held(scopes) as scopes, built_in from (
        select own.id, own.key, own.scopes, false as built_in, array_position(${lineage}::uuid[], organization_id) as place
        from own
        union all
        select r.id, r.key, r.scopes, true, null from roles r where r.built_in and r.key = any (${keys}::text[])
      ) as usable
      order by built_in, place`,
  );
  return new Map(rows.map((role) => [role.key, role]));
}

/** Splits keys into roles and what is unknown. */
export function chooseRoles(usable: ReadonlyMap<string, UsableRole>, keys: readonly string[]): ChosenRoles {
  const unique = [...new Set(keys)];
  return { roles: unique.flatMap((key) => usable.get(key) ?? []), ignoredRoles: unique.filter((key) => !usable.has(key)) };
}

/** The same, refusing a list of which nothing is left: "no role" is never what a misspelt role means. */
export function chooseSomeRoles(usable: ReadonlyMap<string, UsableRole>, keys: readonly string[]): ChosenRoles {
  const chosen = chooseRoles(usable, keys);
  if (chosen.roles.length === 0) refuse(NoValidRoleError, { ignoredRoles: chosen.ignoredRoles });
  return chosen;
}

/** All scopes of the roles. */
export function scopesOf(roles: readonly Pick<UsableRole, 'scopes'>[]): string[] {
  return [...new Set(roles.flatMap((role) => role.scopes))];
}
