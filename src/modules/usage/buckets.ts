/** How a usage window is divided into buckets, and what the buckets are added up from. */
import { limitExceeded } from '../../errors.ts';
import { startsInZone } from './time-zone.ts';
import {
  DAY_MS,
  HOURS_DAYS,
  RESOLUTIONS,
  bucketStart,
  layOut,
  nextBucket,
  type BucketSize,
  type Layout,
  type Part,
  type Resolution,
  type Window,
} from './window.ts';

/** Enough for a year of days and a month of hours. */
const BUCKETS_MAX = 1_000;

function* startsInUtc(at: Date, size: BucketSize): Generator<Date> {
  for (let start = bucketStart(at, size); ; start = nextBucket(start, size)) yield start;
}

/**
 * Returns the buckets of a window in order, including empty ones. The first and the last are cut at
 * the ends of the window. Without a time zone they are in UTC.
 */
export function bucketsOf({ from, to }: Window, size: BucketSize, timeZone: string | null) {
  const starts = [from];
  let last = from;
  for (const start of timeZone === null
    ? startsInUtc(from, size)
    : startsInZone(from, size, timeZone)) {
    if (start >= to) break;
    if (start <= last) continue;
    starts.push(start);
    last = start;
    if (starts.length > BUCKETS_MAX)
      throw limitExceeded('size', `would divide this window into more than ${BUCKETS_MAX} buckets`);
  }
  return starts.map((start, index): Window => ({ from: start, to: starts[index + 1] ?? to }));
}

/** The minimum length of a bucket, except at the ends of a window. */
const LENGTHS_MS: Record<BucketSize, number> = {
  HOUR: DAY_MS / 24,
  DAY: DAY_MS,
  WEEK: 7 * DAY_MS,
  MONTH: 28 * DAY_MS,
};

/** How much longer a window can be by the clock of its time zone, which may have skipped a day. */
const CLOCK_CHANGE_MS = DAY_MS;

/**
 * Returns the maximum number of buckets of a window, from arguments that may not have been
 * validated.
 */
export function bucketCount(
  { from, to, timeZone }: Readonly<Record<string, unknown>>,
  size: unknown = 'DAY',
): number {
  const length = Object.entries(LENGTHS_MS).find(([name]) => name === size)?.[1];
  const clock = timeZone == null ? 0 : CLOCK_CHANGE_MS;
  const buckets = Math.ceil((instantOf(to) - instantOf(from) + clock) / (length ?? NaN)) + 1;
  // An invalid window is refused later, and so is one with too many buckets.
  return buckets >= 1 && buckets <= BUCKETS_MAX ? buckets : BUCKETS_MAX;
}

function instantOf(value: unknown): number {
  return typeof value === 'string' || typeof value === 'number' || value instanceof Date
    ? new Date(value).getTime()
    : NaN;
}

/** The totals that fit into buckets of each size in UTC. */
const RESOLUTIONS_WITHIN: Record<BucketSize, readonly Resolution[]> = {
  HOUR: ['HOUR'],
  DAY: ['DAY', 'HOUR'],
  WEEK: ['DAY', 'HOUR'],
  MONTH: RESOLUTIONS,
};

/**
 * The number of days in all whose single events the buckets of a time zone may need. It is enough
 * for weeks and months over the longest window, and for the days of any two months.
 */
export const EVENT_DAYS_MAX = 62;

/** The buckets of a window, and what they are asked for by. */
export interface Buckets {
  size: BucketSize;
  timeZone: string | null;
  buckets: readonly Window[];
}

/**
 * Divides a window into totals and edges, none of which crosses the start of a bucket. The days of
 * most time zones begin within days of UTC, so they take totals by the hour, or single events where
 * those are not kept or the day begins within an hour. Refuses too many of these.
 */
export function layOutBuckets(
  window: Window,
  { size, timeZone, buckets }: Buckets,
  now: Date,
): Layout {
  if (timeZone === null) return layOut(window, RESOLUTIONS_WITHIN[size], now);
  const layouts = buckets.map((bucket) => layOut(bucket, RESOLUTIONS, now));
  const parts = joined(
    layouts.flatMap((layout) => layout.parts),
    (part: Part, next: Part) => part.resolution === next.resolution,
  );
  const edges = joined(
    layouts.flatMap((layout) => layout.edges),
    () => true,
  );
  const length = edges.reduce((sum, { from, to }) => sum + to.getTime() - from.getTime(), 0);
  if (length > EVENT_DAYS_MAX * DAY_MS)
    throw limitExceeded(
      'size',
      `must be WEEK or MONTH where this time zone needs single events of more than ${EVENT_DAYS_MAX} days: totals by the hour are kept for ${HOURS_DAYS} days`,
    );
  return { parts, edges };
}

/** Joins spans that adjoin and are alike. */
function joined<Span extends Window>(
  spans: readonly Span[],
  areAlike: (span: Span, next: Span) => boolean,
): Span[] {
  const longer: Span[] = [];
  for (const span of spans) {
    const last = longer.at(-1);
    if (last && last.to.getTime() === span.from.getTime() && areAlike(last, span))
      longer[longer.length - 1] = { ...last, to: span.to };
    else longer.push(span);
  }
  return longer;
}
