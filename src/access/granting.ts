/**
 * The one rule for granting (R-DA-1 to R-DA-3), asked by role changes, role definitions, invitations, their
 * acceptance, direct additions and API keys: nobody gives, or takes away, a scope that they do not have themselves on
 * the organization concerned.
 */
import type { Principal } from './principal.ts';
import { holds, type Lineage } from './rights.ts';

/** Those of `scopes` that the request may neither give nor take away on the organization; empty when it may all. */
export function scopesBeyond(principal: Principal, lineage: Lineage, scopes: Iterable<string>): string[] {
  return [...new Set(scopes)].filter((scope) => !holds(principal, scope, lineage));
}
