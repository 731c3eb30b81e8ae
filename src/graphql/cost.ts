/**
 * How much a field can add to an answer, declared next to the field (docs/decisions/0020-cost.md):
 *
 *     scopes: t.exposeStringList('scopes', { …, extensions: atMost(SCOPES_MAX) })
 *
 * Every list declares its bound; a test walks the schema for one that does not. `estimate.ts` adds them up.
 */

/**
 * Arguments as the request gave them: from literals and variables, before coercion and without defaults. They can be of
 * any type. What coercion will refuse may be counted as anything, but never as NaN.
 */
export type Given = Readonly<Record<string, unknown>>;

/** What a field says about its cost. Without it a field is one value that weighs 1. */
export interface FieldCost {
  /** Most items of a list, given the field's arguments and those of the field that led to its parent. */
  items?: number | ((args: Given, parent: Given) => number);
  /** Whether `items` looks at the arguments of the field that led to the parent. */
  readsParent?: boolean;
  /** What the field's value weighs, and each item of a list; 1 unless it is long or costly. */
  weight?: number;
}

type Declaration = {
  cost: FieldCost;
};

/** Field option: a list of at most so many items, which may depend on the field's own arguments. */
export function atMost(items: number | ((args: Given) => number), weight = 1): Declaration {
  return { cost: { items, weight } };
}

/** Field option: a list whose bound follows from the arguments of the field that led to its parent. */
export function atMostWithin(items: (parent: Given, args: Given) => number, weight = 1): Declaration {
  return { cost: { items: (args, parent) => items(parent, args), readsParent: true, weight } };
}

/** Field option: a value that costs as much as `weight` short ones, because of its length or the work behind it. */
export function weighs(weight: number): Declaration {
  return { cost: { weight } };
}

/** A whole number between 0 and `max` from an argument; `otherwise` when it is absent, `max` when it is no number. */
export function countOf(value: unknown, otherwise: number, max: number): number {
  if (value == null) return otherwise;
  return typeof value === 'number' && value >= 0 && value <= max ? value : max;
}

/** How many items a list argument has, at most `max`; `otherwise` when it is absent. A single value is a list of one. */
export function lengthOf(value: unknown, otherwise: number, max: number): number {
  if (value == null) return otherwise;
  return Array.isArray(value) ? Math.min(value.length, max) : 1;
}

/** The fields of an input object; none when the value is no object. */
export function inputOf(value: unknown): Given {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
