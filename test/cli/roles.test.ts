/** The two roles of a database: the one that migrates, and the one that gateways connect as. */
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createDatabase } from '../setup/database.ts';
import { run, serve } from './run.ts';

const fails = async (environment: Record<string, string>, sentence: RegExp): Promise<void> => {
  const { code, stdout, stderr } = await run(['serve'], { PORT: '0', ...environment });
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(sentence),
  });
  expect(stderr.trim().split('\n')).toHaveLength(1);
};

describe('a gateway on a server of its own', () => {
  it('migrates as the owner and serves as a role that owns nothing, which later needs no owner any more', async () => {
    const { url, gatewayUrl, db, close } = await createDatabase({ empty: true });
    await fails(
      { DATABASE_MIGRATION_URL: url },
      /^banyan: DATABASE_MIGRATION_URL is set without DATABASE_URL/,
    );
    const first = await serve({ DATABASE_URL: gatewayUrl, DATABASE_MIGRATION_URL: url });
    const { rows } = await sql<{ role: string }>`
      select distinct usename as role from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and application_name like 'banyan%' order by 1`.execute(db);
    expect(rows).toEqual([{ role: 'banyan_gateway' }]);
    expect((await first.end('SIGTERM')).code).toBe(0);
    const second = await serve({ DATABASE_URL: gatewayUrl });
    const ready = await fetch(new URL('/ready', second.url));
    expect(ready.status).toBe(200);
    expect((await second.end('SIGTERM')).code).toBe(0);
    await sql`delete from kysely_migration where name = '0108_audit'`.execute(db);
    await fails(
      { DATABASE_URL: gatewayUrl },
      /^banyan: The database lacks 0108_audit: run banyan migrate with DATABASE_MIGRATION_URL, as its owner\.\n$/,
    );
    await fails(
      { DATABASE_URL: url, DATABASE_MIGRATION_URL: gatewayUrl },
      /^banyan: The database lacks 0108_audit/,
    );
    await close();
    // Five processes, one after the other.
  }, 180_000);
});
