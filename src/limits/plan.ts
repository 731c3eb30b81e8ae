/**
 * A document compiled to a list of sums: the work left for a request once its document is known.
 */
import { OperationTypeNode } from 'graphql';
import type { Given } from '../graphql/cost.ts';

/** The estimated size of an operation. */
export interface Estimate {
  /** Objects in lists: rows. */
  nodes: number;
  /** Weighted values: fields, and items of lists. */
  cost: number;
}

/** The size of a document, regardless of its variables. */
export interface Shape {
  /** Fields, with fragments expanded. */
  fields: number;
  /** The depth of the deepest field. */
  depth: number;
  /** The length of the longest response name. */
  nameLength: number;
}

const NO_SIZE: Estimate = { nodes: 0, cost: 0 };

/** A value that is constant, or read from the variables of a request. */
export type Read<Value> = Value | ((variables: Given) => Value);

/** A step that counts if its directives include it. */
export interface Term {
  step: number;
  included: Read<boolean>;
}

/** One sum of an estimate, over the results of earlier steps. */
export type Step =
  | { kind: 'selection'; terms: Term[]; alternatives: Term[][] }
  | {
      kind: 'field';
      weight: number;
      items: Read<number> | null;
      rows: boolean;
      child: number | null;
    }
  | { kind: 'size'; size: Estimate };

/** The estimate and the shape of an operation. */
export interface Estimated extends Estimate, Shape {
  operation: OperationTypeNode;
  /** Its name in the document; undefined if it has none. */
  name: string | undefined;
}

/** What is left to do for a request once its document is known. */
export interface Plan {
  /** The results of all steps, of which those in `open` are to be computed for each request. */
  sizes: readonly Estimate[];
  open: readonly { at: number; step: Step }[];
  /** The estimate, if it does not depend on variables. */
  fixed: Estimated | undefined;
  shape: Shape & Pick<Estimated, 'operation' | 'name'>;
  /** The defaults of variables; undefined if there are none. */
  defaults: Given | undefined;
}

/** Returns the value for a request. */
export function read<Value>(value: Read<Value>, variables: Given): Value {
  return typeof value === 'function' ? (value as (variables: Given) => Value)(variables) : value;
}

/** Adds up the terms that count. */
function sum(terms: readonly Term[], sizes: readonly Estimate[], variables: Given): Estimate {
  const total = { nodes: 0, cost: 0 };
  for (const { step, included } of terms) {
    if (!read(included, variables)) continue;
    total.nodes += sizes[step]?.nodes ?? 0;
    total.cost += sizes[step]?.cost ?? 0;
  }
  return total;
}

/** The result of a step, from those of the steps before it. */
function sizeOf(step: Step, sizes: readonly Estimate[], variables: Given): Estimate {
  if (step.kind === 'size') return step.size;
  if (step.kind === 'selection') {
    const total = sum(step.terms, sizes, variables);
    const each = step.alternatives.map((terms) => sum(terms, sizes, variables));
    total.nodes += Math.max(0, ...each.map(({ nodes }) => nodes));
    total.cost += Math.max(0, ...each.map(({ cost }) => cost));
    return total;
  }
  const { nodes, cost } = (step.child === null ? undefined : sizes[step.child]) ?? NO_SIZE;
  if (step.items === null) return { nodes, cost: step.weight + cost };
  const items = read(step.items, variables);
  return {
    nodes: items * ((step.rows ? 1 : 0) + nodes),
    cost: 1 + items * (step.weight + cost),
  };
}

/** Whether the result of a step depends on variables, as those of the `open` steps do. */
function isOpen(step: Step, open: ReadonlySet<number>): boolean {
  if (step.kind === 'size') return false;
  if (step.kind === 'field')
    return typeof step.items === 'function' || (step.child !== null && open.has(step.child));
  return [step.terms, ...step.alternatives]
    .flat()
    .some((term) => typeof term.included === 'function' || open.has(term.step));
}

/** The estimate of a request. */
export function evaluate(
  { fixed, sizes: known, open, defaults, shape }: Plan,
  given: Given,
): Estimated {
  if (fixed) return fixed;
  const sizes = [...known];
  const variables = defaults ? { ...defaults, ...given } : given;
  for (const { at, step } of open) sizes[at] = sizeOf(step, sizes, variables);
  return estimated(sizes, shape);
}

/** The estimate of the last step. */
function estimated(sizes: readonly Estimate[], shape: Plan['shape']): Estimated {
  const { nodes, cost } = sizes.at(-1) ?? NO_SIZE;
  // Written out, because copying properties takes longer than adding up.
  const { fields, depth, nameLength, operation, name } = shape;
  return { nodes, cost, fields, depth, nameLength, operation, name };
}

/** The shape of a selection without fields. */
export const NOTHING: Shape = { fields: 0, depth: 0, nameLength: 0 };

/** The plan if there is no such operation; the executor refuses it by itself. */
export const EMPTY: Plan = planOf([], undefined, {
  ...NOTHING,
  operation: OperationTypeNode.QUERY,
  name: undefined,
});

/** Creates the plan of an operation. What does not depend on variables is computed once, here. */
export function planOf(
  steps: readonly Step[],
  defaults: Given | undefined,
  shape: Plan['shape'],
): Plan {
  const sizes: Estimate[] = [];
  const open = new Set<number>();
  for (const [at, step] of steps.entries()) {
    if (isOpen(step, open)) open.add(at);
    sizes.push(open.has(at) ? NO_SIZE : sizeOf(step, sizes, {}));
  }
  return {
    sizes,
    open: [...open].flatMap((at) => {
      const step = steps[at];
      return step ? { at, step } : [];
    }),
    fixed: open.size > 0 ? undefined : estimated(sizes, shape),
    shape,
    defaults,
  };
}
