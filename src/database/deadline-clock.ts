/** Tells when the time of requests is up. One timer serves all that have the same time. */
import { LinkedList, type Entry } from '../values/linked-list.ts';

/** What to call, and when, in milliseconds of `performance.now()`. */
interface End {
  call: () => void;
  at: number;
}

/** A time that runs. */
export type Running = Entry<End>;

/** The deadlines of one length. */
export class DeadlineClock {
  readonly #milliseconds: number;
  /** In the order of their times. */
  readonly #ends = new LinkedList<End>();
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** Calls `call` once the time is up, counted from now on. */
  start(call: () => void): Running {
    if (this.#timer === undefined) this.#timer = this.#lookIn(this.#milliseconds);
    return this.#ends.add({ call, at: performance.now() + this.#milliseconds });
  }

  /** Lets a time run no longer. */
  stop(running: Running): void {
    this.#ends.delete(running);
  }

  #lookIn(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#look(), Math.ceil(milliseconds)).unref();
  }

  #look(): void {
    this.#timer = undefined;
    for (let next = this.#ends.first; next; next = this.#ends.first) {
      const rest = next.value.at - performance.now();
      if (rest > 0) {
        if (this.#timer === undefined) this.#timer = this.#lookIn(rest);
        return;
      }
      this.#ends.delete(next);
      next.value.call();
    }
  }
}

const clocks = new Map<number, DeadlineClock>();

/** The clock for deadlines of this length; few lengths are ever used. */
export function clockFor(milliseconds: number): DeadlineClock {
  let clock = clocks.get(milliseconds);
  if (!clock) clocks.set(milliseconds, (clock = new DeadlineClock(milliseconds)));
  return clock;
}
