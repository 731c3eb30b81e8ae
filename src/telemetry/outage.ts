/** Something that fails again and again is told once when it begins, then with a count now and then, and once when it is over. */
import { reasonOf } from './described-error.ts';
import type { Logger } from './log.ts';

/** Pause between two lines about the same outage. */
const PAUSE_MS = 10_000;

/**
 * Counts what fails for want of one thing, such as the database. However many fail, there is one line when it begins,
 * one per pause with the failures since the last line (`failures`) and since it began (`total`), and one when it is
 * over: when something has succeeded and nothing has failed for a whole pause. The `failures` of all lines add up to
 * the last `total`.
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
  #reason = '';
  #hasSucceeded = false;

  /** `what` names in each line what is out, e.g. "the database". */
  constructor(log: Logger, what: string, pauseMs = PAUSE_MS) {
    this.#log = log;
    this.#what = what;
    this.#pauseMs = pauseMs;
  }

  /** Something failed for it. */
  failed(error: unknown): void {
    this.#failedAt = performance.now();
    this.#failures++;
    this.#total++;
    this.#reason = reasonOf(error);
    this.#hasSucceeded = false;
    if (this.#timer) return;
    this.#beganAt = this.#failedAt;
    this.#tell('error', 'an outage begins');
    this.#timer = setInterval(() => this.#look(), this.#pauseMs).unref();
  }

  /** Something succeeded with it. */
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
    this.#log[level]({ outage: this.#what, failures: this.#failures, total: this.#total, durationMs, reason: this.#reason }, message);
    this.#failures = 0;
  }

  /** Tells what was not told yet; nothing is watched any more. */
  close(): void {
    if (this.#failures > 0) this.#tell('error', 'an outage goes on');
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
