/** One standby: whether it can answer, and a connection to it that is not outdated. */
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { isUnavailable, RequestError } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Database } from './connect.ts';
import { withoutDeadline } from './deadline.ts';
import { pin, type Pinned } from './pinned.ts';
import { poolingOf, type Pooling } from './pooler.ts';
import type { Position, PrimaryPosition } from './primary-position.ts';
import { one } from './rows.ts';

/** Why a standby does not answer, or did not. */
export type StandbyProblem =
  /** No connection to it could be opened in time, or the connection was lost. */
  | 'unreachable'
  /** It has not replayed in time what was acknowledged. */
  | 'lagging'
  /** It is no standby any more. */
  | 'promoted'
  /** It follows another history than the primary's, so that their positions cannot be compared. */
  | 'timeline'
  /** Its clock differs from the primary's, so that what has expired is not the same. */
  | 'clock'
  /** A pooler gives each transaction another session, perhaps of another standby. */
  | 'pooled'
  /** A statement failed, for instance because it kept the standby from replaying. */
  | 'failed';

/** The pause before a standby that rests is looked at again; it doubles up to the second one. */
const LOOK_AFTER_MS = 50;
const LOOK_AFTER_MAX_MS = 2_000;

/** The greatest difference between the clocks of the primary and a standby. */
const SKEW_MAX_MS = 1_000;

/** The pause between two looks at what was replayed; it doubles. */
const POLL_MS = 1;

/** The state of a standby, as it tells it. */
interface StandbyState {
  isStandby: boolean;
  isSameHistory: boolean;
  hasReplayed: boolean;
  now: Date;
}

export interface StandbyOptions {
  url: string;
  /** Its name in the log and in metrics: host and port. */
  name: string;
  db: Database;
  /** How long a read waits until the standby has replayed what was acknowledged. */
  waitMs: number;
  position: PrimaryPosition;
  log: Logger;
}

/**
 * A standby rests after a problem, so that no other read waits for it, and is looked at in the
 * background until it can answer. It starts that way.
 */
export class Standby {
  readonly name: string;
  /** How many reads it has answered. */
  served = 0;
  /** For how many milliseconds it was behind, as far as the last read has noticed. */
  lagMs = 0;
  readonly #options: StandbyOptions;
  readonly #end = new AbortController();
  #isResting = true;
  #pooling: Pooling | undefined;
  #problem: StandbyProblem | undefined;

  constructor(options: StandbyOptions) {
    this.name = options.name;
    this.#options = options;
    withoutDeadline(() => void this.#recover());
  }

  /** What keeps it from answering, or did last; undefined if nothing did. */
  get problem(): StandbyProblem | undefined {
    return this.#problem;
  }

  /** Whether no reads are sent to it. */
  get isResting(): boolean {
    return this.#isResting;
  }

  /**
   * Holds a connection on which everything can be read up to a position of the primary, or says why
   * there is none. Rejects only if the request has no time left.
   */
  async hold(position: Position): Promise<Pinned | StandbyProblem> {
    let pinned: Pinned | undefined;
    try {
      pinned = await pin(this.#options.db);
      const problem = await this.#problemOf(pinned.db, position);
      if (problem === undefined) return pinned;
      pinned.release();
      this.rest(problem);
      return problem;
    } catch (error) {
      pinned?.release();
      if (error instanceof RequestError) throw error;
      this.rest('unreachable', error);
      return 'unreachable';
    }
  }

  /** Records what a statement on the standby failed with. */
  failed(error: unknown): StandbyProblem {
    if (!isUnavailable(error)) return 'failed';
    this.rest('unreachable', error);
    return 'unreachable';
  }

  /**
   * Waits until the position is replayed. It is asked for in a statement of its own: one that also
   * reads sees what was there when it began, which may have been before the position was reached.
   */
  async #problemOf(
    db: Database,
    { lsn, timeline, now }: Position,
  ): Promise<StandbyProblem | undefined> {
    const startedAt = performance.now();
    for (let step = POLL_MS; ; step *= 2) {
      const state = await one(
        db,
        sql<StandbyState>`
          select pg_is_in_recovery() as "isStandby", clock_timestamp() as now,
            (select min_recovery_end_timeline from pg_control_recovery()) = ${timeline}::int as "isSameHistory",
            coalesce(pg_last_wal_replay_lsn() >= ${lsn}::pg_lsn, false) as "hasReplayed"`,
      );
      if (!state.isStandby) return 'promoted';
      if (!state.isSameHistory) return 'timeline';
      const waitedMs = performance.now() - startedAt;
      if (state.hasReplayed) {
        this.lagMs = step === POLL_MS ? 0 : waitedMs;
        return Math.abs(state.now.getTime() - now.getTime()) - waitedMs > SKEW_MAX_MS
          ? 'clock'
          : undefined;
      }
      this.lagMs = Math.max(this.lagMs, waitedMs);
      const leftMs = this.#options.waitMs - waitedMs;
      if (leftMs <= 0) return 'lagging';
      await pause(Math.min(step, leftMs));
    }
  }

  /** Sends no more reads to it until a look in the background finds it well. */
  rest(problem: StandbyProblem, error?: unknown): void {
    if (this.#isResting) return;
    this.#isResting = true;
    this.#problem = problem;
    const { log, name } = this.#options;
    log.warn({ standby: name, problem, err: error }, 'a standby rests, and the primary answers');
    withoutDeadline(() => void this.#recover());
  }

  async #recover(): Promise<void> {
    const startedAt = performance.now();
    const { signal } = this.#end;
    for (
      let after = 0;
      !signal.aborted;
      after = Math.min(after * 2 || LOOK_AFTER_MS, LOOK_AFTER_MAX_MS)
    ) {
      await pause(after, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      const problem = await this.#look();
      if (problem === 'lagging') this.lagMs = performance.now() - startedAt;
      if (problem !== undefined) {
        this.#problem = problem;
        continue;
      }
      this.#isResting = false;
      const { log, name } = this.#options;
      if (this.#problem) log.info({ standby: name }, 'a standby answers again');
      return;
    }
  }

  async #look(): Promise<StandbyProblem | undefined> {
    let pinned: Pinned | undefined;
    try {
      this.#pooling ??= await poolingOf(this.#options.url);
      if (this.#pooling !== 'none' && this.#pooling !== 'session') return 'pooled';
      pinned = await pin(this.#options.db);
      return await this.#problemOf(pinned.db, await this.#options.position.read());
    } catch {
      return 'unreachable';
    } finally {
      pinned?.release();
    }
  }

  /** Stops looking, and closes its connections. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#options.db.destroy();
  }
}
