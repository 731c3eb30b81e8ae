/** Which workers live, so that the jobs of those that do not are done by others. */
import pg from 'pg';
import { hangUp } from '../database/probe.ts';
import type { Logger } from '../telemetry/log.ts';

const RECOVER_EVERY_MS = 30_000;
/** How long after a failure it is tried again. */
const RETRY_MS = 1_000;

/**
 * How long the queue may take to hand a job over, and to write down that it is done. A job that this worker has had for
 * longer without doing it was lost on the way, with its connection.
 */
const HANDOVER_MS = 10_000;

/** How long the connection that says which workers live may be silent before it is made again. */
const ANSWER_MS = 2_000;
/** The server looks for a silent one as well, and ends it after about twenty seconds: its locks would say that the worker lives. */
const SERVER_KEEP_ALIVE = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3';

/** First of the two numbers of the advisory locks that say which workers live. */
const LIVING_WORKERS = 1_918_256;

/**
 * Which workers live. A job that a killed worker held would stay locked for hours; so each worker shares an advisory
 * lock under its name for as long as it is connected, and jobs whose holder has none are set free. So are jobs that this
 * worker holds and does not do: the database may be lost between handing a job over and its answer, or before it is
 * written down that a job is done.
 */
export class Living {
  readonly #url: string;
  readonly #log: Logger;
  readonly #names = new Set<string>();
  /** Names whose lock the present connection holds. */
  #announced = new Set<string>();
  /** Ids of the jobs that are done now, or were done a moment ago. */
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

  /** Says that the worker of this name lives. */
  async announce(name: string): Promise<void> {
    this.#names.add(name);
    await this.recover();
  }

  /** Says that a job was begun. */
  begin(id: string): void {
    this.#doing.add(id);
  }

  /** Says that a job has ended, well or not. */
  end(id: string): void {
    setTimeout(() => this.#doing.delete(id), HANDOVER_MS).unref();
  }

  /** A connection of the queue was lost, and perhaps jobs with it: they are looked for once their time is over. */
  doubt(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#doubt);
    this.#doubt = setTimeout(() => void this.recover(), HANDOVER_MS + RETRY_MS).unref();
  }

  /** Sets free what dead workers held, now and from time to time. A failure is logged, and tried again soon. */
  async recover(): Promise<void> {
    // One round at a time, over one connection.
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
      if (this.#isWell) this.#log.warn({ err: error }, 'jobs of workers that are gone could not be looked for');
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
      // Shared: a connection of before, which the server still takes for alive, may hold it.
      await client.query('select pg_advisory_lock_shared($1, hashtext($2))', [LIVING_WORKERS, name]);
      this.#announced.add(name);
    }
    const { rows } = await client.query<{ name: string }>(
      `select distinct locked_by as name from graphile_worker._private_jobs
       where locked_by <> all ($2) and pg_try_advisory_xact_lock($1, hashtext(locked_by))`,
      [LIVING_WORKERS, [...this.#names]],
    );
    if (rows.length > 0) {
      await client.query('select graphile_worker.force_unlock_workers($1)', [rows.map((row) => row.name)]);
      this.#log.warn({ workers: rows.length }, 'jobs of workers that are gone were set free');
    }
    await client.query(
      `update graphile_worker._private_jobs set locked_at = null, locked_by = null
       where locked_by = any ($1) and locked_at < now() - $2 * interval '1 ms' and id <> all ($3)`,
      [[...this.#names], HANDOVER_MS, [...this.#doing]],
    );
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = new pg.Client({
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

  /** Ends the connection without waiting for the other side. */
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
