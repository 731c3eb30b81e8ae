/** Queries outside the pool that tell whether the server is there and what it is working on. */
import type pg from 'pg';
import { sqlState } from '../errors.ts';
import { AddressClient } from './address-client.ts';

/**
 * How long one query may take. If a kept connection does not answer, one more is spent on a new
 * connection.
 */
const ANSWER_MS = 700;

/** How long an unused connection is kept. */
const KEPT_MS = 10_000;

/**
 * How long a connection is kept that is used. What a session inherits, such as a read-only default
 * of its role, and the server that a balancer led it to, are those of the time when it was opened.
 */
const AGE_MS = 30_000;

/**
 * Keeps one connection outside the pool. A query that it does not answer in time is repeated on a
 * new one.
 */
export class Probe {
  readonly #config: pg.ClientConfig;
  readonly #idle: NodeJS.Timeout;
  #client: pg.Client | undefined;
  #openedAt = -Infinity;

  constructor(config: pg.ClientConfig) {
    this.#config = { ...config, connectionTimeoutMillis: ANSWER_MS };
    this.#idle = setTimeout(() => this.close(), KEPT_MS).unref();
  }

  /**
   * Returns the rows of a statement. Rejects if the server answers neither on the kept connection
   * nor on a new one.
   */
  async ask<Row extends pg.QueryResultRow>(statement: string): Promise<Row[]> {
    this.#idle.refresh();
    if (performance.now() - this.#openedAt >= AGE_MS) this.close();
    const kept = this.#client;
    if (kept) {
      try {
        return await this.#rows<Row>(kept, statement);
      } catch {
        this.close();
      }
    }
    const client = new AddressClient(this.#config);
    client.on('error', () => this.#forget(client));
    try {
      await client.connect();
      const rows = await this.#rows<Row>(client, statement);
      this.#client = client;
      this.#openedAt = performance.now();
      return rows;
    } catch (error) {
      hangUp(client);
      throw error;
    }
  }

  #rows<Row extends pg.QueryResultRow>(client: pg.Client, statement: string): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new Error('timeout expired'));
      // Read an answer that arrived while this process was busy before counting it as late.
      const timer = setTimeout(() => setImmediate(late), ANSWER_MS);
      client
        .query<Row>(statement)
        .then(({ rows }) => resolve(rows), reject)
        .finally(() => clearTimeout(timer));
    });
  }

  /** The server's process id of the kept connection's session. */
  get session(): number | null | undefined {
    return (this.#client as { processID?: number | null } | undefined)?.processID;
  }

  #forget(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
  }

  /** Closes the kept connection, if there is one. The next query opens another. */
  close(): void {
    const client = this.#client;
    this.#client = undefined;
    if (client) hangUp(client);
  }
}

/** Closes a connection without waiting for the other side, which may be gone. */
export function hangUp(client: pg.Client): void {
  streamOf(client).destroy();
}

/** The socket of a client, which the types of `pg` do not expose. */
export function streamOf(client: pg.Client): {
  destroy(error?: Error): void;
  readonly bytesRead: number;
} {
  return (
    client as unknown as {
      connection: { stream: { destroy(error?: Error): void; readonly bytesRead: number } };
    }
  ).connection.stream;
}

/** The sessions that were working for this role, as the server reported at some time. */
interface Sight {
  askedAt: number;
  /**
   * Ids of the sessions that are working or have just answered; undefined if the server is there
   * but cannot tell.
   */
  working: ReadonlySet<number> | undefined;
}

/**
 * Sessions of this role that are working, or whose last answer may still be on its way. Behind a
 * connection pooler the ids are different.
 */
const WORKING_SESSIONS = `
  select pg_backend_pid() as own, pid from pg_stat_activity
  where usename = current_user and (coalesce(state, '') not like 'idle%' or state_change > clock_timestamp() - interval '1 second')`;

/** Distinguishes a slow statement from one whose answer will never come. */
export class WorkingSessions {
  readonly #probe: Probe;
  #sight: Promise<Sight> | undefined;

  constructor(config: pg.ClientConfig) {
    this.#probe = new Probe({ ...config, application_name: 'banyan probe' });
  }

  /**
   * Whether the server may still be working on a statement that was sent to this session at
   * `sentAt` (`performance.now()`).
   */
  async mayWork(session: number, sentAt: number): Promise<boolean> {
    try {
      let sight: Sight;
      // A report requested before the statement was sent does not include it.
      do sight = await (this.#sight ??= this.#look().finally(() => (this.#sight = undefined)));
      while (sight.askedAt < sentAt);
      return sight.working?.has(session) ?? true;
    } catch (error) {
      // A server that has no connection left is still there.
      return sqlState(error) === '53300';
    }
  }

  async #look(): Promise<Sight> {
    const askedAt = performance.now();
    const rows = await this.#probe.ask<{ own: number; pid: number }>(WORKING_SESSIONS);
    const working = new Set(rows.map(({ pid }) => pid));
    const [first] = rows;
    return { askedAt, working: first && this.#probe.session === first.own ? working : undefined };
  }

  /** Closes its connection. */
  close(): void {
    this.#probe.close();
  }
}
