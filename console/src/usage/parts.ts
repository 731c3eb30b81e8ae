/** The parts of a window, as the chart, the table and the file show them. */
import type { BucketFragment, SharesFragment } from '../generated/usage/graphql.ts';
import type { Part, PartNames } from './labels.ts';

export interface TimelinePart extends Part {
  /** Short, below a bar. */
  tick: string;
  /** In full. */
  name: string;
  /** An exact decimal. */
  value: string;
  /** The same part of the period before. */
  before?: string;
  nameBefore?: string;
}

interface Parts {
  buckets: readonly BucketFragment[] | null;
  previous: { buckets?: readonly BucketFragment[] | null } | null;
}

/** Puts the parts of a window beside those of the window before, the first beside the first. */
export function partsOf({ buckets, previous }: Parts, names: PartNames): TimelinePart[] {
  return (buckets ?? []).map(({ from, to, metrics }, index) => {
    const part = { from, to };
    const before = previous?.buckets?.[index];
    return {
      ...part,
      tick: names.tick(part),
      name: names.name(part),
      value: metrics[0]?.value ?? '0',
      ...(before && { before: before.metrics[0]?.value ?? '0', nameBefore: names.name(before) }),
    };
  });
}

/**
 * Each organization once, as it was read last. Pages are read one after the other, and an organization
 * may have changed its place in between.
 */
export function distinctShares(edges: SharesFragment['edges']): SharesFragment['edges'] {
  return [...new Map(edges.map((edge) => [edge.node.id, edge])).values()];
}
