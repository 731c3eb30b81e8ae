/** Time zones of usage: where the days, weeks and months of a zone begin, and the same window before. */
import { badInput } from '../../errors.ts';
import type { BucketSize, Window } from './window.ts';

/** The form of names in the IANA time zone database. Offsets such as +05:30 do not have it. */
const NAME = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;

function inZone(at: Date, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
}

function instantOf({ epochMilliseconds }: Temporal.ZonedDateTime): Date {
  return new Date(epochMilliseconds);
}

/** Validates a time zone and returns its name; null for UTC, which is also the zone if none is given. */
export function requireTimeZone(name: string | null | undefined): string | null {
  if (name == null) return null;
  const { timeZoneId } = known(name);
  return timeZoneId === 'UTC' ? null : timeZoneId;
}

function known(name: string): Temporal.ZonedDateTime {
  try {
    if (NAME.test(name)) return inZone(new Date(0), name);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw badInput(
    'timeZone',
    'must be the name of a zone in the IANA time zone database, such as Europe/Berlin',
  );
}

/**
 * Generates the starts of the hours, days, weeks (from Monday) or months of a zone, beginning with
 * the one that contains a time. Where a clock was set back over midnight, one may be later than the
 * next; where a zone skipped a day, the day has the start of the one after it.
 */
export function* startsInZone(at: Date, size: BucketSize, timeZone: string): Generator<Date> {
  if (size === 'HOUR') return yield* hoursInZone(at, timeZone);
  const today = inZone(at, timeZone).toPlainDate();
  const step = { DAY: { days: 1 }, WEEK: { weeks: 1 }, MONTH: { months: 1 } }[size];
  const back = { DAY: 0, WEEK: today.dayOfWeek - 1, MONTH: today.day - 1 }[size];
  for (let date = today.subtract({ days: back }); ; date = date.add(step))
    yield instantOf(date.toZonedDateTime(timeZone));
}

/** The starts of hours of the local clock. Where it is set by half an hour, one hour is longer. */
function* hoursInZone(at: Date, timeZone: string): Generator<Date> {
  for (let time = inZone(at, timeZone); ; time = time.add({ hours: 1 }))
    yield instantOf(time.round({ smallestUnit: 'hour', roundingMode: 'floor' }));
}

/**
 * Returns the window of the same length that ends where a window begins: as many days of the zone's
 * calendar, and as many hours. Null if it would begin before year 1.
 */
export function windowBefore({ from, to }: Window, timeZone: string | null): Window | null {
  const start = inZone(from, timeZone ?? 'UTC');
  const length = start.until(inZone(to, timeZone ?? 'UTC'), { largestUnit: 'days' });
  const before = start.subtract(length);
  return before.withTimeZone('UTC').year < 1 ? null : { from: instantOf(before), to: from };
}
