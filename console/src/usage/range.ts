/** Ranges of days that usage is asked for: those that have a name, and which can be asked for. */
import { endOfMonth, startOfMonth, type CalendarDate } from '@internationalized/date';
import { windowOf, type DayRange } from '../ui/days.ts';

/** The ranges that have a name. They move on with the calendar. */
export const PRESETS = ['7d', '30d', '90d', 'this-month', 'last-month'] as const;
export type Preset = (typeof PRESETS)[number];

/** The longest window that the API answers, in days of 24 hours. */
export const DAYS_MAX = 366;
const DAY_MS = 86_400_000;

/** The days of a named range. Ranges that end now include today. */
export function daysOf(preset: Preset, now: CalendarDate): DayRange {
  if (preset === 'this-month') return { start: startOfMonth(now), end: now };
  if (preset === 'last-month') {
    const before = now.subtract({ months: 1 });
    return { start: startOfMonth(before), end: endOfMonth(before) };
  }
  return { start: now.subtract({ days: Number.parseInt(preset, 10) - 1 }), end: now };
}

/** The number of days in a range. */
export const countDays = ({ start, end }: DayRange): number => end.compare(start) + 1;

/** Why a range cannot be asked for. */
export type RangeProblem = 'order' | 'future' | 'length';

/** What is wrong with a range, if anything. */
export function problemOf(
  range: DayRange,
  now: CalendarDate,
  timeZone: string,
): RangeProblem | undefined {
  if (range.end.compare(range.start) < 0) return 'order';
  if (range.start.compare(now) > 0) return 'future';
  if (countDays(range) > DAYS_MAX + 1) return 'length';
  // Where clocks were set back, 366 days may have an hour too many.
  const { from, to } = windowOf(range, timeZone);
  return Date.parse(to) - Date.parse(from) > DAYS_MAX * DAY_MS ? 'length' : undefined;
}
