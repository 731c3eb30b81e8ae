/** The geometry of a sparkline. */

/** Room for the stroke at the edges. */
export const INSET = 1.5;

/** The line through the values, from zero or below up to the highest; empty for fewer than two. */
export function sparklinePath(values: readonly number[], width: number, height: number): string {
  if (values.length < 2) return '';
  const low = Math.min(0, ...values);
  const span = Math.max(0, ...values) - low || 1;
  const step = (width - 2 * INSET) / (values.length - 1);
  const tall = height - 2 * INSET;
  return values
    .map((value, index) => {
      const x = INSET + index * step;
      const y = INSET + tall * (1 - (value - low) / span);
      return `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`;
    })
    .join('');
}

const round = (value: number): number => Math.round(value * 100) / 100;
