/** Bounds how many operations of one credential run at a time. More of them wait at its gate. */
import type { GoneSignal } from './departure.ts';
import { wait, type Refusal } from './place.ts';

/**
 * The maximum number of operations that wait behind others of the same credential; more are refused
 * immediately.
 */
export const WAITING_PER_CREDENTIAL = 40;

/** The gate of one credential. */
export class Gate {
  readonly #max: number;
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  /** Lets `max` operations in at a time. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Whether nothing is inside or waits. */
  get isIdle(): boolean {
    return this.#inside === 0;
  }

  /** Lets an operation in if fewer than the limit are inside. */
  tryPass(): boolean {
    if (this.#inside >= this.#max) return false;
    this.#inside++;
    return true;
  }

  /** Waits until the gate lets an operation in, in order of arrival. */
  async pass(waitMs: number, signal: GoneSignal): Promise<Refusal | undefined> {
    const waiting = this.#waiting;
    if (waiting.length >= WAITING_PER_CREDENTIAL)
      return { refused: 'credential', limit: this.#max };
    return wait(waitMs, signal, this.#max, (start) => {
      waiting.push(start);
      return () => void waiting.splice(waiting.indexOf(start), 1);
    });
  }

  /** An operation leaves. It hands its place over to the next one, so that as many are inside. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#inside--;
  }
}
