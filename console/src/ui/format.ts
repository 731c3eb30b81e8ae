/** Dates, numbers and names as people read them. */

/** The first language of the browser; texts are English whatever it is. */
const LOCALE = navigator.language;

const date = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium' });
const dateTime = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const integer = new Intl.NumberFormat(LOCALE);
const decimal = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 1 });

export const formatDate = (instant: string): string => date.format(new Date(instant));
export const formatDateTime = (instant: string): string => dateTime.format(new Date(instant));
export const formatInteger = (value: number): string => integer.format(value);
/** A decimal of the API, which is a text, so that no digit is lost on the way. */
export const formatDecimal = (value: string): string =>
  decimal.format(value as Intl.StringNumericLiteral);
export const formatCompact = (value: number): string => compact.format(value);
/** A share between 0 and 1. */
export const formatShare = (share: number): string => percent.format(share);

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** How long ago or in how long, such as "3 days ago". */
export function formatRelative(instant: string, now = Date.now()): string {
  const seconds = (new Date(instant).getTime() - now) / 1_000;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['minute', 60];
  return relative.format(Math.trunc(seconds / size), unit);
}
