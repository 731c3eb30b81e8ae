/** Tracks which workers are alive, so that others do the jobs of those that are not. */
import type pg from 'pg';
import { AddressClient } from '../database/address-client.ts';
import { hangUp } from '../database/probe.ts';
import type { Logger } from '../telemetry/log.ts';

const RECOVER_EVERY_MS = 30_000;
/** How long to wait before retrying after a failure. */
const RETRY_MS = 1_000;

/**
 * How long the queue may take to hand over a job and to record that it is done. A job that this
 * worker has held for longer without running it was lost with its connection.
 */
const HANDOVER_MS = 10_000;

/** How long the connection that announces this worker may be silent before it is replaced. */
const ANSWER_MS = 2_000;
/**
 * The server checks for silent connections too, and closes one after about twenty seconds.
 * Otherwise its locks would show the worker as alive.
 */
const SERVER_KEEP_ALIVE =
  '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3';

/** First of the two numbers of the advisory locks that mark live workers. */
const LIVING_WORKERS = 1_918_256;

/**
 * SQL that counts the living workers of this database; null on a standby, which does not know the
 * locks of its primary.
 */
export const LIVING_WORKERS_COUNT = `(
  select case when pg_is_in_recovery() then null else count(distinct objid)::int end from pg_locks
  where locktype = 'advisory' and objsubid = 2 and classid = ${LIVING_WORKERS} and granted
    and database = (select oid from pg_database where datname = current_database()))`;

/**
 * Tracks which workers are alive. A job held by a killed worker would stay locked for hours. So
 * each worker holds a shared advisory lock under its name while it is connected, and jobs whose
 * holder has no lock are released. The same goes for jobs that this worker holds but does not run:
 * the database may be lost after it has handed over a job, or before a job is recorded as done.
 */
export class Living {
  readonly #url: string;
  readonly #log: Logger;
  readonly #names = new Set<string>();
  /** Names whose lock the current connection holds. */
  #announced = new Set<string>();
  /** Ids of jobs that are running or have just ended. */
  readonly #doing = new Set<string>();
  #client: pg.Client | undefined;
  #round: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #doubt: NodeJS.Timeout | undefined;
  #isWell = true;
  #isClosed = false;

  constructor(url: string, log: Logger) {
    this.#url = url;
    this.#log = log;
  }

  /** Announces that the worker with this name is alive. */
  async announce(name: string): Promise<void> {
    this.#names.add(name);
    await this.recover();
  }

  /** Records that a job was started. */
  begin(id: string): void {
    this.#doing.add(id);
  }

  /** Records that a job has ended, successfully or not. */
  end(id: string): void {
    setTimeout(() => this.#doing.delete(id), HANDOVER_MS).unref();
  }

  /**
   * A connection of the queue was lost, and perhaps jobs with it. They are checked once the
   * handover time has passed.
   */
  doubt(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#doubt);
    this.#doubt = setTimeout(() => void this.recover(), HANDOVER_MS + RETRY_MS).unref();
  }

  /**
   * Releases the jobs of dead workers, now and periodically. A failure is logged and soon retried.
   */
  async recover(): Promise<void> {
    // One round at a time, on one connection.
    const before = this.#round;
    const round = (async () => {
      await before;
      await this.#recover();
    })();
    this.#round = round;
    await round;
  }

  async #recover(): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.#setFree(await this.#connected());
      this.#isWell = true;
    } catch (error) {
      this.#hangUp();
      if (this.#isWell) this.#log.warn({ err: error }, 'checking for jobs of dead workers failed');
      this.#isWell = false;
      this.doubt();
    }
    this.#plan(this.#isWell ? RECOVER_EVERY_MS : RETRY_MS);
  }

  #plan(inMs: number): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.recover(), inMs).unref();
  }

  async #setFree(client: pg.Client): Promise<void> {
    for (const name of this.#names) {
      if (this.#announced.has(name)) continue;
      // Shared: an earlier connection may hold it if the server still believes it is alive.
      await client.query('select pg_advisory_lock_shared($1, hashtext($2))', [
        LIVING_WORKERS,
        name,
      ]);
      this.#announced.add(name);
    }
    const { rows } = await client.query<{ name: string }>(
      `select distinct locked_by as name from graphile_worker.jobs
       where locked_by <> all ($2) and pg_try_advisory_xact_lock($1, hashtext(locked_by))`,
      [LIVING_WORKERS, [...this.#names]],
    );
    if (rows.length > 0) {
      await client.query('select graphile_worker.force_unlock_workers($1)', [
        rows.map((row) => row.name),
      ]);
      this.#log.warn({ workers: rows.length }, 'jobs of dead workers were released');
    }
    // The table behind the public view: the queue's functions unlock all jobs of a worker or none, and
    // this worker still runs others.
    await client.query(
      `update graphile_worker._private_jobs set locked_at = null, locked_by = null
       where locked_by = any ($1) and locked_at < now() - $2 * interval '1 ms' and id <> all ($3)`,
      [[...this.#names], HANDOVER_MS, [...this.#doing]],
    );
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = new AddressClient({
      connectionString: this.#url,
      application_name: 'banyan worker',
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      options: SERVER_KEEP_ALIVE,
    });
    client.on('error', () => {
      if (this.#client !== client || this.#isClosed) return;
      this.#hangUp();
      this.doubt();
      this.#plan(RETRY_MS);
    });
    this.#client = client;
    this.#announced = new Set();
    await client.connect();
    return client;
  }

  /** Closes the connection without waiting for the other side. */
  #hangUp(): void {
    const client = this.#client;
    this.#client = undefined;
    if (client) hangUp(client);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#doubt);
    await this.#round;
    await this.#client?.end().catch(() => undefined);
  }
}
