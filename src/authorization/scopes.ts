/** The scopes that the code itself asks for. The catalog with descriptions and implications is data, in the table `scopes`. */
export type Scope =
  | 'organizations:manage'
  | 'child_organizations:manage'
  | 'members:read'
  | 'members:manage'
  | 'roles:manage'
  | 'api_keys:manage'
  | 'usage:read'
  | 'usage:write'
  | 'billing:manage'
  | 'audit:read';

/** Most scopes that the catalog may have, and hence any list of them; part of what an operation costs. */
export const SCOPES_MAX = 20;

/**
 * Held at home, it gives every right on everything below, and the console's rights at home. Without it
 * nothing below home exists for the request.
 */
export const MANAGE_CHILDREN: Scope = 'child_organizations:manage';
