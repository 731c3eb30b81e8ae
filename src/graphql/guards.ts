/**
 * Guards that fields and types apply before they return anything. They throw the error that the
 * caller gets.
 */
import type { Principal } from '../authorization/principal.ts';
import type { Context } from './context.ts';
import {
  isVisible,
  visibleIf,
  type Visibility,
  type VisibleRow,
} from '../authorization/visibility.ts';
import { forbidden, organizationRequired } from '../errors.ts';
import { can, isInSubtree, reachesBelow, type Lineage } from '../authorization/rights.ts';
import { MANAGE_CHILDREN, type Scope } from '../authorization/scopes.ts';

/** A row that belongs to an organization. */
interface OfOrganization {
  lineage: Lineage;
}

/**
 * For fields of an organization beyond its basic ones: it must be the caller's organization or
 * below it. An organization that is visible only to the person (a membership elsewhere, an
 * invitation) answers that the request has to act in it.
 */
export function inside(organization: OfOrganization, _args: unknown, context: Context): boolean {
  if (!isInSubtree(context.principal, organization.lineage))
    throw organizationRequired(context.organizationHeader);
  return true;
}

/** For fields that require a scope on the organization. */
export function requires(scope: Scope) {
  return requiresOneOf(scope);
}

/** For fields that require any one of several scopes on the organization. */
export function requiresOneOf(...scopes: readonly Scope[]) {
  return (organization: OfOrganization, args: unknown, context: Context): boolean => {
    inside(organization, args, context);
    if (!scopes.some((scope) => can(context.principal, scope, organization.lineage)))
      throw forbidden(scopes);
    return true;
  };
}

/**
 * For fields that reveal organizations below. They require `child_organizations:manage` in the
 * caller's organization.
 */
export function requiresReach(
  organization: OfOrganization,
  args: unknown,
  context: Context,
): boolean {
  inside(organization, args, context);
  if (!reachesBelow(context.principal)) throw forbidden([MANAGE_CHILDREN]);
  return true;
}

/**
 * Type option: who may see a row of the type, as a check of the row that the resolvers have, and as
 * a condition in compiled statements. It is the second guard: the statements that read rows have
 * their own.
 */
export function visibleTo(visibility: Visibility) {
  return {
    authScopes: (row: VisibleRow, { principal }: Pick<Context, 'principal'>): boolean =>
      isVisible(principal, visibility, row),
    extensions: { visibility: (principal: Principal) => visibleIf(principal, visibility) },
  };
}
