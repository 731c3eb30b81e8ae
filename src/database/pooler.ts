/**
 * Notices a connection pooler between this process and the database. One in transaction mode gives
 * each transaction another session, so that nothing which belongs to a session can be relied on.
 */
import { sql } from 'kysely';
import { ConfigurationError, sqlState } from '../errors.ts';
import { AddressClient } from './address-client.ts';
import type { Database } from './connect.ts';
import { one } from './rows.ts';

/** How long the pooler may take for each step; it may have no session left. */
const STEP_MS = 2_000;

/** The maximum number of sessions that are kept busy to see whether one of them was ours. */
const OTHERS_MAX = 5;

/** A prepared statement: a pooler in transaction mode has to prepare it in each session. */
const SESSION = { name: 'banyan_session', text: 'select pg_backend_pid() as session' };

/** What lies between this process and the database. */
export type Pooling =
  | 'none'
  /** Each connection has a session of its own. */
  | 'session'
  /** Each transaction has another session; prepared statements work. */
  | 'transaction'
  /** The same, and prepared statements get lost. */
  | 'unprepared';

/**
 * Finds out what lies between this process and the database at `url`. A pooler has keys of its own
 * for cancelling, so the server's process is not the one that the connection names. Whether it gives
 * sessions away between two transactions shows while others are kept busy.
 */
export async function poolingOf(url: string): Promise<Pooling> {
  const config = {
    connectionString: url,
    connectionTimeoutMillis: STEP_MS,
    query_timeout: STEP_MS,
    application_name: 'banyan start',
  };
  const clients: AddressClient[] = [];
  const open = async (): Promise<AddressClient> => {
    const client = new AddressClient(config);
    client.on('error', () => undefined);
    clients.push(client);
    await client.connect();
    return client;
  };
  try {
    const first = await open();
    const session = await sessionOf(first);
    if (session === (first as { processID?: number | null }).processID) return 'none';
    for (let others = 0; others < OTHERS_MAX; others++) {
      const isShared = await occupied(await open(), session);
      // No session may be left, and then nothing shows.
      if (isShared === undefined) break;
      if (!isShared && (await sessionOf(first)) === session) continue;
      await sessionOf(first);
      return 'transaction';
    }
    return 'session';
  } catch (error) {
    // The statement was prepared in a session that is another's now, or this one has it from another.
    if (sqlState(error) === '26000' || sqlState(error) === '42P05') return 'unprepared';
    throw error;
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}

async function sessionOf(client: AddressClient): Promise<number | undefined> {
  return (await client.query<{ session: number }>(SESSION)).rows[0]?.session;
}

/**
 * Begins a transaction, and tells whether it has this session, which belongs to another connection;
 * undefined if it gets none in time.
 */
async function occupied(
  client: AddressClient,
  session: number | undefined,
): Promise<boolean | undefined> {
  try {
    await client.query('begin');
    const { rows } = await client.query<{ session: number }>(SESSION.text);
    return rows[0]?.session === session;
  } catch {
    return undefined;
  }
}

/**
 * Throws a `ConfigurationError` unless gateways can work through what lies at `DATABASE_URL`.
 * `isDirect` tells whether `DATABASE_DIRECT_URL` leads around it.
 */
export function requireUsable(pooling: Pooling, isDirect: boolean): void {
  if (pooling === 'none' || pooling === 'session') return;
  if (!isDirect)
    throw new ConfigurationError(
      'DATABASE_URL leads through a connection pooler in transaction mode: set DATABASE_DIRECT_URL to the address of the database itself, for workers and migrations.',
    );
  if (pooling === 'unprepared')
    throw new ConfigurationError(
      'The connection pooler of DATABASE_URL loses prepared statements: use PgBouncer 1.21 or newer with max_prepared_statements of at least 500.',
    );
}

/**
 * Throws a `ConfigurationError` unless the settings of a session are those that a gateway would ask
 * for itself. Behind a pooler the role has them.
 */
export async function requireSessionSettings(
  db: Database,
  statementTimeoutMs: number,
): Promise<void> {
  const { role, zone, plans, timeout } = await one(
    db,
    sql<{ role: string; zone: string; plans: string; timeout: number }>`
      select quote_ident(current_user) as role, current_setting('timezone') as zone,
        current_setting('plan_cache_mode') as plans,
        (extract(epoch from current_setting('statement_timeout')::interval) * 1000)::int as timeout`,
  );
  const wrong = [
    ...(zone === 'UTC' ? [] : [`set timezone = 'UTC'`]),
    ...(plans === 'force_generic_plan' ? [] : [`set plan_cache_mode = 'force_generic_plan'`]),
    ...(statementTimeoutMs === 0 || (timeout > 0 && timeout <= statementTimeoutMs)
      ? []
      : [`set statement_timeout = '${statementTimeoutMs}ms'`]),
  ];
  if (wrong.length === 0) return;
  throw new ConfigurationError(
    `Sessions of the connection pooler at DATABASE_URL lack settings: run ${wrong
      .map((setting) => `alter role ${role} ${setting};`)
      .join(' ')}`,
  );
}
