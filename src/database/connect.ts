/** The connection pool, in UTC, and connection errors that an operator can act on. */
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { ConfigurationError, sqlState } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { AddressClient } from './address-client.ts';
import type { AnswerRow } from './answer-query.ts';
import { columnValues } from './column-values.ts';
import { RequestPool } from './pool.ts';
import type { PoolState } from './pool-state.ts';
import type { DB } from './types.ts';
import { utf8Of } from './utf8.ts';

// Send dates in UTC too. In a time zone whose offset was once not a whole number of minutes, the
// driver would send a different instant.
pg.defaults.parseInputDatesAsUTC = true;

export type Database = Kysely<DB>;

/** Called with the text and parameters of every statement that the pool runs. */
export type StatementListener = (sql: string, parameters: readonly unknown[]) => void;

export interface ConnectOptions {
  url: string;
  poolSize: number;
  /** Statements that run longer are cancelled; 0 or absent for no limit. */
  statementTimeoutMs?: number;
  /** Whether sessions have their settings from elsewhere, as behind a connection pooler. */
  isPooled?: boolean;
  /** How long a statement waits for a free connection before it fails with `UNAVAILABLE`. */
  poolWaitMs?: number;
  log: Logger;
  onStatement?: StatementListener;
}

/**
 * The oldest server version that has everything the migrations use (`uuidv7()`, the `pg_c_utf8`
 * collation).
 */
const OLDEST_SERVER = 180_000;

const POOL_WAIT_MS = 10_000;

/** How much later than the server this side cancels a statement. */
const LIMIT_MARGIN_MS = 1_000;

const pools = new WeakMap<
  Database,
  { pool: RequestPool; onStatement: StatementListener | undefined }
>();

/** The connections of a database that `connect` returned; undefined for any other, such as a transaction. */
export function poolState(db: Database): PoolState | undefined {
  return pools.get(db)?.pool.state;
}

/**
 * Runs the statement of a compiled operation, whose columns are `answer` and `now`, past the query
 * builder. Returns undefined if it has no row.
 */
export async function readAnswer(
  db: Database,
  text: string,
  parameters: readonly unknown[],
): Promise<AnswerRow | undefined> {
  const opened = pools.get(db);
  if (opened) {
    try {
      return await opened.pool.readAnswer(text, parameters);
    } finally {
      opened.onStatement?.(text, parameters);
    }
  }
  // A connection that is held, as for a standby.
  const query = CompiledQuery.raw(text, [...parameters]);
  const [row] = (await db.executeQuery<{ answer: string | null; now: number }>(query)).rows;
  return row && { answer: row.answer === null ? null : utf8Of(row.answer), now: row.now };
}

/** Creates a pool. No connection is opened before the first statement. */
export function connect({
  url,
  poolSize,
  statementTimeoutMs = 0,
  poolWaitMs = POOL_WAIT_MS,
  isPooled = false,
  log,
  onStatement,
}: ConnectOptions): Database {
  const pool = new RequestPool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: poolWaitMs,
    // The server's own limit applies first, as long as its answer gets through.
    answerMs: statementTimeoutMs > 0 ? statementTimeoutMs + LIMIT_MARGIN_MS : 0,
    application_name: 'banyan',
    types: columnValues,
    // One plan per statement, regardless of its parameters (docs/decisions/0017-generic-plans.md).
    // Plans with subqueries for every row look dear to the planner, and are done in a fraction of
    // the time that a server with LLVM takes to compile them.
    ...(isPooled
      ? {}
      : {
          options: [
            '-c timezone=UTC -c plan_cache_mode=force_generic_plan -c jit=off',
            `-c statement_timeout=${statementTimeoutMs}`,
          ].join(' '),
        }),
  });
  // A dropped connection must not end the process, whether it is idle or between two statements of
  // a transaction. In a transaction the next statement fails, and is logged where it fails.
  pool.on('error', (error) => log.debug({ err: error }, 'an idle database connection was lost'));
  pool.on('connect', (client) =>
    client.on('error', (error) => log.debug({ err: error }, 'a database connection was lost')),
  );
  const db = new Kysely<DB>({
    dialect: new PostgresDialect({ pool }),
    ...(onStatement
      ? { log: (event) => onStatement(event.query.sql, event.query.parameters) }
      : {}),
  });
  pools.set(db, { pool, onStatement });
  return db;
}

/**
 * Checks that a server answers at `url` and is new enough. Throws a `ConfigurationError` that names the
 * variable otherwise.
 */
export async function requireServer(url: string, variable = 'DATABASE_URL'): Promise<void> {
  const client = new AddressClient({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number; shown: string; encoding: string }>(
      `select current_setting('server_version_num')::int as version, current_setting('server_version') as shown,
              current_setting('server_encoding') as encoding`,
    );
    const [server] = rows;
    if (!server || server.version < OLDEST_SERVER) {
      throw new ConfigurationError(
        `${variable} points to PostgreSQL ${server?.shown ?? 'of unknown version'}; version 18 or newer is required.`,
      );
    }
    if (server.encoding !== 'UTF8')
      throw new ConfigurationError(
        `${variable} points to a database in ${server.encoding}; UTF8 is required.`,
      );
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(`${variable} cannot be used: ${connectionProblem(error)}.`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function connectionProblem(error: unknown): string {
  const state = sqlState(error);
  if (state === '28P01' || state === '28000')
    return 'the server refuses the user name or the password';
  if (state === '3D000') return 'the database does not exist on that server';
  if (error instanceof AggregateError) return connectionProblem(error.errors[0]);
  return error instanceof Error && error.message ? error.message : 'the server cannot be reached';
}
