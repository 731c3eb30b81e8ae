/** A role as the view shows it. */
import type { RolesQuery } from '../generated/roles/graphql.ts';

export type Organization = NonNullable<RolesQuery['organization']>;
export type Role = NonNullable<Organization['roles']>[number];
export type Catalog = NonNullable<RolesQuery['scopes']>;

/** The scope that changing roles takes. */
export const ROLES_SCOPE = 'roles:manage';

/**
 * A key for a role's name: "Front desk (night)" gives `front_desk_night`; empty if the name has no
 * letter that a key may have.
 */
export function keyFor(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 63)
    .replace(/_+$/, '');
}

/** Whether a text can be the key of a role. */
export const isKey = (text: string): boolean => /^[a-z][a-z0-9_]{0,62}$/.test(text);
