/** Usage windows: which are accepted, and how they are cut into buckets. */
import { badInput, invalidWindow, limitExceeded } from '../errors.ts';

const DAY_MS = 86_400_000;
const WINDOW_DAYS_MAX = 366;
/** Enough for a year of days and a month of hours. */
const BUCKETS_MAX = 1_000;

export type BucketSize = 'HOUR' | 'DAY' | 'WEEK' | 'MONTH';

/** A half-open window of instants. */
export interface Window {
  from: Date;
  to: Date;
}

/** Checks a window: `to` after `from`, at most 366 days of 24 hours. Nothing is clamped. */
export function checkWindow(from: Date, to: Date): Window {
  if (!(to > from)) throw invalidWindow('to', 'must be after "from"');
  if (to.getTime() - from.getTime() > WINDOW_DAYS_MAX * DAY_MS)
    throw invalidWindow('to', `must be at most ${WINDOW_DAYS_MAX} days after "from"`);
  return { from, to };
}

/** Start of the bucket that the instant lies in. Days, weeks (from Monday, ISO 8601) and months are those of UTC. */
function bucketStart(at: Date, size: BucketSize): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (size === 'HOUR') return new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000);
  if (size === 'MONTH') return new Date(Date.UTC(year, month, 1));
  return new Date(Date.UTC(year, month, size === 'DAY' ? day : day - ((at.getUTCDay() + 6) % 7)));
}

function nextBucket(start: Date, size: BucketSize): Date {
  if (size === 'MONTH') return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
  const length = { HOUR: 3_600_000, DAY: DAY_MS, WEEK: 7 * DAY_MS }[size];
  return new Date(start.getTime() + length);
}

/** The buckets of a window in order, empty ones included; the first and the last end where the window does. */
export function bucketsOf({ from, to }: Window, size: BucketSize): Window[] {
  const buckets: Window[] = [];
  for (let start = bucketStart(from, size); start < to;) {
    const end = nextBucket(start, size);
    buckets.push({ from: start < from ? from : start, to: end > to ? to : end });
    if (buckets.length > BUCKETS_MAX) throw limitExceeded('size', `would cut this window into more than ${BUCKETS_MAX} buckets`);
    start = end;
  }
  return buckets;
}

/** Refuses metric keys that are not in the catalog. */
export function checkMetricKeys(keys: readonly string[], known: ReadonlySet<string>, argument: string): void {
  const unknown = keys.find((key) => !known.has(key));
  if (unknown !== undefined) throw badInput(argument, 'must name metrics of the catalog (see Query.usageMetrics)');
}
