/** Budget counters in PostgreSQL, which several gateways share. */
import pg from 'pg';
import { AddressClient } from '../database/address-client.ts';
import type { Logger } from '../telemetry/log.ts';

/**
 * The number of connections for the shared counters. They are separate, because budgets would go
 * unchecked while the main pool is busy.
 */
const CONNECTIONS = 4;
/**
 * How long a counter in the database may take, including the wait for a connection, before the one
 * in memory answers instead.
 */
const STORE_TIMEOUT_MS = 500;
/** After a failure, how long the counters in memory answer before the database is asked again. */
const STORE_REST_MS = 2_000;

/** Opens the pool of the shared counters. */
export function counterPool(connectionString: string, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    Client: AddressClient,
    max: CONNECTIONS,
    connectionTimeoutMillis: STORE_TIMEOUT_MS,
    query_timeout: STORE_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'banyan budgets',
    // Counters do not need to wait for the disk.
    options: `-c statement_timeout=${STORE_TIMEOUT_MS} -c synchronous_commit=off`,
  });
  const lost = (error: Error): void =>
    log.debug({ err: error }, 'a database connection of the budgets was lost');
  pool.on('error', lost).on('connect', (client) => client.on('error', lost));
  return pool;
}

/** The part of a pool that the limiters use. */
export interface CounterStore {
  query(statement: pg.QueryConfig): Promise<pg.QueryResult>;
}

/**
 * Counts through the pool. After a failure, only one charge at a time tries it again, so that a
 * silent database costs one wait rather than one per charge.
 */
export function counterStore(pool: pg.Pool): CounterStore {
  let restsUntil = -Infinity;
  let isTroubled = false;
  const rest = (): void => {
    restsUntil = performance.now() + STORE_REST_MS;
  };
  return {
    async query(statement) {
      if (performance.now() < restsUntil)
        throw new Error('The database failed to count a moment ago.');
      if (isTroubled) rest();
      try {
        const result = await within(STORE_TIMEOUT_MS, pool.query(statement));
        isTroubled = false;
        restsUntil = -Infinity;
        return result;
      } catch (error) {
        isTroubled = true;
        rest();
        throw error;
      }
    },
  };
}

/** Rejects if `work` takes longer; a later result is ignored. */
function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('The database did not count in time.')),
      milliseconds,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
