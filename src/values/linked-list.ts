/**
 * A list that entries are added to at its end and taken out of anywhere, each in constant time.
 *
 * For what is under way, use it instead of a `Set` or `Map` that lives as long as the process. V8
 * keeps the table that a `Set` has outgrown as long as anything, even garbage of the old generation,
 * refers to it, and each table refers to the next: after one collection of all garbage, whatever
 * passes through such a set is kept until the following one. (A `WeakMap` does that to its values.)
 * An entry that was taken out refers to no other.
 */

/** An entry of a list. */
export interface Entry<Value> {
  readonly value: Value;
}

interface Linked<Value> extends Entry<Value> {
  previous: Linked<Value> | undefined;
  next: Linked<Value> | undefined;
  isListed: boolean;
}

/** Values in the order in which they were added. */
export class LinkedList<Value> {
  #first: Linked<Value> | undefined;
  #last: Linked<Value> | undefined;
  #size = 0;

  /** The number of entries. */
  get size(): number {
    return this.#size;
  }

  /** The entry that was added first; undefined if there is none. */
  get first(): Entry<Value> | undefined {
    return this.#first;
  }

  /** Adds a value at the end. */
  add(value: Value): Entry<Value> {
    const entry: Linked<Value> = { value, previous: this.#last, next: undefined, isListed: true };
    if (this.#last) this.#last.next = entry;
    else this.#first = entry;
    this.#last = entry;
    this.#size++;
    return entry;
  }

  /** Takes an entry of this list out; does nothing if it was taken out before. */
  delete(entry: Entry<Value>): void {
    const linked = entry as Linked<Value>;
    if (!linked.isListed) return;
    const { previous, next } = linked;
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    linked.previous = undefined;
    linked.next = undefined;
    linked.isListed = false;
    this.#size--;
  }

  /** The values; entries may be taken out meanwhile, but only those that were returned already. */
  *[Symbol.iterator](): Generator<Value> {
    for (let entry = this.#first; entry;) {
      const { next } = entry;
      yield entry.value;
      entry = next;
    }
  }
}
