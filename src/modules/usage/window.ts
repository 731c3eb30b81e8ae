/** Usage windows: which are accepted, and what they are added up from. */
import { badInput, invalidWindow } from '../../errors.ts';

export const DAY_MS = 86_400_000;
const WINDOW_DAYS_MAX = 366;

export type BucketSize = 'HOUR' | 'DAY' | 'WEEK' | 'MONTH';

/** A half-open time window. */
export interface Window {
  from: Date;
  to: Date;
}

/** Validates a window: `to` after `from`, at most 366 days of 24 hours. Nothing is clamped. */
export function parseWindow(from: Date, to: Date): Window {
  if (!(to > from)) throw invalidWindow('to', 'must be after "from"');
  if (to.getTime() - from.getTime() > WINDOW_DAYS_MAX * DAY_MS)
    throw invalidWindow('to', `must be at most ${WINDOW_DAYS_MAX} days after "from"`);
  return { from, to };
}

/**
 * Returns midnight of a day in UTC. Not `Date.UTC`, which maps years below 100 to the 20th century.
 */
function midnight(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date;
}

/**
 * Returns the start of the bucket that contains a time. Days, weeks (from Monday, ISO 8601) and
 * months are in UTC.
 */
export function bucketStart(at: Date, size: BucketSize): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (size === 'HOUR') return new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000);
  if (size === 'MONTH') return midnight(year, month, 1);
  return midnight(year, month, size === 'DAY' ? day : day - ((at.getUTCDay() + 6) % 7));
}

/** Returns the start of the bucket after one that begins at `start`, in UTC. */
export function nextBucket(start: Date, size: BucketSize): Date {
  if (size === 'MONTH') return midnight(start.getUTCFullYear(), start.getUTCMonth() + 1, 1);
  const length = { HOUR: 3_600_000, DAY: DAY_MS, WEEK: 7 * DAY_MS }[size];
  return new Date(start.getTime() + length);
}

/** The time spans that totals are kept for, longest first. */
export const RESOLUTIONS = ['MONTH', 'DAY', 'HOUR'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/**
 * Hourly totals are kept some days longer than reads ask for (`usage_hours_from()`), to allow for
 * clock differences.
 */
export const HOURS_DAYS = 42;

/** A part of a window that consists of whole totals of one resolution. */
export interface Part extends Window {
  resolution: Resolution;
}

/**
 * The sources that a window is added up from. The parts and the edges together cover the window
 * without overlap.
 */
export interface Layout {
  /** In order. */
  parts: readonly Part[];
  /** The spans that are too short for totals, or too old for hourly ones: single events. */
  edges: readonly Window[];
}

/** A layout by columns, as its statements take it. */
export interface LayoutColumns {
  hasParts: boolean;
  resolutions: readonly Resolution[];
  partsFrom: readonly Date[];
  partsTo: readonly Date[];
  /** The start of the first part and the end of the last. */
  totalsFrom: Date | null;
  totalsTo: Date | null;
  /** The starts and ends of all parts in order; null if there is no gap between them. */
  covered: readonly Date[] | null;
  hasEdges: boolean;
  edgesFrom: readonly Date[];
  edgesTo: readonly Date[];
}

/** The columns of a layout. */
export function columnsOf({ parts, edges }: Layout): LayoutColumns {
  const hasGaps = parts.some(({ to }, index) => to < (parts[index + 1]?.from ?? to));
  return {
    hasParts: parts.length > 0,
    resolutions: parts.map(({ resolution }) => resolution),
    partsFrom: parts.map(({ from }) => from),
    partsTo: parts.map(({ to }) => to),
    totalsFrom: parts[0]?.from ?? null,
    totalsTo: parts.at(-1)?.to ?? null,
    covered: hasGaps ? parts.flatMap(({ from, to }) => [from, to]) : null,
    hasEdges: edges.length > 0,
    edgesFrom: edges.map(({ from }) => from),
    edgesTo: edges.map(({ to }) => to),
  };
}

/**
 * Divides a window into totals of the given resolutions, using the longest that fit, and edges of single
 * events.
 */
export function layOut(window: Window, resolutions: readonly Resolution[], now: Date): Layout {
  const hoursFrom = new Date(Math.floor(now.getTime() / DAY_MS - HOURS_DAYS) * DAY_MS);
  const parts: Part[] = [];
  const edges: Window[] = [];
  const fill = ({ from, to }: Window, [resolution, ...shorter]: readonly Resolution[]): void => {
    if (from >= to) return;
    if (!resolution) return void edges.push({ from, to });
    const earliest = resolution === 'HOUR' && from < hoursFrom ? hoursFrom : from;
    const start = bucketStart(earliest, resolution);
    const first = start < earliest ? nextBucket(start, resolution) : start;
    const end = bucketStart(to, resolution);
    if (first >= end) return fill({ from, to }, shorter);
    fill({ from, to: first }, shorter);
    parts.push({ resolution, from: first, to: end });
    fill({ from: end, to }, shorter);
  };
  fill(window, resolutions);
  return { parts, edges };
}

/** Refuses metric keys that are not in the catalog. */
export function requireMetricKeys(
  keys: readonly string[],
  catalog: ReadonlySet<string>,
  argument: string,
): void {
  const unknown = keys.find((key) => !catalog.has(key));
  if (unknown !== undefined)
    throw badInput(argument, 'must name metrics of the catalog (see Query.usageMetrics)');
}
