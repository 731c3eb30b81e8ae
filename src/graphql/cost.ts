/**
 * Declares, next to a field, how much it can add to a response (docs/decisions/0020-cost.md):
 *
 *     scopes: t.exposeStringList('scopes', { …, extensions: atMost(SCOPES_MAX) })
 *
 * Every list declares its bound; a test finds any that does not. `limits/estimate.ts` adds the costs up.
 */
import type { GraphQLField } from 'graphql';

/**
 * Arguments as the request sent them: from literals and variables, before coercion and without
 * defaults. They can be of any type. A value that coercion will refuse may be counted as anything,
 * but never as NaN.
 */
export type Given = Readonly<Record<string, unknown>>;

/** The declared cost of a field. Without it, a field is one value of weight 1. */
export interface FieldCost {
  /**
   * The maximum number of items of a list, given the arguments of the field and of the field that
   * returned its parent.
   */
  items?: number | ((args: Given, parent: Given) => number);
  /** Whether `items` uses the arguments of the field that returned the parent. */
  readsParent?: boolean;
  /** Whether the bounds of its object's fields depend on the same arguments as its own bound. */
  passesParent?: boolean;
  /** The weight of the field's value, and of each item of a list; 1 unless it is long or costly. */
  weight?: number;
}

/** The cost that a field declares. */
export function costOf({
  extensions,
}: Pick<GraphQLField<unknown, unknown>, 'extensions'>): FieldCost {
  return (extensions['cost'] as FieldCost | undefined) ?? {};
}

type Declaration = {
  cost: FieldCost;
};

/**
 * Field option: a list with at most this many items, which may depend on the field's own arguments.
 */
export function atMost(items: number | ((args: Given) => number), weight = 1): Declaration {
  return { cost: { items, weight } };
}

/**
 * Field option: a list whose bound depends on the arguments of the field that returned its parent.
 */
export function atMostWithin(
  items: (parent: Given, args: Given) => number,
  weight = 1,
): Declaration {
  return { cost: { items: (args, parent) => items(parent, args), readsParent: true, weight } };
}

/**
 * Field option: an object like the one that the field belongs to. The lists in it are bound by the
 * arguments of the field that returned that one.
 */
export function countedAsParent(): Declaration {
  return { cost: { passesParent: true } };
}

/**
 * Field option: a value that costs as much as `weight` short ones, because of its length or the
 * work it takes.
 */
export function weighs(weight: number): Declaration {
  return { cost: { weight } };
}

/**
 * Returns a whole number between 0 and `max` from an argument; `otherwise` if it is absent, `max`
 * if it is not a number.
 */
export function countOf(value: unknown, otherwise: number, max: number): number {
  if (value == null) return otherwise;
  return typeof value === 'number' && value >= 0 && value <= max ? value : max;
}

/**
 * Returns the number of items of a list argument, at most `max`; `otherwise` if it is absent. A
 * single value is a list of one.
 */
export function lengthOf(value: unknown, otherwise: number, max: number): number {
  if (value == null) return otherwise;
  return Array.isArray(value) ? Math.min(value.length, max) : 1;
}

/** Returns the fields of an input object; none if the value is not an object. */
export function inputOf(value: unknown): Given {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
