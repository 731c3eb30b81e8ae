/** Usage windows: which are accepted, how they are cut into buckets, and what they are added up from. */
import { badInput, invalidWindow, limitExceeded } from '../../errors.ts';

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

/** Midnight of a day in UTC. Not `Date.UTC`, which takes the years below 100 for those of the 20th century. */
function midnight(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date;
}

/** Start of the bucket that the instant lies in. Days, weeks (from Monday, ISO 8601) and months are those of UTC. */
function bucketStart(at: Date, size: BucketSize): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (size === 'HOUR') return new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000);
  if (size === 'MONTH') return midnight(year, month, 1);
  return midnight(year, month, size === 'DAY' ? day : day - ((at.getUTCDay() + 6) % 7));
}

function nextBucket(start: Date, size: BucketSize): Date {
  if (size === 'MONTH') return midnight(start.getUTCFullYear(), start.getUTCMonth() + 1, 1);
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

/** The shortest that a bucket can be, except at the ends of a window. */
const LENGTHS_MS: Record<BucketSize, number> = { HOUR: DAY_MS / 24, DAY: DAY_MS, WEEK: 7 * DAY_MS, MONTH: 28 * DAY_MS };

/** Most buckets that a window can be cut into, from arguments that may not have been checked. */
export function bucketCount(from: unknown, to: unknown, size: unknown = 'DAY'): number {
  const length = Object.entries(LENGTHS_MS).find(([name]) => name === size)?.[1];
  const buckets = Math.ceil((instantOf(to) - instantOf(from)) / (length ?? NaN)) + 1;
  // A window that has no sense is refused; so is one of more parts.
  return buckets >= 1 && buckets <= BUCKETS_MAX ? buckets : BUCKETS_MAX;
}

function instantOf(value: unknown): number {
  return typeof value === 'string' || typeof value === 'number' || value instanceof Date ? new Date(value).getTime() : NaN;
}

/** What totals are kept of, longest first. */
export const GRAINS = ['MONTH', 'DAY', 'HOUR'] as const;
export type Grain = (typeof GRAINS)[number];

/** Totals of hours are kept for some days more than reads ask for (`usage_hours_from()`), so that clocks may differ. */
const HOURS_DAYS = 42;

/** A part of a window that whole totals of a grain fill. */
export interface Part extends Window {
  grain: Grain;
}

/** What a window is added up from. Together the parts and the edges are the window, and none overlaps another. */
export interface Layout {
  /** In order, and without a gap between them. */
  parts: readonly Part[];
  /** What is too short for totals, or too old for those of hours: single events. */
  edges: readonly Window[];
}

/** Lays a window out in totals of the given grains, the longest that fit, and edges of events. */
export function layOut(window: Window, grains: readonly Grain[], now: Date): Layout {
  const hoursFrom = new Date(Math.floor(now.getTime() / DAY_MS - HOURS_DAYS) * DAY_MS);
  const parts: Part[] = [];
  const edges: Window[] = [];
  const fill = ({ from, to }: Window, [grain, ...shorter]: readonly Grain[]): void => {
    if (from >= to) return;
    if (!grain) return void edges.push({ from, to });
    const earliest = grain === 'HOUR' && from < hoursFrom ? hoursFrom : from;
    const start = bucketStart(earliest, grain);
    const first = start < earliest ? nextBucket(start, grain) : start;
    const end = bucketStart(to, grain);
    if (first >= end) return fill({ from, to }, shorter);
    fill({ from, to: first }, shorter);
    parts.push({ grain, from: first, to: end });
    fill({ from: end, to }, shorter);
  };
  fill(window, grains);
  return { parts, edges };
}

/** Refuses metric keys that are not in the catalog. */
export function checkMetricKeys(keys: readonly string[], known: ReadonlySet<string>, argument: string): void {
  const unknown = keys.find((key) => !known.has(key));
  if (unknown !== undefined) throw badInput(argument, 'must name metrics of the catalog (see Query.usageMetrics)');
}
