/** Which workers live, so that the jobs of those that do not are done by others. */
import pg from 'pg';
import { hangUp } from '../database/probe.ts';
import type { Logger } from '../telemetry/log.ts';

const RECOVER_EVERY_MS = 30_000;
/** How long after a failure it is tried again. */
const RETRY_MS = 1_000;

/** How long the connection that says which workers live may be silent before it is made again. */
const ANSWER_MS = 2_000;
/** The server looks for a silent one as well, and ends it after about twenty seconds: its locks would say that the worker lives. */
const SERVER_KEEP_ALIVE = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3';

/** First of the two numbers of the advisory locks that say which workers live. */
const LIVING_WORKERS = 1_918_256;

/**
 * Which workers live. A job that a killed worker held would stay locked for hours; so each worker shares an advisory lock
 * under its name for as long as it is connected, and jobs whose holder has none are set free.
 */
export class Living {
  readonly #url: string;
  readonly #log: Logger;
  readonly #names = new Set<string>();
  /** Names of runners of this worker that have ended. */
  readonly #ended = new Set<string>();
  /** Names whose lock the present connection holds. */
  #announced = new Set<string>();
  #client: pg.Client | undefined;
  #connecting: Promise<pg.Client> | undefined;
  #timer: NodeJS.Timeout | undefined;
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

  /** What is still held under these names is free: nobody works under them any more. */
  async forget(names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.#names.delete(name);
      this.#ended.add(name);
    }
    await this.recover();
  }

  /** Sets free what dead workers held, now and from time to time. A failure is logged, and tried again soon. */
  async recover(): Promise<void> {
    try {
      await this.#recover(await this.#connected());
      this.#isWell = true;
    } catch (error) {
      this.#lost(this.#client);
      if (this.#isWell) this.#log.warn({ err: error }, 'jobs of workers that are gone could not be looked for');
      this.#isWell = false;
    }
    this.#plan();
  }

  async #recover(client: pg.Client): Promise<void> {
    const ended = [...this.#ended];
    for (const name of this.#names) {
      if (this.#announced.has(name)) continue;
      // Shared: a connection of before, which the server still takes for alive, may hold it.
      await client.query('select pg_advisory_lock_shared($1, hashtext($2))', [LIVING_WORKERS, name]);
      this.#announced.add(name);
    }
    const { rows } = await client.query<{ name: string }>(
      `select distinct locked_by as name from graphile_worker._private_jobs
       where locked_by = any ($3)
         or (locked_by <> all ($2) and pg_try_advisory_xact_lock($1, hashtext(locked_by)))`,
      [LIVING_WORKERS, [...this.#names], ended],
    );
    if (rows.length > 0) {
      await client.query('select graphile_worker.force_unlock_workers($1)', [rows.map((row) => row.name)]);
      this.#log.warn({ workers: rows.length }, 'jobs of workers that are gone were set free');
    }
    for (const name of ended) this.#ended.delete(name);
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.recover(), this.#isWell ? RECOVER_EVERY_MS : RETRY_MS).unref();
  }

  #connected(): Promise<pg.Client> {
    return (this.#connecting ??= this.#connect());
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'banyan worker',
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      options: SERVER_KEEP_ALIVE,
    });
    this.#client = client;
    client.on('error', () => {
      if (this.#client !== client) return;
      this.#lost(client);
      this.#isWell = false;
      this.#plan();
    });
    await client.connect();
    return client;
  }

  #lost(client: pg.Client | undefined): void {
    if (client) hangUp(client);
    this.#client = undefined;
    this.#connecting = undefined;
    this.#announced = new Set();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#lost(await this.#connecting?.catch(() => undefined));
  }
}
