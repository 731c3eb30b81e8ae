/**
 * Rules for rights as conditions in SQL. What a caller may do with an organization depends on
 * three cases only: it is the caller's own, below it, or elsewhere. So the rule itself is asked for
 * each of them when a statement is compiled, and the statement tells the cases apart.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Lineage } from './rights.ts';
import type { Principal } from './principal.ts';

/** The answer of a rule for the caller's own organization, for those below, and for all others. */
export interface Cases {
  own: boolean;
  below: boolean;
  elsewhere: boolean;
}

/** Asks a rule about lineages for each case. */
export function casesOf({ organization }: Principal, rule: (lineage: Lineage) => boolean): Cases {
  const elsewhere = rule(['elsewhere']);
  if (!organization) return { own: elsewhere, below: elsewhere, elsewhere };
  return { own: rule([organization.id]), below: rule([organization.id, 'below']), elsewhere };
}

/** The answer in all cases; undefined where they differ. */
export function constantOf({ own, below, elsewhere }: Cases): boolean | undefined {
  return own === below && below === elsewhere ? own : undefined;
}

/** The cases as a condition on `parent.lineage`. */
export function conditionOf({ organization }: Principal, cases: Cases): RawBuilder<boolean> {
  const { own, below, elsewhere } = cases;
  const constant = constantOf(cases);
  if (!organization || constant !== undefined) return sql<boolean>`${sql.lit(elsewhere)}`;
  const isInside = sql<boolean>`${organization.id}::uuid = any (parent.lineage)`;
  if (own === below) return own ? isInside : sql<boolean>`not ${isInside}`;
  return sql<boolean>`case when ${organization.id}::uuid = parent.lineage[cardinality(parent.lineage)] then ${sql.lit(own)}
    when ${isInside} then ${sql.lit(below)} else ${sql.lit(elsewhere)} end`;
}
