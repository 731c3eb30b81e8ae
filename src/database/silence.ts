/** Notices that a server does not answer any more, or says that it cannot. */
import { sqlState } from '../errors.ts';

/**
 * After this long without an answer, the server is asked whether it still works on the statement.
 */
const SILENCE_MS = 1_000;

/** A connection that an answer is awaited on. */
export interface Awaited {
  /** Whether the answer may still come. */
  mayStillCome(): Promise<boolean>;
  /** Called when the answer will never come. */
  giveUp(): void;
}

/**
 * Watches a connection from statement to statement. One timer serves them all: to start and stop one
 * for each takes longer than to look at the clock when it goes off.
 */
export class SilenceWatch {
  readonly #bytesRead: () => number;
  #awaited: Awaited | undefined;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `bytesRead` tells the number of bytes that the connection has received. */
  constructor(bytesRead: () => number) {
    this.#bytesRead = bytesRead;
  }

  /** Watches until the answer has come. */
  begin(awaited: Awaited, now: number): void {
    this.#awaited = awaited;
    this.#since = now;
    if (this.#timer === undefined) this.#lookIn(SILENCE_MS);
  }

  /** The answer has come. A statement that waits behind it is watched on. */
  end(awaited: Awaited): void {
    if (this.#awaited === awaited) this.#awaited = undefined;
  }

  #lookIn(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const awaited = this.#awaited;
      if (awaited === undefined) return;
      const rest = this.#since + SILENCE_MS - performance.now();
      if (rest > 0) this.#lookIn(rest);
      else void this.#ask(awaited);
    }, Math.ceil(milliseconds)).unref();
  }

  async #ask(awaited: Awaited): Promise<void> {
    const before = this.#bytesRead();
    const mayStillCome = await awaited.mayStillCome();
    if (this.#awaited !== awaited) return;
    this.#since = performance.now();
    if (!mayStillCome && this.#bytesRead() === before) awaited.giveUp();
    else if (this.#timer === undefined) this.#lookIn(SILENCE_MS);
  }
}

/**
 * Whether the server reports that it is shutting down, starting or read-only, so that another may
 * have taken its place.
 */
export function isServerGone(error: unknown): boolean {
  return /^(57P|08|25006)/.test(sqlState(error) ?? '');
}
