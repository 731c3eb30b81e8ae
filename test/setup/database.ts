/** A database of a test file's own: a clone of the migrated template. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { connect, type Database } from '../../src/database/connect.ts';
import { createLogger } from '../../src/telemetry/log.ts';

export interface TestDatabase {
  url: string;
  db: Database;
  /** Text of every statement that ran through `db`, in order. */
  statements: string[];
  close(): Promise<void>;
}

function withDatabase(url: string, name: string): string {
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}

async function administrate(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: withDatabase(inject('templateUrl'), 'postgres') });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const LEAVING_MS = 5_000;

/** Waits until everybody has left the database: a pool that was ended may still be saying goodbye, and being cut off is an error to it. */
async function left(name: string): Promise<void> {
  const client = new pg.Client({ connectionString: withDatabase(inject('templateUrl'), 'postgres') });
  await client.connect();
  const end = Date.now() + LEAVING_MS;
  let connections: unknown[];
  do ({ rows: connections } = await client.query('select from pg_stat_activity where datname = $1', [name]));
  while (connections.length > 0 && Date.now() < end);
  await client.end();
}

/** Clones the template (or makes an empty database) and opens it. */
export async function createDatabase({ empty = false, poolSize = 8, statementTimeoutMs = 0 } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administrate(empty ? `create database ${name}` : `create database ${name} template banyan`);
  const url = withDatabase(inject('templateUrl'), name);
  const statements: string[] = [];
  const db = connect({ url, poolSize, statementTimeoutMs, log: createLogger('silent'), onStatement: (sql) => statements.push(sql) });
  return {
    url,
    db,
    statements,
    async close() {
      await db.destroy();
      await left(name);
      await administrate(`drop database ${name} with (force)`);
    },
  };
}
