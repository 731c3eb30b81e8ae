/**
 * Guards that fields and types apply before they return anything. They throw the error that the
 * caller gets.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Principal } from '../authorization/principal.ts';
import type { Context } from './context.ts';
import { casesOf, conditionOf } from './positions.ts';
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
  if (!isInSubtree(context.principal, organization.lineage)) throw organizationRequired(context.organizationHeader);
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
    if (!scopes.some((scope) => can(context.principal, scope, organization.lineage))) throw forbidden(scopes);
    return true;
  };
}

/**
 * For fields that reveal organizations below. They require `child_organizations:manage` in the
 * caller's organization.
 */
export function requiresReach(organization: OfOrganization, args: unknown, context: Context): boolean {
  inside(organization, args, context);
  if (!reachesBelow(context.principal)) throw forbidden([MANAGE_CHILDREN]);
  return true;
}

/** Who may see a row of a type; the conditions are alternatives. */
export interface Visibility {
  /** In the caller's subtree, with this scope there; null for none. Takes the column `lineage`. */
  scope?: Scope | null;
  /** The column with the id of the user whose row it is. */
  owner?: 'id' | 'user_id' | 'shown_to';
  /** The column that tells of rows that everybody may see. */
  everybody?: 'built_in';
}

type VisibleRow = Partial<Record<'id' | 'user_id' | 'shown_to', string | null>> & { lineage?: Lineage | null; built_in?: boolean };

function mayShow(principal: Principal, scope: Scope | null, lineage: Lineage): boolean {
  return scope === null ? isInSubtree(principal, lineage) : can(principal, scope, lineage);
}

/**
 * Type option: who may see a row of the type, as a check of the row that the resolvers have, and as
 * a condition on the row `parent` of a compiled statement. It is the second guard: the statements
 * that read rows have their own.
 */
export function visibleTo({ scope, owner, everybody }: Visibility) {
  return {
    authScopes(row: VisibleRow, { principal }: Pick<Context, 'principal'>): boolean {
      if (everybody !== undefined && row[everybody] === true) return true;
      if (owner !== undefined && principal.user && row[owner] === principal.user.id) return true;
      if (scope === undefined || !row.lineage) return false;
      return mayShow(principal, scope, row.lineage);
    },
    extensions: {
      visibility(principal: Principal): RawBuilder<boolean> {
        const alternatives = [];
        if (everybody !== undefined) alternatives.push(sql`${sql.ref(`parent.${everybody}`)}`);
        if (owner !== undefined && principal.user) alternatives.push(sql`${sql.ref(`parent.${owner}`)} = ${principal.user.id}::uuid`);
        if (scope !== undefined)
          alternatives.push(
            conditionOf(
              principal,
              casesOf(principal, (lineage) => mayShow(principal, scope, lineage)),
            ),
          );
        return sql<boolean>`coalesce(${alternatives.length > 0 ? sql.join(alternatives, sql` or `) : sql`false`}, false)`;
      },
    },
  };
}
