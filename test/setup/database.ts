/** A database of a test file's own: a clone of the migrated template. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { connect, type Database } from '../../src/database/connect.ts';
import { createLogger } from '../../src/telemetry/log.ts';

export interface TestDatabase {
  /** Address for the owner. */
  url: string;
  /** For fixtures and direct SQL, as the owner. */
  db: Database;
  /** Address for the role that gateways and workers connect as. */
  gatewayUrl: string;
  /** What gateways and workers work with, as that role. */
  gatewayDb: Database;
  /** Text of every statement that ran through `gatewayDb`, in order. */
  statements: string[];
  close(): Promise<void>;
}

function withDatabase(url: string, name: string): string {
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}

/**
 * The connection that makes and removes databases, shared by the files of a process: opening one
 * takes as much processor time as a database.
 */
let administrator: Promise<pg.Client> | undefined;

async function connectAdministrator(): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: withDatabase(inject('templateUrl'), 'postgres'),
  });
  // It is lost with its server, at the end of the run.
  client.on('error', () => (administrator = undefined));
  await client.connect();
  return client;
}

/** Runs a statement of the server's owner, and returns its rows. */
async function administrate(statement: string): Promise<unknown[]> {
  const client = await (administrator ??= connectAdministrator());
  const { rows } = await client.query<Record<string, unknown>>(statement);
  return rows;
}

/** On a busy machine a test waits longer for a connection than a caller would; tests of that wait have pools of their own. */
const POOL_WAIT_MS = 60_000;
const LEAVING_MS = 5_000;
const OWNER_POOL_SIZE = 8;

/** Waits until everybody has left the database: a pool that was ended may still be saying goodbye, and being cut off is an error to it. */
async function left(name: string): Promise<void> {
  const end = Date.now() + LEAVING_MS;
  let connections: unknown[];
  do
    connections = await administrate(
      `select from pg_stat_activity where datname = ${pg.escapeLiteral(name)}`,
    );
  while (connections.length > 0 && Date.now() < end);
}

/** Clones the template (or makes an empty database) and opens it. */
export async function createDatabase({
  empty = false,
  poolSize = 8,
  statementTimeoutMs = 0,
} = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  // Files are copied as they are, instead of page by page through the log.
  await administrate(
    empty
      ? `create database ${name}`
      : `create database ${name} template banyan strategy file_copy`,
  );
  const url = withDatabase(inject('templateUrl'), name);
  // The rights on a database are not among what a clone has of its template.
  await administrate(`revoke temporary on database ${name} from public`);
  const gatewayUrl = withDatabase(inject('gatewayUrl'), name);
  const statements: string[] = [];
  const log = createLogger('silent');
  const db = connect({ url, poolSize: OWNER_POOL_SIZE, poolWaitMs: POOL_WAIT_MS, log });
  const gatewayDb = connect({
    url: gatewayUrl,
    poolSize,
    poolWaitMs: POOL_WAIT_MS,
    statementTimeoutMs,
    log,
    onStatement: (sql) => statements.push(sql),
  });
  return {
    url,
    db,
    gatewayUrl,
    gatewayDb,
    statements,
    async close() {
      await Promise.all([db.destroy(), gatewayDb.destroy()]);
      await left(name);
      await administrate(`drop database ${name} with (force)`);
    },
  };
}
