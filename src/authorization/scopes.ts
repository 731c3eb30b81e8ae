/**
 * The scopes that the code checks. The catalog, with descriptions and implications, is data in the
 * table `scopes`.
 */
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

/**
 * The maximum number of scopes in the catalog, and therefore in any list of them. It is part of an
 * operation's cost.
 */
export const SCOPES_MAX = 20;

/**
 * Held in the caller's organization, it grants every right on everything below and `CONSOLE_SCOPES`
 * in the organization itself. Without it, nothing below exists for the caller.
 */
export const MANAGE_CHILDREN: Scope = 'child_organizations:manage';
