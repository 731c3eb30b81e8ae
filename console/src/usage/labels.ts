/** How parts of a window are named. */
import type { Size } from './address.ts';

/** Decimal places that are shown. */
const PLACES_MAX = 2;

/** A part of a window. */
export interface Part {
  from: string;
  to: string;
}

/** The names of the parts of a window. */
export interface PartNames {
  /** Short, below a bar. */
  tick(part: Part): string;
  /** In full. */
  name(part: Part): string;
  /** A window of whole days. */
  days(window: Part): string;
}

/** How parts of a size are named in a time zone. Weeks and months may be cut by their window. */
export function partNames(size: Size, timeZone: string, locale: string): PartNames {
  const day = new Intl.DateTimeFormat(locale, { timeZone, month: 'short', day: 'numeric' });
  const month = new Intl.DateTimeFormat(locale, { timeZone, month: 'short', year: '2-digit' });
  const full = new Intl.DateTimeFormat(locale, {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
  const range = new Intl.DateTimeFormat(locale, {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
  // The last day of a half-open part is that of its last millisecond.
  const days = ({ from, to }: Part): string =>
    range.formatRange(new Date(from), new Date(Date.parse(to) - 1));
  const tick = size === 'MONTH' ? month : day;
  return {
    tick: ({ from }) => tick.format(new Date(from)),
    name: (part) => (size === 'DAY' ? full.format(new Date(part.from)) : days(part)),
    days,
  };
}

/** A decimal of the API with its unit, where the browser knows how to write it, such as "2 minutes". */
export function valueText(value: string, unit: string, locale: string): string {
  const isKnown = Intl.supportedValuesOf('unit').includes(unit);
  const format = new Intl.NumberFormat(locale, {
    maximumFractionDigits: PLACES_MAX,
    ...(isKnown && { style: 'unit', unit, unitDisplay: 'long' }),
  });
  return format.format(value as Intl.StringNumericLiteral);
}

/** How the decimals of a column are written: all with as many places, so that they can be compared. */
export function columnFormat(values: readonly string[], locale: string): (value: string) => string {
  const places = values.map((value) => value.split('.')[1]?.length ?? 0);
  const shown = Math.min(PLACES_MAX, Math.max(0, ...places));
  const format = new Intl.NumberFormat(locale, {
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  });
  return (value) => format.format(value as Intl.StringNumericLiteral);
}
