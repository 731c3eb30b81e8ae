/**
 * Logs an outage: once when it begins, then periodically with a count, and once when it is over.
 */
import { reasonOf } from './described-error.ts';
import type { Logger } from './log.ts';

/** The pause between two lines about the same outage. */
const PAUSE_MS = 10_000;

/**
 * Counts failures caused by one dependency, such as the database. However many there are, one line
 * is logged when the outage begins, one per pause with the failures since the last line
 * (`failures`) and since the beginning (`total`), and one when it is over: when something has
 * succeeded and nothing has failed for a whole pause. The `failures` of all lines add up to the
 * last `total`.
 */
export class Outage {
  readonly #log: Logger;
  readonly #what: string;
  readonly #pauseMs: number;
  #timer: NodeJS.Timeout | undefined;
  #beganAt = 0;
  #failedAt = 0;
  #failures = 0;
  #total = 0;
  #failuresEver = 0;
  #reason = '';
  #hasSucceeded = false;

  /** `what` is the name of the dependency in each line, e.g. "the database". */
  constructor(log: Logger, what: string, pauseMs = PAUSE_MS) {
    this.#log = log;
    this.#what = what;
    this.#pauseMs = pauseMs;
  }

  /** Whether there is an outage. */
  get isOngoing(): boolean {
    return this.#timer !== undefined;
  }

  /** The number of failures since the start of the process. */
  get failures(): number {
    return this.#failuresEver;
  }

  /** Records a failure. */
  failed(error: unknown): void {
    this.#failedAt = performance.now();
    this.#failures++;
    this.#total++;
    this.#failuresEver++;
    this.#reason = reasonOf(error);
    this.#hasSucceeded = false;
    if (this.#timer) return;
    this.#beganAt = this.#failedAt;
    this.#tell('error', 'an outage begins');
    this.#timer = setInterval(() => this.#look(), this.#pauseMs).unref();
  }

  /** Records a success. */
  succeeded(): void {
    this.#hasSucceeded = true;
  }

  #look(): void {
    if (this.#hasSucceeded && performance.now() - this.#failedAt >= this.#pauseMs) this.#end();
    else if (this.#failures > 0) this.#tell('error', 'an outage goes on');
  }

  #end(): void {
    this.#tell('info', 'an outage is over');
    this.#total = 0;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tell(level: 'error' | 'info', message: string): void {
    const durationMs = Math.round(this.#failedAt - this.#beganAt);
    this.#log[level](
      {
        outage: this.#what,
        failures: this.#failures,
        total: this.#total,
        durationMs,
        reason: this.#reason,
      },
      message,
    );
    this.#failures = 0;
  }

  /** Logs what was not logged yet, and stops watching. */
  close(): void {
    if (this.#failures > 0) this.#tell('error', 'an outage goes on');
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
