/** The guards that fields and types put before what they show. They throw the answer that the caller is to get. */
import type { Context } from './context.ts';
import { forbidden, organizationRequired } from '../errors.ts';
import { holds, isWithin, reachesBelow, type Lineage } from '../authorization/rights.ts';
import { MANAGE_CHILDREN, type Scope } from '../authorization/scopes.ts';

/** A row that belongs to an organization. */
interface OfOrganization {
  lineage: Lineage;
}

/**
 * For fields of an organization that lead further than its basic facts: the organization must be home or below.
 * One that is shown for the person's own sake only (a membership elsewhere, an invitation) answers that the request
 * has to act in it.
 */
export function inside(organization: OfOrganization, _args: unknown, context: Context): boolean {
  if (!isWithin(context.principal, organization.lineage)) throw organizationRequired(context.organizationHeader);
  return true;
}

/** For fields that require a scope on the organization. */
export function requires(scope: Scope) {
  return requiresOneOf(scope);
}

/** For fields that any one of several scopes on the organization opens. */
export function requiresOneOf(...scopes: readonly Scope[]) {
  return (organization: OfOrganization, args: unknown, context: Context): boolean => {
    inside(organization, args, context);
    if (!scopes.some((scope) => holds(context.principal, scope, organization.lineage))) throw forbidden(scopes);
    return true;
  };
}

/**
 * For fields that tell of organizations below: `child_organizations:manage`, held in the organization
 * of the request.
 */
export function requiresReach(organization: OfOrganization, args: unknown, context: Context): boolean {
  inside(organization, args, context);
  if (!reachesBelow(context.principal)) throw forbidden([MANAGE_CHILDREN]);
  return true;
}
