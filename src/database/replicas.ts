/**
 * Reads on standbys. An answer is never older than what was acknowledged when its request began: a
 * standby answers only once it has replayed the primary's log up to there, otherwise the primary
 * does (docs/decisions/0036-read-replicas.md).
 */
import { isUnavailable, RequestError } from '../errors.ts';
import type { Database } from './connect.ts';
import type { Position, PrimaryPosition } from './primary-position.ts';
import type { Standby, StandbyProblem } from './standby.ts';

/** Why the primary answered. */
export type Fallback =
  | StandbyProblem
  /** All standbys rest after a problem. */
  | 'resting'
  /** The primary did not say how far its log has come. */
  | 'position';

/** What became of the reads of this process. */
export interface ReplicaCounts {
  /** Reads that the primary answered, by reason. */
  fallbacks: Readonly<Record<Fallback, number>>;
  standbys: readonly Pick<Standby, 'name' | 'served' | 'lagMs' | 'isResting' | 'problem'>[];
}

/** A connection to a standby that is held for a read. */
export interface HeldStandby {
  db: Database;
  /** Gives the connection back after the read, which it answered or failed with `error`. */
  done(error?: unknown): void;
}

/** The standbys of a gateway. */
export class Replicas {
  readonly #position: PrimaryPosition;
  readonly #standbys: readonly Standby[];
  readonly #fallbacks: Record<Fallback, number> = {
    unreachable: 0,
    lagging: 0,
    promoted: 0,
    timeline: 0,
    clock: 0,
    pooled: 0,
    failed: 0,
    resting: 0,
    position: 0,
  };
  #turn = 0;

  constructor(position: PrimaryPosition, standbys: readonly Standby[]) {
    this.#position = position;
    this.#standbys = standbys;
  }

  /** Counts since the start, for metrics. */
  get counts(): ReplicaCounts {
    return { fallbacks: this.#fallbacks, standbys: this.#standbys };
  }

  /**
   * Holds a connection to a standby on which everything can be read that was acknowledged before
   * this call; undefined if the primary has to answer. Rejects if the primary is unavailable, or if
   * the request has no time left.
   */
  async hold(): Promise<HeldStandby | undefined> {
    const standby = this.#next();
    if (!standby) return this.#fall('resting');
    let position: Position;
    try {
      position = await this.#position.read();
    } catch (error) {
      if (isUnavailable(error)) throw error;
      return this.#fall('position');
    }
    const held = await standby.hold(position);
    if (typeof held === 'string') return this.#fall(held);
    const { db, release } = held;
    return {
      db,
      done: (error) => {
        release();
        if (error === undefined) standby.served++;
        else if (!(error instanceof RequestError)) this.#fall(standby.failed(error));
      },
    };
  }

  /**
   * Runs a read on a standby if one can answer, and on the primary otherwise. What failed on the
   * standby is done again, unless the request has no time left.
   */
  async read<Result>(
    primary: Database,
    read: (db: Database, isStandby: boolean) => Promise<Result>,
  ): Promise<Result> {
    const held = await this.hold();
    if (held) {
      try {
        const result = await read(held.db, true);
        held.done();
        return result;
      } catch (error) {
        held.done(error);
        if (error instanceof RequestError) throw error;
      }
    }
    return read(primary, false);
  }

  /** The standbys take turns. */
  #next(): Standby | undefined {
    const usable = this.#standbys.filter(({ isResting }) => !isResting);
    return usable[this.#turn++ % usable.length];
  }

  #fall(reason: Fallback): undefined {
    this.#fallbacks[reason]++;
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await Promise.all(this.#standbys.map((standby) => standby.close()));
    await this.#position.close();
  }
}
