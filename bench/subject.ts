/** A made-up forest on a server of its own, with a gateway in front, for benches that change what they measure. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { connect, type Database } from '../src/database/connect.ts';
import { migrate } from '../src/database/migrate.ts';
import { startEmbedded } from '../src/embedded-postgres/start.ts';
import { installQueue } from '../src/jobs/worker.ts';
import { seedSynthetic } from '../src/seed/synthetic.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { SEED_END } from './forest.ts';
import { openGateway } from './open-gateway.ts';

export interface Subject {
  url: string;
  db: Database;
  /** Sends a mutation with one input, and throws unless it answers with its payload. */
  mutate(token: string, name: string, input: object): Promise<void>;
  close(): Promise<void>;
}

/** Plants so many organizations, after `beforehand`. The pool has so many connections. */
export async function openSubject(
  organizations: number,
  poolSize: number,
  beforehand: (db: Database) => Promise<void> = () => Promise.resolve(),
): Promise<Subject> {
  const log = createLogger('warn');
  const server = await startEmbedded({
    dataDir: await mkdtemp(path.join(tmpdir(), 'banyan-scale-')),
    settings: {
      shared_buffers: '1GB',
      max_wal_size: '8GB',
      checkpoint_timeout: '30min',
      // Whole pages after a checkpoint would hide what a change itself writes.
      full_page_writes: 'off',
    },
  });
  const url = server.ownerUrl;
  const db = connect({ url, poolSize, log });
  const close = async (): Promise<void> => {
    await db.destroy();
    await server.discard();
  };
  try {
    await migrate(db);
    await installQueue(url, log);
    await beforehand(db);
    await seedSynthetic(url, { organizations, seed: 1, now: SEED_END });
  } catch (error) {
    await close();
    throw error;
  }
  const gateway = openGateway(db, log, { boundsCost: false });
  return {
    url,
    db,
    close,
    async mutate(token, name, input) {
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      const response = await gateway.fetch('http://bench/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({
          query: `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename } }`,
          variables: { input },
        }),
      });
      const text = await response.text();
      if (!text.includes(`"${type}Payload"`)) throw new Error(text);
    },
  };
}

/** What a worker of a version does by the clock, as functions of its database. */
export async function background(db: Database): Promise<string[]> {
  const { rows } = await sql<{ call: string }>`
    select call from (values ('seal_audit_events(integer)', 'seal_audit_events(2000)'),
      ('settle_search_index()', 'settle_search_index()::int')) as known (signature, call)
    where to_regprocedure(signature) is not null`.execute(db);
  return rows.map((row) => row.call);
}

/** Does what a worker does by the clock, until there is nothing left. */
export async function settle(db: Database, calls: readonly string[]): Promise<void> {
  for (const call of calls)
    for (;;) {
      const { rows } = await sql<{ done: number }>`select ${sql.raw(call)} as done`.execute(db);
      if (!rows[0]?.done) break;
    }
}

/** Runs a statement that may take minutes, which the pool's connections would take for silence. */
export async function maintain(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Bytes that were written into the write-ahead log so far. */
export async function logWritten(db: Database): Promise<number> {
  const { rows } = await sql<{ at: string }>`
    select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as at`.execute(db);
  return Number(rows[0]?.at);
}

/** Milliseconds of processor time of all connections to the database so far; NaN but on Linux. */
export async function serverCpu(db: Database): Promise<number> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_stat_activity where datname = current_database()`.execute(db);
  const times = rows.map(async ({ pid }) => {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // In ticks of 10 ms.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  });
  return (await Promise.all(times)).reduce((sum, one) => sum + one, 0);
}
