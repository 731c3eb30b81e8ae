/**
 * Who may see a row, in two forms: as a check of the row in memory, and as a condition on the row
 * `parent` of a compiled statement.
 */
import { sql, type RawBuilder } from 'kysely';
import { casesOf, conditionOf } from './cases.ts';
import type { Principal } from './principal.ts';
import { can, isInSubtree, type Lineage } from './rights.ts';
import type { Scope } from './scopes.ts';

/** Who may see the rows of a type. Each condition that is given is enough. */
export interface Visibility {
  /** In the caller's subtree, with this scope there; null for none. Reads the column `lineage`. */
  scope?: Scope | null;
  /**
   * In the caller's subtree, with the scope that the column `scope` names, if it is one of these.
   * Reads `lineage`.
   */
  scopes?: readonly Scope[];
  /** The column with the id of the user whose row it is. */
  owner?: 'id' | 'user_id' | 'shown_to';
  /** The column that tells of rows that everybody may see. */
  everybody?: 'built_in';
}

/** The columns that decide, as far as a type has them. */
export type VisibleRow = Partial<Record<'id' | 'user_id' | 'shown_to', string | null>> & {
  lineage?: Lineage | null;
  scope?: Scope;
  built_in?: boolean;
};

/** Whether the caller may see a row. */
export function isVisible(
  principal: Principal,
  { scope, scopes, owner, everybody }: Visibility,
  row: VisibleRow,
): boolean {
  if (everybody !== undefined && row[everybody] === true) return true;
  if (owner !== undefined && principal.user && row[owner] === principal.user.id) return true;
  if (scopes && row.lineage && row.scope && scopes.includes(row.scope))
    return maySee(principal, row.scope, row.lineage);
  return scope !== undefined && row.lineage ? maySee(principal, scope, row.lineage) : false;
}

/** The same as a condition on the row `parent`. */
export function visibleIf(
  principal: Principal,
  { scope, scopes, owner, everybody }: Visibility,
): RawBuilder<boolean> {
  const alternatives: RawBuilder<unknown>[] = [];
  if (everybody !== undefined) alternatives.push(sql`parent.${sql.ref(everybody)}`);
  if (owner !== undefined && principal.user)
    alternatives.push(sql`parent.${sql.ref(owner)} = ${principal.user.id}::uuid`);
  const inSubtree = (required: Scope | null): RawBuilder<boolean> =>
    conditionOf(
      principal,
      casesOf(principal, (lineage) => maySee(principal, required, lineage)),
    );
  if (scope !== undefined) alternatives.push(inSubtree(scope));
  for (const each of scopes ?? [])
    alternatives.push(sql`parent.scope = ${sql.lit(each)} and ${inSubtree(each)}`);
  return alternatives.length > 0
    ? sql`coalesce(${sql.join(alternatives, sql` or `)}, false)`
    : sql`false`;
}

function maySee(principal: Principal, scope: Scope | null, lineage: Lineage): boolean {
  return scope === null ? isInSubtree(principal, lineage) : can(principal, scope, lineage);
}
