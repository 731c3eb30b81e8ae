/** The arguments of usage summaries, as compiled statements take them. */
import type { Viewer } from '../../database/loaders.ts';
import { bucketsOf, layOutBuckets } from './buckets.ts';
import { checkedColumns, requireKeyCount } from './input.ts';
import type { BucketColumns, CheckedColumns, UsageArguments } from './queries.ts';
import { windowBefore } from './time-zone.ts';
import { RESOLUTIONS, layOut, type BucketSize, type Window } from './window.ts';

/** The arguments of a summary in SQL. */
export interface SummaryArguments extends UsageArguments, CheckedColumns {
  /** The zone of its buckets; null for UTC. */
  timeZone: string | null;
  /** Whether it is the previous summary of another one. */
  isPrevious: boolean;
}

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

/** The arguments of a summary whose window is known. */
export function summaryInSql(
  window: Window,
  summary: Pick<SummaryArguments, 'scope' | 'timeZone' | 'isPrevious'>,
  { now }: Viewer,
): SummaryArguments {
  return { ...window, ...summary, ...checkedColumns(layOut(window, RESOLUTIONS, now), now) };
}

/** The arguments of the summary before one. Throws where there is none, as the resolvers tell. */
export function summaryBeforeInSql(
  _given: unknown,
  viewer: Viewer,
  { from, to, scope, timeZone, isPrevious }: SummaryArguments,
): SummaryArguments {
  const window = isPrevious ? null : windowBefore({ from, to }, timeZone);
  if (!window) throw new RangeError('there is no summary before');
  return summaryInSql(window, { scope, timeZone, isPrevious: true }, viewer);
}

/** The buckets of a summary's window. */
export function bucketColumns(
  { size, keys }: GivenKeys & { size: BucketSize },
  { now }: Viewer,
  { from, to, timeZone }: SummaryArguments,
): BucketColumns {
  const buckets = bucketsOf({ from, to }, size, timeZone);
  return {
    ...checkedColumns(layOutBuckets({ from, to }, { size, timeZone, buckets }, now), now),
    bucketsFrom: buckets.map((bucket) => bucket.from),
    keys: countedKeys(keys),
  };
}
