/** How a value compares with the one before. */
export type Change =
  /** Nothing then and nothing now. */
  | { kind: 'none' }
  /** Nothing then. */
  | { kind: 'new' }
  /** The difference as a share of the value before. */
  | { kind: 'ratio'; ratio: number };

/** Compares two decimals of the API. The ratio is for reading, so that a double is exact enough. */
export function changeOf(now: string, before: string): Change {
  const [current, past] = [Number(now), Number(before)];
  if (past === 0) return current === 0 ? { kind: 'none' } : { kind: 'new' };
  return { kind: 'ratio', ratio: (current - past) / Math.abs(past) };
}

/**
 * A share between 0 and 1 as a percentage. What is small but not nothing, or large but not all, never
 * reads as if it were.
 */
export function shareText(share: number, locale: string): string {
  const format = (value: number): string =>
    new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(value);
  if (share > 0 && share < 0.0005) return `< ${format(0.001)}`;
  if (share < 1 && share >= 0.9995) return `> ${format(0.999)}`;
  return format(share);
}
