/** The course of a quantity in the height of a line of text. */
const WIDTH = 88;
const HEIGHT = 20;

export interface SparklineProps {
  values: readonly number[];
  /** What it says in words. */
  label: string;
}

export function Sparkline({ values, label }: SparklineProps) {
  const most = Math.max(...values, 0);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map((value, at) => {
    const y = HEIGHT - 2 - (most === 0 ? 0 : (value / most) * (HEIGHT - 4));
    return `${(at * step).toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg
      className="sparkline"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={label}
    >
      <polyline points={points.join(' ')} fill="none" />
    </svg>
  );
}
