/**
 * The rule for rights once more, written from the text of docs/decisions/0002-rights.md and from nothing else: what
 * the tests expect must not come from the code that they test.
 */

/** Every scope, in the order of the catalog. */
export const SCOPES = [
  'organizations:manage',
  'child_organizations:manage',
  'members:read',
  'members:manage',
  'roles:manage',
  'api_keys:manage',
  'usage:read',
  'usage:write',
  'billing:manage',
  'audit:read',
] as const;
export type ScopeName = (typeof SCOPES)[number];

export const REACH: ScopeName = 'child_organizations:manage';

/** The built-in roles. */
export const ROLES: Readonly<Record<string, readonly ScopeName[]>> = {
  admin: SCOPES,
  viewer: ['members:read', 'usage:read', 'audit:read'],
  user: [],
  support: ['members:read', 'usage:read', 'audit:read'],
  cloud_rep: ['child_organizations:manage', 'usage:read'],
  restricted_user: [],
};

/** Organizations by any name that is unique among them. */
export type Forest = ReadonlyMap<string, { parent: string | null; deleted?: boolean }>;

/** A request: the organization that it acts in, and the scopes that its key or its person's roles name. */
export interface Request {
  organization: string;
  given: readonly ScopeName[];
}

/** The scopes held in that organization, implied ones included. */
export function held({ given }: Request): ReadonlySet<ScopeName> {
  return new Set(given.includes('members:manage') ? [...given, 'members:read' as const] : given);
}

/** Whether the organization lies strictly below the other. */
export function isBelow(forest: Forest, organization: string, above: string): boolean {
  const parent = forest.get(organization)?.parent ?? null;
  return parent !== null && (parent === above || isBelow(forest, parent, above));
}

/** Whether the organization exists for the request. */
export function exists(forest: Forest, request: Request, organization: string): boolean {
  const found = forest.get(organization);
  if (!found || found.deleted) return false;
  if (organization === request.organization) return true;
  return isBelow(forest, organization, request.organization) && held(request).has(REACH);
}

/** Whether the request may use the scope on the organization. */
export function may(
  forest: Forest,
  request: Request,
  scope: ScopeName,
  organization: string,
): boolean {
  if (!exists(forest, request, organization)) return false;
  if (organization !== request.organization) return true;
  const scopes = held(request);
  const inConsole =
    scope === 'members:read' || scope === 'members:manage' || scope === 'usage:read';
  return scopes.has(scope) || (inConsole && scopes.has(REACH));
}

/** The organizations on which the request may use the scope; without one, those that exist for it. */
export function visible(forest: Forest, request: Request, scope?: ScopeName): Set<string> {
  const names = [...forest.keys()];
  return new Set(
    names.filter((name) =>
      scope === undefined ? exists(forest, request, name) : may(forest, request, scope, name),
    ),
  );
}
