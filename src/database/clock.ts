/** The time as the database tells it, which decides: of windows of usage, of what has expired, of what is in the future. */
import { sql } from 'kysely';
import type { Logger } from '../telemetry/log.ts';
import type { Database } from './connect.ts';
import { one } from './rows.ts';

/** A difference from the clock of this process that is told; a busy process reads an answer some seconds late. */
export const SKEW_TOLD_MS = 5_000;

/** Pause between two lines of the log about it. */
const PAUSE_MS = 600_000;

/** What a gateway knows of the database's time. */
export class DatabaseClock {
  readonly #log: Logger;
  #told: number | undefined;
  #toldAt = 0;
  #loggedAt = -Infinity;
  #skewMs = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Takes what a statement has just told with `now()`. */
  note(now: Date): void {
    this.#told = now.getTime();
    this.#toldAt = performance.now();
    this.#skewMs = Date.now() - this.#told;
    if (!this.isSkewed || this.#toldAt - this.#loggedAt < PAUSE_MS) return;
    this.#loggedAt = this.#toldAt;
    const skewSeconds = Math.round(this.#skewMs / 1_000);
    this.#log.warn({ skewSeconds }, 'the clock of this process differs from that of the database, which is the one that counts');
  }

  /** The time now, by what the database told last; until it has told anything, by the clock of this process. */
  now(): Date {
    return this.#told === undefined ? new Date() : new Date(this.#told + (performance.now() - this.#toldAt));
  }

  /** Milliseconds by which the clock of this process was ahead when the database told its time last; negative when behind. */
  get skewMs(): number {
    return this.#skewMs;
  }

  /** Whether the two differ by more than a few seconds. */
  get isSkewed(): boolean {
    return Math.abs(this.#skewMs) > SKEW_TOLD_MS;
  }
}

/** Asks the database for its time. */
export async function databaseNow(db: Database): Promise<Date> {
  return (await one(db, sql<{ now: Date }>`select now() as now`)).now;
}
