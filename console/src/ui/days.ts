/** Ranges of days, in addresses and as windows of time. */
import { parseDate, today, type CalendarDate } from '@internationalized/date';

/** A range of whole days, both included. */
export interface DayRange {
  start: CalendarDate;
  end: CalendarDate;
}

/** A pause in typing a date after which it is meant. */
export const DAY_PAUSE_MS = 400;

/** Today in a time zone. */
export const todayIn = (timeZone: string): CalendarDate => today(timeZone);

/** The range that two dates in the address name, such as 2026-11-01; undefined if they do not. */
export function parseDays(from: string | null, to: string | null): DayRange | undefined {
  const [start, end] = [parseDay(from), parseDay(to)];
  return start && end ? { start, end } : undefined;
}

function parseDay(text: string | null): CalendarDate | undefined {
  if (text === null) return undefined;
  try {
    return parseDate(text);
  } catch {
    return undefined;
  }
}

/** Half-open, as instants. */
export interface Window {
  from: string;
  to: string;
}

/** The window from the first midnight of a range to the midnight after its last day. */
export function windowOf({ start, end }: DayRange, timeZone: string): Window {
  const instant = (day: CalendarDate): string => day.toDate(timeZone).toISOString();
  return { from: instant(start), to: instant(end.add({ days: 1 })) };
}
