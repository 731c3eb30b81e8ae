/**
 * Tracks when credentials were last used. Uses are collected in memory and written periodically, so
 * that no request waits for them.
 */
import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { many } from '../database/rows.ts';
import type { Logger } from '../telemetry/log.ts';

const WRITE_EVERY_MS = 5_000;

/**
 * Writes `last_used_at` for the credentials it is given, at most every five seconds and once more
 * on `close`.
 */
export class LastUsed {
  readonly #db: Database;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #pending = { api_keys: new Map<string, Date>(), personal_access_tokens: new Map<string, Date>() };

  constructor(db: Database, log: Logger) {
    this.#db = db;
    this.#log = log;
    this.#timer = setInterval(() => void this.write(), WRITE_EVERY_MS).unref();
  }

  /** Records a use. */
  note(kind: 'API_KEY' | 'PERSONAL_ACCESS_TOKEN', id: string, at: Date): void {
    this.#pending[kind === 'API_KEY' ? 'api_keys' : 'personal_access_tokens'].set(id, at);
  }

  /**
   * Writes the collected uses. A failure is logged and the uses are dropped: the time is a
   * convenience, not a record.
   */
  async write(): Promise<void> {
    const pending = this.#pending;
    this.#pending = { api_keys: new Map(), personal_access_tokens: new Map() };
    try {
      for (const table of ['api_keys', 'personal_access_tokens'] as const) {
        const uses = pending[table];
        if (uses.size === 0) continue;
        // A credential that is locked by a change is written next time.
        const rows = await many(
          this.#db,
          sql<{ id: string }>`
          with free as materialized (
            select id from ${sql.table(table)}
              where id = any (${[...uses.keys()]}::uuid[]) for no key update skip locked
          ), written as (
            update ${sql.table(table)} as c set last_used_at = used.at
            from unnest(${[...uses.keys()]}::uuid[], ${[...uses.values()]}::timestamptz[]) as used (id, at)
            where c.id in (select id from free) and c.id = used.id
              and (c.last_used_at is null or c.last_used_at < used.at)
          )
          select u.id from unnest(${[...uses.keys()]}::uuid[]) as u (id)
            join ${sql.table(table)} as c on c.id = u.id
          where u.id not in (select id from free)`,
        );
        const again = this.#pending[table];
        for (const { id } of rows) again.set(id, again.get(id) ?? uses.get(id) ?? new Date(0));
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'the last use of credentials could not be written');
    }
  }

  /** Stops the timer and writes the remaining uses. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.write();
  }
}
