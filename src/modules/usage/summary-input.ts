/** The arguments of usage summaries, as compiled statements take them. */
import type { Viewer } from '../../database/loaders.ts';
import { knownLayout, requireKeyCount } from './input.ts';
import type { BucketColumns, UsageArguments } from './queries.ts';
import {
  RESOLUTIONS,
  bucketsOf,
  type BucketSize,
  type LayoutColumns,
  type Resolution,
  type Window,
} from './window.ts';

/** The arguments of a summary in SQL. */
export type SummaryArguments = UsageArguments & LayoutColumns;

/** The argument `keys`, as the client gives it. */
export interface GivenKeys {
  keys?: readonly string[] | null;
}

/** The metrics that are asked for; null for all. Their number is bounded. */
export function countedKeys(keys: readonly string[] | null | undefined): readonly string[] | null {
  if (keys == null) return null;
  requireKeyCount(keys);
  return keys;
}

/** The layout of a window. Throws if only the resolvers can tell whether its events are kept. */
export function layoutInSql(
  window: Window,
  resolutions: readonly Resolution[],
  now: Date,
): LayoutColumns {
  const layout = knownLayout(window, resolutions, now);
  if (!layout) throw new RangeError('the events of the window may be gone');
  return layout;
}

/** The buckets of a summary's window. */
export function bucketColumns(
  { size, keys }: GivenKeys & { size: BucketSize },
  { now }: Viewer,
  { from, to }: SummaryArguments,
): BucketColumns {
  const buckets = bucketsOf({ from, to }, size);
  return {
    ...layoutInSql({ from, to }, RESOLUTIONS_WITHIN[size], now),
    bucketsFrom: buckets.map((bucket) => bucket.from),
    keys: countedKeys(keys),
  };
}

/** The totals that fit into buckets of each size. */
export const RESOLUTIONS_WITHIN: Record<BucketSize, readonly Resolution[]> = {
  HOUR: ['HOUR'],
  DAY: ['DAY', 'HOUR'],
  WEEK: ['DAY', 'HOUR'],
  MONTH: RESOLUTIONS,
};
