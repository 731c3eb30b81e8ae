/** Roles that can be given, and whether the caller may give them. */

/** The most roles that one person can hold. */
export const ROLES_MAX = 10;

export interface GrantableRole {
  id: string;
  key: string;
  name: string;
  description: string | null;
  scopes: readonly string[];
  organization: { id: string; name: string } | null;
}

/** The scope that members and invitations are changed with. */
export const MEMBERS_SCOPE = 'members:manage';

/** The scopes of a role that the caller lacks, so that the gateway will refuse to give or take it. */
export function scopesBeyond(
  role: { scopes: readonly string[] },
  held: readonly string[],
): string[] {
  return role.scopes.filter((scope) => !held.includes(scope));
}
