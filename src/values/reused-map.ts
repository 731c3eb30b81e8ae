/** Objects by key, made when they are first needed and kept while they are in use. */

/** Idle objects are dropped when there are this many, and more than were in use at the last look. */
const IDLE_MAX = 1_000;

/**
 * Of those who ask, most ask again at once. To make an object for each request and to drop it
 * afterwards would cost more than what the object is for, and the tables that such a `Map` outgrows
 * keep V8 busy (`linked-list.ts`). So idle objects are dropped together, once they are many: adding
 * a key takes constant time on average, and nobody can make the map grow by using many keys.
 */
export class ReusedMap<Value> {
  readonly #values = new Map<string, Value>();
  readonly #make: () => Value;
  readonly #isIdle: (value: Value) => boolean;
  #sizeMax = IDLE_MAX;

  /** `isIdle` tells whether an object is as `make` makes it, so that nobody misses it. */
  constructor(make: () => Value, isIdle: (value: Value) => boolean) {
    this.#make = make;
    this.#isIdle = isIdle;
  }

  /** The number of objects, used and idle. */
  get size(): number {
    return this.#values.size;
  }

  /** The number of objects in use. It takes time for each object. */
  get used(): number {
    return this.#values.values().reduce((used, value) => used + (this.#isIdle(value) ? 0 : 1), 0);
  }

  /** Returns the object of a key. It stays that while it is in use; one that is idle may be dropped. */
  get(key: string): Value {
    return this.#values.get(key) ?? this.#add(key);
  }

  /** Returns the object of a key; undefined if there is none, not even an idle one. */
  find(key: string): Value | undefined {
    return this.#values.get(key);
  }

  #add(key: string): Value {
    if (this.#values.size >= this.#sizeMax) this.#dropIdle();
    const value = this.#make();
    this.#values.set(key, value);
    return value;
  }

  #dropIdle(): void {
    for (const [key, value] of this.#values) if (this.#isIdle(value)) this.#values.delete(key);
    this.#sizeMax = 2 * this.#values.size + IDLE_MAX;
  }
}
