/** How far the primary's log has come. What a standby has replayed up to there is not outdated. */
import { sql } from 'kysely';
import type { DatabaseClock } from './clock.ts';
import type { Database } from './connect.ts';
import { withoutDeadline } from './deadline.ts';
import { one } from './rows.ts';

/** A position in the log, and the primary's time when it was read. */
export interface Position {
  /** Behind every commit that was acknowledged before. */
  lsn: string;
  /** Which history of the log it belongs to: each promotion begins another. */
  timeline: number;
  now: Date;
}

/**
 * Reads the position of the primary. Requests that ask while a statement is under way share the next
 * one: the one that was sent may have been answered before their request began. So however many
 * requests there are, one statement at a time asks.
 */
export class PrimaryPosition {
  readonly #db: Database;
  readonly #clock: DatabaseClock;
  #sent: Promise<Position> | undefined;
  #next: Promise<Position> | undefined;

  /** `db` is a pool of its own: a primary in full use still says where it is. */
  constructor(db: Database, clock: DatabaseClock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Returns a position that was read after this call. Rejects if the primary cannot tell. */
  read(): Promise<Position> {
    this.#next ??= withoutDeadline(() => this.#ask(this.#sent));
    return this.#next;
  }

  async #ask(before: Promise<Position> | undefined): Promise<Position> {
    await before?.catch(() => undefined);
    // What follows is sent now, and is too early for whoever asks from here on.
    this.#sent = this.#next;
    this.#next = undefined;
    // Where commits do not wait for the disk, they are acknowledged before they are on it.
    const position = await one(
      this.#db,
      sql<Position>`
        select case current_setting('synchronous_commit') when 'off' then pg_current_wal_insert_lsn()
          else pg_current_wal_flush_lsn() end::text as lsn,
          ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int as timeline,
          clock_timestamp() as now`,
    );
    this.#clock.note(position.now);
    return position;
  }

  /** Closes the connection. */
  close(): Promise<void> {
    return this.#db.destroy();
  }
}
