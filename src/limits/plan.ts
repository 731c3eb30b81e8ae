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
  steps: readonly Step[];
  /** The estimate, if it does not depend on variables. */
  fixed: Estimated | undefined;
  shape: Shape & Pick<Estimated, 'operation' | 'name'>;
  defaults: Given;
}

/** Returns the value for a request. */
export function read<Value>(value: Read<Value>, variables: Given): Value {
  return typeof value === 'function' ? (value as (variables: Given) => Value)(variables) : value;
}

/** Returns the estimate of the last step, computed from those before it. */
export function evaluate(steps: readonly Step[], variables: Given): Estimate {
  const sizes: Estimate[] = [];
  const sum = (terms: readonly Term[]): Estimate => {
    const total = { nodes: 0, cost: 0 };
    for (const { step, included } of terms) {
      if (!read(included, variables)) continue;
      total.nodes += sizes[step]?.nodes ?? 0;
      total.cost += sizes[step]?.cost ?? 0;
    }
    return total;
  };
  for (const step of steps) {
    if (step.kind === 'size') sizes.push(step.size);
    else if (step.kind === 'selection') {
      const total = sum(step.terms);
      const each = step.alternatives.map(sum);
      total.nodes += Math.max(0, ...each.map(({ nodes }) => nodes));
      total.cost += Math.max(0, ...each.map(({ cost }) => cost));
      sizes.push(total);
    } else {
      const child = step.child === null ? undefined : sizes[step.child];
      const [nodes, cost] = [child?.nodes ?? 0, child?.cost ?? 0];
      if (step.items === null) sizes.push({ nodes, cost: step.weight + cost });
      else {
        const items = read(step.items, variables);
        sizes.push({
          nodes: items * ((step.rows ? 1 : 0) + nodes),
          cost: 1 + items * (step.weight + cost),
        });
      }
    }
  }
  return sizes.at(-1) ?? { nodes: 0, cost: 0 };
}

/** The shape of a selection without fields. */
export const NOTHING: Shape = { fields: 0, depth: 0, nameLength: 0 };

/** The plan if there is no such operation; the executor refuses it by itself. */
export const EMPTY: Plan = planOf(
  [],
  {},
  { ...NOTHING, operation: OperationTypeNode.QUERY, name: undefined },
  false,
);

/** Creates the plan of an operation; without variables, its estimate is computed once. */
export function planOf(
  steps: readonly Step[],
  defaults: Given,
  shape: Plan['shape'],
  hasVariables: boolean,
): Plan {
  return {
    steps,
    defaults,
    shape,
    fixed: hasVariables ? undefined : { ...evaluate(steps, {}), ...shape },
  };
}
