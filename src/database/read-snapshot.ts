/** One state of the database for all reads of an operation. */
import {
  DummyDriver,
  Kysely,
  PostgresDialect,
  sql,
  type ConnectionProvider,
  type QueryExecutor,
} from 'kysely';
import { isStalePlan, isUnavailable, RequestError } from '../errors.ts';
import type { Database } from './connect.ts';
import { pin } from './pinned.ts';
import type { Replicas } from './replicas.ts';
import type { DB } from './types.ts';

/** The transaction that is open. */
interface Opened {
  db: Database;
  isOnStandby: boolean;
  /** Gives the connection back, after an error if there was one. */
  end(error: unknown): void;
}

/**
 * A read-only transaction that begins with the first statement: on a standby that shows everything
 * which was acknowledged before, otherwise on the primary. All statements of an operation see the
 * same state, so that pages, counts and the levels of an answer agree.
 */
export class ReadSnapshot {
  /** Its statements run in the transaction, one after the other. */
  readonly db: Database;
  readonly #primary: Database;
  readonly #replicas: Replicas;
  readonly #running = new Set<Promise<unknown>>();
  #opening: Promise<Opened> | undefined;
  #opened: Opened | undefined;
  #failure: unknown;
  #isClosed = false;

  constructor(primary: Database, replicas: Replicas) {
    this.#primary = primary;
    this.#replicas = replicas;
    const provider: ConnectionProvider = {
      provideConnection: (consumer, options) =>
        this.#run((executor) => executor.provideConnection(consumer, options)),
    };
    this.db = databaseOf(primary.getExecutor().withConnectionProvider(provider));
  }

  async #run<Result>(statement: (executor: QueryExecutor) => Promise<Result>): Promise<Result> {
    // The connection may belong to somebody else by now.
    if (this.#isClosed) throw new Error('the operation has ended');
    const running = (async () => {
      const { db } = await (this.#opening ??= this.#open());
      try {
        return await statement(db.getExecutor());
      } catch (error) {
        if (!(error instanceof RequestError)) this.#failure ??= error;
        throw error;
      }
    })();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #open(): Promise<Opened> {
    const held = await this.#replicas.hold();
    if (held) {
      try {
        await begin(held.db);
        return (this.#opened = { db: held.db, isOnStandby: true, end: held.done });
      } catch (error) {
        held.done(error);
        if (error instanceof RequestError) throw error;
      }
    }
    const { db, release } = await pin(this.#primary);
    try {
      await begin(db);
      return (this.#opened = { db, isOnStandby: false, end: release });
    } catch (error) {
      release();
      throw error;
    }
  }

  /**
   * Whether the reads have to be done again without it: after an error, nothing else can be read in
   * a transaction. On the primary that is not for what is unavailable, which fails again.
   */
  get isBroken(): boolean {
    if (this.#failure === undefined || !this.#opened) return false;
    return this.#opened.isOnStandby || !isUnavailable(this.#failure) || isStalePlan(this.#failure);
  }

  /** Ends the transaction, once the statements under way have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#running);
    if (!this.#opened) return;
    try {
      await sql`rollback`.execute(this.#opened.db);
    } catch (error) {
      this.#failure ??= error;
    } finally {
      this.#opened.end(this.#failure);
    }
  }
}

async function begin(db: Database): Promise<void> {
  await sql`begin transaction isolation level repeatable read, read only`.execute(db);
}

/** The connections come from the executor alone. */
const driver = new DummyDriver();
const dialect = new PostgresDialect({
  pool: () => Promise.reject(new Error('a snapshot has no pool')),
});
const config = { dialect };

function databaseOf(executor: QueryExecutor): Database {
  return new Kysely<DB>({ config, dialect, driver, executor });
}
