/** A document as a list of sums: what is left to do for a request once its document is known. */
import type { Given } from '../graphql/cost.ts';

/** What an operation can come to. */
export interface Estimate {
  /** Objects in lists: rows. */
  nodes: number;
  /** Values, each with its weight: fields, and items of lists. */
  cost: number;
}

/** What a document comes to, whatever its variables. */
export interface Shape {
  /** Fields, with fragments spread out. */
  fields: number;
  /** Levels of the deepest field. */
  depth: number;
  /** Characters of the longest name under which a field is answered. */
  nameLength: number;
}

/** Something known beforehand, or read from the variables of a request. */
export type Read<Value> = Value | ((variables: Given) => Value);

/** A step that counts where its directives include it. */
export interface Term {
  step: number;
  included: Read<boolean>;
}

/** One sum of an estimate, over the results of earlier steps. */
export type Step =
  | { kind: 'selection'; terms: Term[]; alternatives: Term[][] }
  | { kind: 'field'; weight: number; items: Read<number> | null; rows: boolean; child: number | null }
  | { kind: 'size'; size: Estimate };

/** The value for a request. */
export function read<Value>(value: Read<Value>, variables: Given): Value {
  return typeof value === 'function' ? (value as (variables: Given) => Value)(variables) : value;
}

/** The estimate of the last step, over those before it. */
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
        sizes.push({ nodes: items * ((step.rows ? 1 : 0) + nodes), cost: 1 + items * (step.weight + cost) });
      }
    }
  }
  return sizes.at(-1) ?? { nodes: 0, cost: 0 };
}
