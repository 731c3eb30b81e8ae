/**
 * Connections that were not given back to the pool yet, since the next statement follows at once. To
 * give one back and take it again costs timers, listeners and promises.
 */
import type pg from 'pg';

/** How long a connection may be kept. The pool counts the time that it is idle from then on. */
const KEPT_MS = 1_000;

/** The spare connections of one pool. */
export class SpareClients {
  #clients: pg.PoolClient[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Number of connections kept. */
  get count(): number {
    return this.#clients.length;
  }

  /** Keeps a connection whose statement has succeeded. */
  keep(client: pg.PoolClient): void {
    this.#clients.push(client);
    this.#timer ??= setTimeout(() => this.release(), KEPT_MS).unref();
  }

  /** Takes the connection that was kept last. */
  take(): pg.PoolClient | undefined {
    return this.#clients.pop();
  }

  /** Gives all of them back to the pool. */
  release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const clients = this.#clients;
    this.#clients = [];
    for (const client of clients) client.release();
  }
}
