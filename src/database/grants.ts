/**
 * The privileges of the gateway's role (docs/decisions/0022-database-roles.md). The role owns
 * nothing, so it cannot alter or truncate a table or disable a trigger. It can only read and append
 * to the audit log.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Database } from './connect.ts';
import { many, one } from './rows.ts';

/** Tables with privileges other than the usual select, insert, update and delete. */
const EXCEPTIONS: Readonly<Record<string, 'select' | 'select, insert'>> = {
  // The audit log. The function that appends events moves the heads of its hash chains.
  audit_events: 'select, insert',
  account_events: 'select, insert',
  audit_chains: 'select',
  // Written by `banyan migrate` and other operator commands.
  tree_settings: 'select',
  scopes: 'select',
  reserved_slugs: 'select',
  usage_metrics: 'select',
  plans: 'select',
  trusted_documents: 'select',
  kysely_migration: 'select',
  kysely_migration_lock: 'select',
  migration_checksums: 'select',
  // Updated by the function that deletes old events.
  usage_retention: 'select',
  // A slug that was used once is never assigned again.
  retired_slugs: 'select, insert',
  // The creator of a standalone tree stays recorded for as long as it exists.
  standalone_organizations: 'select, insert',
};

const QUEUE = 'graphile_worker';
/** Concurrent grants would update the same catalog rows. */
const GRANT_LOCK = 7_309_172;

/**
 * Grants `role` what a gateway and a worker need, and revokes any other privileges on tables. The
 * owner runs it after every migration; it can be repeated.
 */
export async function grantGateway(owner: Database, role: string): Promise<void> {
  await owner.transaction().execute(async (tx) => {
    const to = sql.id(role);
    const run = async (statement: RawBuilder<unknown>): Promise<void> =>
      void (await statement.execute(tx));
    await run(sql`select pg_advisory_xact_lock(${GRANT_LOCK})`);
    const database = await one(tx, sql<{ name: string }>`select current_database() as name`);
    // With temporary tables, a session could shadow the tables that triggers read.
    await run(sql`revoke temporary on database ${sql.id(database.name)} from public`);
    await run(sql`revoke create on schema public from public`);
    await run(sql`grant usage on schema public, ${sql.id(QUEUE)} to ${to}`);
    await run(sql`revoke all on all tables in schema public from ${to}`);
    await run(
      sql`grant select, insert, update, delete on all tables in schema public, ${sql.id(QUEUE)} to ${to}`,
    );
    for (const [table, rights] of Object.entries(EXCEPTIONS)) {
      await run(sql`revoke insert, update, delete on ${sql.id('public', table)} from ${to}`);
      await run(sql`grant ${sql.raw(rights)} on ${sql.id('public', table)} to ${to}`);
    }
    await run(sql`revoke insert, update, delete on ${sql.id(QUEUE, 'migrations')} from ${to}`);
    await run(
      sql`grant usage, select on all sequences in schema public, ${sql.id(QUEUE)} to ${to}`,
    );
    await run(sql`grant execute on all functions in schema public, ${sql.id(QUEUE)} to ${to}`);
    await openQueue(tx, role);
  });
}

/** The queue's tables have row security without a policy, so only their owner can see the rows. */
async function openQueue(tx: Database, role: string): Promise<void> {
  const rows = await many(
    tx,
    sql<{ name: string }>`
      select c.relname as name from pg_class c
      where c.relnamespace = ${QUEUE}::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity
        and not exists (select from pg_policies p
          where p.schemaname = ${QUEUE} and p.tablename = c.relname and ${role} = any (p.roles))`,
  );
  for (const { name } of rows)
    await sql`create policy ${sql.id(role)} on ${sql.id(QUEUE, name)} to ${sql.id(role)} using (true) with check (true)`.execute(
      tx,
    );
}
