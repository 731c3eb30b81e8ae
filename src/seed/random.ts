/** Numbers that only look random: the same seed gives the same data on every machine. */

/** A repeatable source of numbers (mulberry32, a public-domain generator by Tommy Ettinger). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** One of the items; throws for an empty list. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** The items in another order. */
  shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, place: this.next() }))
      .toSorted((a, b) => a.place - b.place)
      .map(({ item }) => item);
  }

  /**
   * A version 7 UUID of the given instant: the first 48 bits are its milliseconds (RFC 9562,
   * section 5.7).
   */
  uuid(at: Date): string {
    const word = (): string =>
      Math.floor(this.next() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, '0');
    const time = at.getTime().toString(16).padStart(12, '0');
    const bits = word() + word() + word();
    const variant = (8 + this.below(4)).toString(16);
    const [low, middle, high] = [bits.slice(0, 3), bits.slice(3, 6), bits.slice(6, 18)];
    return `${time.slice(0, 8)}-${time.slice(8)}-7${low}-${variant}${middle}-${high}`;
  }
}
