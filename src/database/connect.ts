/** The connection pool, in UTC, and errors that an operator can act on. */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { StartError, sqlState } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { RequestClient, RequestPool } from './client.ts';
import type { DB } from './types.ts';

export type Database = Kysely<DB>;

/** Called with the text and the parameters of every statement that the pool runs. */
export type StatementListener = (sql: string, parameters: readonly unknown[]) => void;

export interface ConnectOptions {
  url: string;
  poolSize: number;
  /** Statements that run longer are cancelled; 0 or absent for no limit. */
  statementTimeoutMs?: number;
  /** How long a statement waits for a free connection; then it fails, which callers see as `UNAVAILABLE`. */
  poolWaitMs?: number;
  log: Logger;
  onStatement?: StatementListener;
}

/** The oldest server that has everything the migrations use (`uuidv7()`, the `pg_c_utf8` collation). */
const OLDEST_SERVER = 180_000;

const POOL_WAIT_MS = 10_000;

/** Opens a pool. Nothing is connected until the first statement. */
export function connect({ url, poolSize, statementTimeoutMs = 0, poolWaitMs = POOL_WAIT_MS, log, onStatement }: ConnectOptions): Database {
  const pool = new RequestPool({
    Client: RequestClient,
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: poolWaitMs,
    application_name: 'banyan',
    // One plan a statement, whatever its parameters (docs/decisions/0017-generic-plans.md).
    options: `-c timezone=UTC -c plan_cache_mode=force_generic_plan -c statement_timeout=${statementTimeoutMs}`,
  });
  // A connection that the server drops must not end the process, neither one that is idle nor one between two statements
  // of a transaction, whose next statement fails.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  pool.on('connect', (client) => client.on('error', (error) => log.debug({ err: error }, 'a database connection was lost')));
  return new Kysely<DB>({
    dialect: new PostgresDialect({ pool }),
    ...(onStatement ? { log: (event) => onStatement(event.query.sql, event.query.parameters) } : {}),
  });
}

/** How long the answer to `/ready` may take. */
const READY_MS = 1_500;

/** Asks whether the database answers, over a connection of its own: a pool in full use is no reason to be taken out of service. */
export class Readiness {
  readonly #url: string;
  #client: pg.Client | undefined;
  #asked: Promise<boolean> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** Whether the database answers within 1.5 seconds. Those who ask at the same time share one statement. */
  check(): Promise<boolean> {
    this.#asked ??= this.#ask().finally(() => (this.#asked = undefined));
    return this.#asked;
  }

  async #ask(): Promise<boolean> {
    try {
      await (await this.#connected()).query('select 1');
      return true;
    } catch {
      await this.close();
      return false;
    }
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: READY_MS,
      query_timeout: READY_MS,
      application_name: 'banyan readiness',
    });
    // A connection that was lost is made again for the next question.
    client.on('error', () => (this.#client = undefined));
    await client.connect();
    return (this.#client = client);
  }

  /** Closes the connection, if there is one. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }
}

/** Makes sure that a server answers at `url` and is new enough; throws a `StartError` that names the variable if not. */
export async function requireServer(url: string, variable = 'DATABASE_URL'): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number; shown: string; encoding: string }>(
      `select current_setting('server_version_num')::int as version, current_setting('server_version') as shown,
              current_setting('server_encoding') as encoding`,
    );
    const [server] = rows;
    if (!server || server.version < OLDEST_SERVER) {
      throw new StartError(`${variable} leads to PostgreSQL ${server?.shown ?? 'of unknown version'}; version 18 or newer is needed.`);
    }
    if (server.encoding !== 'UTF8') throw new StartError(`${variable} leads to a database in ${server.encoding}; UTF8 is needed.`);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`${variable} cannot be used: ${connectionProblem(error)}.`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function connectionProblem(error: unknown): string {
  const state = sqlState(error);
  if (state === '28P01' || state === '28000') return 'the server refuses the user name or the password';
  if (state === '3D000') return 'the database does not exist on that server';
  if (error instanceof AggregateError) return connectionProblem(error.errors[0]);
  return error instanceof Error && error.message ? error.message : 'the server cannot be reached';
}
