/**
 * The rule for granting (docs/decisions/0009-granting.md): nobody may give or take away a scope
 * that they do not hold themselves on the organization concerned. It applies to role changes, role
 * definitions, invitations and their acceptance, direct additions, API keys, and to the removal of
 * any of these.
 */
import type { Principal } from './principal.ts';
import { isInSubtree, type Lineage } from './rights.ts';

/**
 * Returns those of `scopes` that the caller may neither give nor take away on the organization;
 * empty if they may grant all of them.
 *
 * Below the caller's organization, `child_organizations:manage` includes every scope. At the
 * caller's organization only the scopes held there count: what `child_organizations:manage` allows
 * there can be used, but not passed on.
 */
export function scopesBeyond(
  principal: Principal,
  lineage: Lineage,
  scopes: Iterable<string>,
): string[] {
  const { organization } = principal;
  const asked = [...new Set(scopes)];
  if (!organization || !isInSubtree(principal, lineage)) return asked;
  return lineage.at(-1) === organization.id
    ? asked.filter((scope) => !organization.scopes.has(scope))
    : [];
}
