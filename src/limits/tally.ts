import type { Place } from './place.ts';

/** Counts active requests by key. */
export class Tally {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** Counts one request under each key until it leaves. */
  add(keys: ReadonlySet<string>): Place {
    const change = (by: 1 | -1): void => {
      for (const key of keys) {
        const count = this.of(key) + by;
        if (count === 0) this.#counts.delete(key);
        else this.#counts.set(key, count);
      }
    };
    change(1);
    let left = false;
    return {
      leave() {
        if (!left) change(-1);
        left = true;
      },
    };
  }
}
