/** A small line of values without axes: how something went, not how much it was. */

export interface SparklineProps {
  /** In order; at least two make a line. */
  values: readonly number[];
  /** What it shows, for those who do not see it. */
  label: string;
  width?: number;
  height?: number;
}

/** Room for the stroke at the edges. */
const INSET = 1.5;

export function Sparkline({ values, label, width = 96, height = 24 }: SparklineProps) {
  const line = sparklinePath(values, width, height);
  return (
    <svg
      className="sparkline"
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
    >
      <title>{label}</title>
      {line !== '' && (
        <>
          <path
            d={`${line}L${width - INSET} ${height}L${INSET} ${height}Z`}
            fill="var(--accent)"
            opacity={0.12}
          />
          <path d={line} fill="none" stroke="var(--accent)" strokeWidth={1.5} />
        </>
      )}
    </svg>
  );
}

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
