/** What the database spends on the requests of a peer: statements, and CPU of all its processes. */
import { sql } from 'kysely';
import type { Database } from '../../src/database/connect.ts';
import { cpuOfFamily, parentOf } from './cpu.ts';

export interface PostgresMeter {
  /** Seconds of CPU so far, of all processes of the server; undefined where the system does not tell. */
  cpu(): Promise<number | undefined>;
  /** Statements that the server runs while `work` is done, the bounds of transactions included. */
  statementsOf(work: () => Promise<void>): Promise<number>;
}

/** Also counts nothing but what is counted: the meter's own statements are left out. */
const OWN = '%pg_stat_statements%';

export async function openMeter(db: Database): Promise<PostgresMeter> {
  await sql`create schema if not exists peers_meter`.execute(db);
  await sql`create extension if not exists pg_stat_statements schema peers_meter`.execute(db);
  const track = async (what: 'none' | 'top'): Promise<void> => {
    await sql`alter system set pg_stat_statements.track = ${sql.lit(what)}`.execute(db);
    await sql`select pg_reload_conf()`.execute(db);
    // Other connections read the change before their next statement.
    await sql`select pg_sleep(0.2)`.execute(db);
  };
  await track('none');
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
  const postmaster = rows[0] && (await parentOf(rows[0].pid));
  return {
    cpu: async () => (postmaster === undefined ? undefined : cpuOfFamily(postmaster)),
    async statementsOf(work) {
      await track('top');
      await sql`select peers_meter.pg_stat_statements_reset()`.execute(db);
      await work();
      const counted = await sql<{ calls: number }>`
        select coalesce(sum(calls), 0)::int as calls from peers_meter.pg_stat_statements where query not like ${OWN}`.execute(
        db,
      );
      await track('none');
      return counted.rows[0]?.calls ?? NaN;
    },
  };
}
