/** What the address of a usage view says: everything that somebody would share. */
import type { CalendarDate } from '@internationalized/date';
import { parseDays, type DayRange } from '../ui/days.ts';
import { countDays, daysOf, PRESETS, problemOf, type Preset } from './range.ts';

export const SIZES = ['DAY', 'WEEK', 'MONTH'] as const;
export type Size = (typeof SIZES)[number];

export const UTC = 'UTC';
const STANDARD_PRESET: Preset = '30d';
/** The metric that every catalog begins with. */
export const STANDARD_METRIC = 'voice_minutes';
/** Longer ranges are shown by weeks unless something else was chosen. */
const DAILY_MAX = 92;

/** What a usage view shows. */
export interface UsageAddress {
  /** The name of the range; undefined if its days were chosen. */
  preset: Preset | undefined;
  days: DayRange;
  scope: 'ALL' | 'SINGLE';
  size: Size;
  metric: string;
  timeZone: string;
  /** Whether numbers stand in place of the chart. */
  isTable: boolean;
}

/** What may be changed; null puts back what is standard. */
export interface UsageChange {
  preset?: Preset | null;
  days?: DayRange;
  scope?: UsageAddress['scope'];
  size?: Size;
  metric?: string;
  timeZone?: string;
  isTable?: boolean;
}

/**
 * Reads a query string. What it does not say, or says wrongly, is as usual: an address that somebody
 * has cut off still shows something.
 */
export function parseAddress(
  parameters: URLSearchParams,
  todayIn: (timeZone: string) => CalendarDate,
): UsageAddress {
  const zone = parameters.get('zone');
  const timeZone = zone !== null && isTimeZone(zone) ? zone : UTC;
  const now = todayIn(timeZone);
  const chosen = parseDays(parameters.get('from'), parameters.get('to'));
  const hasChosen = chosen !== undefined && problemOf(chosen, now, timeZone) === undefined;
  const named = PRESETS.find((preset) => preset === parameters.get('range')) ?? STANDARD_PRESET;
  const days = hasChosen ? chosen : daysOf(named, now);
  return {
    preset: hasChosen ? undefined : named,
    days,
    scope: parameters.get('scope') === 'single' ? 'SINGLE' : 'ALL',
    size:
      SIZES.find((size) => size.toLowerCase() === parameters.get('size')) ??
      (countDays(days) > DAILY_MAX ? 'WEEK' : 'DAY'),
    metric: parameters.get('metric') ?? STANDARD_METRIC,
    timeZone,
    isTable: parameters.get('view') === 'table',
  };
}

/** The query string after a change. What is standard is left out. */
export function changeAddress(before: URLSearchParams, change: UsageChange): URLSearchParams {
  const parameters = new URLSearchParams(before);
  const set = (name: string, value: string | undefined, standard?: string): void => {
    if (value === undefined || value === standard) parameters.delete(name);
    else parameters.set(name, value);
  };
  if (change.preset !== undefined || change.days !== undefined) {
    set('range', change.preset ?? undefined, STANDARD_PRESET);
    set('from', change.days?.start.toString());
    set('to', change.days?.end.toString());
    // What suits another length was not chosen for this one.
    if (change.size === undefined) parameters.delete('size');
  }
  if (change.scope !== undefined) set('scope', change.scope.toLowerCase(), 'all');
  if (change.size !== undefined) set('size', change.size.toLowerCase());
  if (change.metric !== undefined) set('metric', change.metric, STANDARD_METRIC);
  if (change.timeZone !== undefined) set('zone', change.timeZone, UTC);
  if (change.isTable !== undefined) set('view', change.isTable ? 'table' : undefined);
  return parameters;
}

function isTimeZone(name: string): boolean {
  try {
    const { timeZone } = Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // The API takes names, not offsets.
    return /^[A-Za-z]/.test(timeZone);
  } catch {
    return false;
  }
}
