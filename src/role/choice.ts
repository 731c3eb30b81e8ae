/** Choosing roles by key, as inputs name them. */
import { sql } from 'kysely';
import type { Lineage } from '../access/rights.ts';
import type { Database } from '../database/connect.ts';
import { badInput } from '../errors.ts';
import { refuse } from '../failure.ts';
import { requireStorable } from '../text.ts';

/** A role that can be given in an organization. */
export interface UsableRole {
  id: string;
  key: string;
  scopes: string[];
  built_in: boolean;
}

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
  const { rows } = await sql<UsableRole>`
    select r.id, r.key, scopes_held(r.scopes) as scopes, r.built_in
    from roles r left join organization_roles d on d.role_id = r.id
    where r.built_in or d.organization_id = any (${lineage}::uuid[])
    order by r.built_in, array_position(${lineage}::uuid[], d.organization_id)`.execute(tx);
  // Later entries win: the nearest organization, and before all the built-in roles.
  return new Map(rows.map((role) => [role.key, role]));
}

/** Splits keys into roles and what is unknown. */
export function chooseRoles(usable: ReadonlyMap<string, UsableRole>, keys: readonly string[]): ChosenRoles {
  const unique = [...new Set(keys)];
  return { roles: unique.flatMap((key) => usable.get(key) ?? []), ignoredRoles: unique.filter((key) => !usable.has(key)) };
}

/** The same, refusing a list of which nothing is left: "no role" is never what a misspelt role means (R-DA-5). */
export function chooseSomeRoles(usable: ReadonlyMap<string, UsableRole>, keys: readonly string[]): ChosenRoles {
  const chosen = chooseRoles(usable, keys);
  if (chosen.roles.length === 0) refuse('NoValidRoleError', { ignoredRoles: chosen.ignoredRoles });
  return chosen;
}

/** All scopes of the roles. */
export function scopesOf(roles: readonly Pick<UsableRole, 'scopes'>[]): string[] {
  return [...new Set(roles.flatMap((role) => role.scopes))];
}
