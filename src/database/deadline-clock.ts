/** Tells when the time of requests is up. One timer serves all that have the same time. */

/** The deadlines of one length. */
export class DeadlineClock {
  readonly #milliseconds: number;
  /** What to call, and when, in the order of their times. */
  readonly #ends = new Map<() => void, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** Calls `end` once the time is up, counted from now on. Replaces an earlier call. */
  start(end: () => void): void {
    this.#ends.delete(end);
    this.#ends.set(end, performance.now() + this.#milliseconds);
    if (this.#timer === undefined) this.#timer = this.#lookIn(this.#milliseconds);
  }

  /** Does not call `end` any more. */
  stop(end: () => void): void {
    this.#ends.delete(end);
  }

  #lookIn(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#look(), Math.ceil(milliseconds)).unref();
  }

  #look(): void {
    this.#timer = undefined;
    for (const [end, at] of this.#ends) {
      const rest = at - performance.now();
      if (rest > 0) {
        if (this.#timer === undefined) this.#timer = this.#lookIn(rest);
        return;
      }
      this.#ends.delete(end);
      end();
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
