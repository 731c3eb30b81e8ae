import type { Place } from './place.ts';

/** Counts active requests by key. */
export class Tally {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** Counts one request under both keys, which may be the same, until it leaves. */
  add(one: string, other: string): Place {
    const change = (by: 1 | -1): void => {
      this.#change(one, by);
      if (other !== one) this.#change(other, by);
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

  #change(key: string, by: 1 | -1): void {
    const count = this.of(key) + by;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}
