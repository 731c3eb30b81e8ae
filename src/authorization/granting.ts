/**
 * The one rule for granting (docs/decisions/0009-granting.md), asked by role changes, role definitions, invitations,
 * their acceptance, direct additions, API keys and whatever takes any of these away: nobody gives, or takes away, a
 * scope that they do not hold themselves on the organization concerned.
 */
import type { Principal } from './principal.ts';
import { isWithin, type Lineage } from './rights.ts';

/**
 * Those of `scopes` that the request may neither give nor take away on the organization; empty when it may all. Below
 * home, `child_organizations:manage` is every scope. At home only the scopes held there count: what the console may do
 * there with `child_organizations:manage` can be done, but not handed on.
 */
export function scopesBeyond(principal: Principal, lineage: Lineage, scopes: Iterable<string>): string[] {
  const { home } = principal;
  const asked = [...new Set(scopes)];
  if (!home || !isWithin(principal, lineage)) return asked;
  return lineage.at(-1) === home.id ? asked.filter((scope) => !home.scopes.has(scope)) : [];
}
