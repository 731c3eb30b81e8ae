/** The database's time. It decides on usage windows, on expiry and on what lies in the future. */
import { sql } from 'kysely';
import type { Logger } from '../telemetry/log.ts';
import type { Database } from './connect.ts';
import { one } from './rows.ts';

/**
 * The clock difference above which a warning is logged. A busy process may read an answer some
 * seconds late.
 */
export const SKEW_TOLD_MS = 5_000;

/** The pause between two log lines about it. */
const PAUSE_MS = 600_000;

/** A gateway's view of the database's time. */
export class DatabaseClock {
  readonly #log: Logger;
  #told: number | undefined;
  #toldAt = 0;
  #loggedAt = -Infinity;
  #skewMs = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Records the `now()` that a statement has just returned. */
  note(now: Date): void {
    this.#told = now.getTime();
    this.#toldAt = performance.now();
    this.#skewMs = Date.now() - this.#told;
    if (!this.isSkewed || this.#toldAt - this.#loggedAt < PAUSE_MS) return;
    this.#loggedAt = this.#toldAt;
    const skewSeconds = Math.round(this.#skewMs / 1_000);
    this.#log.warn(
      { skewSeconds },
      "the clock of this process differs from the database's, which is the one used",
    );
  }

  /**
   * The current time, based on the last time received from the database. Before the first one, it
   * is the time of this process.
   */
  now(): Date {
    return this.#told === undefined
      ? new Date()
      : new Date(this.#told + (performance.now() - this.#toldAt));
  }

  /**
   * Milliseconds by which the clock of this process was ahead when the database last sent its time;
   * negative if it was behind.
   */
  get skewMs(): number {
    return this.#skewMs;
  }

  /** Whether the two clocks differ by more than a few seconds. */
  get isSkewed(): boolean {
    return Math.abs(this.#skewMs) > SKEW_TOLD_MS;
  }
}

/** Queries the database's time. */
export async function databaseNow(db: Database): Promise<Date> {
  return (await one(db, sql<{ now: Date }>`select now() as now`)).now;
}
