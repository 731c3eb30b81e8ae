/** How often values were within which bounds. */

/** A histogram with fixed bounds. */
export class Histogram {
  /** The upper bounds of all buckets but the last, ascending; a bound belongs to its bucket. */
  readonly bounds: readonly number[];
  /** How many values each bucket has. */
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** Adds a value. */
  record(value: number): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? Infinity)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
    this.count++;
  }
}
