/** Connections through a pooler, which gives each transaction another session. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { Deadline, underDeadline } from '../../src/database/deadline.ts';
import { poolingOf } from '../../src/database/pooler.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { runHere, serve } from '../cli/run.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import {
  hasPgBouncer,
  knowsStatements,
  pgBouncerReason,
  startPgBouncer,
  type TestPgBouncer,
} from '../setup/pgbouncer.ts';

const log = createLogger('silent');
const isNew = hasPgBouncer && (await knowsStatements());
const newReason = isNew ? '' : ' (skipped: needs PgBouncer 1.21 or newer; name one in PGBOUNCER)';

let database: TestDatabase;
let pooler: TestPgBouncer;

beforeAll(async () => {
  database = await createDatabase();
  if (hasPgBouncer) pooler = await startPgBouncer(database.gatewayUrl, 'transaction');
});
afterAll(async () => {
  await pooler?.close();
  await database.close();
});

it('A server without a pooler is recognized', async () => {
  expect(await poolingOf(database.gatewayUrl)).toBe('none');
});

describe.skipIf(!hasPgBouncer)(`behind PgBouncer${pgBouncerReason}`, () => {
  it('A pooler is recognized by its mode', async () => {
    for (let look = 0; look < 5; look++)
      expect(await poolingOf(pooler.url)).toBe(isNew ? 'transaction' : 'unprepared');
    const patient = await startPgBouncer(database.gatewayUrl, 'session');
    expect(await poolingOf(patient.url)).toBe('session');
    await patient.close();
  });

  it('A gateway does not start behind transactions without a way around them', async () => {
    expect(await runHere(['serve'], { PORT: '0', DATABASE_URL: pooler.url })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'banyan: DATABASE_URL leads through a connection pooler in transaction mode: set DATABASE_DIRECT_URL to the address of the database itself, for workers and migrations.\n',
    });
  });

  it.skipIf(isNew)('A pooler that loses prepared statements is refused', async () => {
    const { code, stderr } = await runHere(['serve'], {
      PORT: '0',
      DATABASE_URL: pooler.url,
      DATABASE_DIRECT_URL: database.gatewayUrl,
    });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^banyan: The connection pooler of .* PgBouncer 1\.21 or newer/,
      ),
    });
  });

  it('A statement is cancelled through the pooler when its request has no time left', async () => {
    const db = connect({ url: pooler.url, poolSize: 2, isPooled: true, log });
    const deadline = new Deadline(300);
    await expect(
      underDeadline(deadline, () => sql.raw('select pg_sleep(30)').execute(db)),
    ).rejects.toThrow('operationDeadlineMs');
    const { rows } = await sql<{ running: number }>`
      select count(*)::int as running from pg_stat_activity where query = 'select pg_sleep(30)'
        and state = 'active' and datname = current_database()`.execute(database.db);
    expect(rows).toEqual([{ running: 0 }]);
    await db.destroy();
  });
});

describe.skipIf(!isNew)(`behind PgBouncer that prepares statements${newReason}`, () => {
  it('A gateway starts once the role has the settings of its sessions, and reads, writes and does jobs', async () => {
    const environment = {
      PORT: '0',
      DATABASE_URL: pooler.url,
      DATABASE_DIRECT_URL: database.gatewayUrl,
    };
    const { stderr } = await runHere(['serve'], environment);
    expect(stderr).toMatch(/lack settings: run alter role .* set plan_cache_mode/);
    const role = sql.id(new URL(database.gatewayUrl).username);
    const place = sql.id(new URL(database.gatewayUrl).pathname.slice(1));
    for (const setting of [
      sql`timezone = 'UTC'`,
      sql`plan_cache_mode = 'force_generic_plan'`,
      sql`statement_timeout = '30s'`,
    ])
      await sql`alter role ${role} in database ${place} set ${setting}`.execute(database.db);
    await pooler.close();
    pooler = await startPgBouncer(database.gatewayUrl, 'transaction');
    const { stdout } = await runHere(
      ['bootstrap', '--slug', 'acme', '--name', 'Acme', '--email', 'a@acme.example', '--json'],
      { DATABASE_URL: database.url },
    );
    const { apiKey, organizationId } = JSON.parse(stdout) as Record<string, string>;
    const gateway = await serve({ ...environment, DATABASE_URL: pooler.url });
    const ask = async (query: string, variables = {}): Promise<unknown> => {
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ query, variables }),
      });
      return response.json();
    };
    const slugs = Array.from({ length: 20 }, (_, index) => `shop-${index}`);
    const made = await Promise.all(
      slugs.map((slug) =>
        ask(
          'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }',
          { input: { parentId: organizationId, slug, name: slug } },
        ),
      ),
    );
    expect(made).toEqual(
      slugs.map(() =>
        expect.objectContaining({
          data: { createOrganization: { __typename: 'CreateOrganizationPayload' } },
        }),
      ),
    );
    const read = '{ viewer { organization { childCount } } }';
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(read)));
    for (const answer of answers)
      expect(answer).toMatchObject({ data: { viewer: { organization: { childCount: 20 } } } });
    await expect
      .poll(async () => {
        const { rows } = await sql<{
          waiting: number;
        }>`select count(*)::int as waiting from graphile_worker.jobs where task_identifier = 'provision'`.execute(
          database.db,
        );
        return rows;
      })
      .toEqual([{ waiting: 0 }]);
    expect((await gateway.end('SIGTERM')).code).toBe(0);
  });
});
