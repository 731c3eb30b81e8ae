/** A small line of values without axes: how something went, not how much it was. */
import { INSET, sparklinePath } from './sparkline-path.ts';

export interface SparklineProps {
  /** In order; at least two make a line. */
  values: readonly number[];
  /** What it shows, for those who do not see it. */
  label: string;
  width?: number;
  height?: number;
}

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
