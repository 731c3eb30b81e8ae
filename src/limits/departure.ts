/** Whether the client of a request has disconnected, as far as limits need to know. */

/** What is used of an `AbortSignal`, which every such signal is. */
export interface GoneSignal {
  readonly aborted: boolean;
  addEventListener(event: 'abort', listener: () => void): void;
  removeEventListener(event: 'abort', listener: () => void): void;
}

/** A signal that costs nothing until somebody listens, unlike an `AbortController`. */
export class Departure implements GoneSignal {
  #listeners: Set<() => void> | undefined;
  #hasGone = false;

  get aborted(): boolean {
    return this.#hasGone;
  }

  addEventListener(_event: 'abort', listener: () => void): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  removeEventListener(_event: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener);
  }

  /** The client has disconnected. */
  announce(): void {
    if (this.#hasGone) return;
    this.#hasGone = true;
    for (const listener of this.#listeners ?? []) listener();
  }
}
