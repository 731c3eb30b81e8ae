/** Values by a few labels, kept in a bounded number. */

/** The labels of a value: from lists of our own, never from callers. */
export type Labels = Readonly<Record<string, string | number | boolean>>;

/** What counts beyond the maximum has this label, as the specification of OpenTelemetry says. */
const OVERFLOW: Labels = { 'otel.metric.overflow': true };
const OVERFLOW_KEY = 'overflow';

/** One value, as it is exported. */
export interface Point<Value = number> {
  labels: Labels;
  value: Value;
}

/** A number that only grows. */
export interface Count {
  total: number;
}

/**
 * Values by their labels. Looking one up takes a fraction of what recording through the library
 * does, which brings the labels of each measurement into one text (docs/decisions/0034-telemetry.md).
 */
export class Table<Value> {
  readonly #points = new Map<string, Point<Value>>();
  readonly #create: () => Value;
  readonly #max: number;

  /** Keeps at most `max` values; what has other labels then shares one. */
  constructor(create: () => Value, max = 1_000) {
    this.#create = create;
    this.#max = max;
  }

  /** Returns the value under a key, made on first use; the same key always has the same labels. */
  of(key: string, labels: () => Labels): Value {
    const point = this.#points.get(key);
    if (point) return point.value;
    return this.#points.size < this.#max
      ? this.#add(key, labels())
      : (this.#points.get(OVERFLOW_KEY)?.value ?? this.#add(OVERFLOW_KEY, OVERFLOW));
  }

  #add(key: string, labels: Labels): Value {
    const value = this.#create();
    this.#points.set(key, { labels, value });
    return value;
  }

  /** All values. */
  points(): Point<Value>[] {
    return [...this.#points.values()];
  }
}

/** A table of counts. */
export class CountTable extends Table<Count> {
  constructor(max?: number) {
    super(() => ({ total: 0 }), max);
  }

  /** Adds to a count. */
  add(key: string, labels: () => Labels, amount = 1): void {
    this.of(key, labels).total += amount;
  }

  /** All counts, as plain numbers. */
  totals(): Point[] {
    return this.points().map(({ labels, value }) => ({ labels, value: value.total }));
  }
}
