/** What `/ready` tells of each part that a gateway depends on. */
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { DatabaseClock } from '../../src/database/clock.ts';
import { knownMigrations } from '../../src/database/migrate.ts';
import { Readiness, type ReadinessOptions } from '../../src/database/readiness.ts';
import { SchemaVersion } from '../../src/database/schema-version.ts';
import { LIVING_WORKERS_COUNT, Living } from '../../src/jobs/living.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { it } from '../setup/fixtures.ts';
import { gatewayOver } from '../setup/world.ts';

const log = createLogger('silent');

/** Asks `/ready` of a gateway that looks at its database as `banyan serve` does. */
async function ready(
  { gatewayUrl, gatewayDb }: TestDatabase,
  options: Partial<ReadinessOptions> = {},
): Promise<{ status: number; type: string | null; cache: string | null; report: unknown }> {
  const readiness = new Readiness({
    url: gatewayUrl,
    clock: new DatabaseClock(log),
    schema: new SchemaVersion({ known: await knownMigrations(), log }),
    livingWorkers: LIVING_WORKERS_COUNT,
    ...options,
  });
  const gateway = gatewayOver(gatewayDb, { ready: () => readiness.check() });
  const response = await gateway.fetch('http://banyan.test/ready');
  readiness.close();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    cache: response.headers.get('cache-control'),
    report: await response.json(),
  };
}

describe('/ready', () => {
  it('is one JSON object with the state of each part, and is not cached', async ({ database }) => {
    const living = new Living(database.gatewayUrl, log);
    await living.announce('one worker');
    expect(await ready(database)).toEqual({
      status: 200,
      type: 'application/json',
      cache: 'no-store',
      report: {
        status: 'ready',
        problems: [],
        database: { reachable: true, writable: true },
        schema: { state: 'current', unknown: [], missing: [] },
        clock: { skewMs: expect.any(Number) },
        worker: { alive: 1 },
      },
    });
    await living.close();
    expect(await ready(database)).toMatchObject({ report: { worker: { alive: 0 } } });
  });

  it('is 503 on a database that takes no writes, unless that is allowed', async ({ database }) => {
    const alter = (change: string) =>
      database.db.connection().execute(async (one) => {
        await sql`set default_transaction_read_only = off`.execute(one);
        const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(
          one,
        );
        const [{ name } = { name: '' }] = rows;
        await sql`alter database ${sql.id(name)} ${sql.raw(change)}`.execute(one);
      });
    await alter('set default_transaction_read_only = on');
    const told = { database: { reachable: true, writable: false } };
    expect(await ready(database)).toMatchObject({
      status: 503,
      report: { status: 'unready', problems: ['the database takes no writes'], ...told },
    });
    expect(await ready(database, { allowReadOnly: true })).toMatchObject({
      status: 200,
      report: { status: 'ready', problems: [], ...told },
    });
    await alter('reset default_transaction_read_only');
  });

  it('is 503 on a database that nobody has migrated', async () => {
    const empty = await createDatabase({ empty: true });
    const known = await knownMigrations();
    const { status, report } = await ready(empty);
    expect({ status, report }).toMatchObject({
      status: 503,
      report: {
        database: { reachable: true, writable: true },
        schema: { state: 'missing', unknown: [], missing: known.slice(0, 20) },
      },
    });
    await empty.close();
  });

  it('is 503 and says why when the server refuses the gateway', async ({ database }) => {
    const address = new URL(database.gatewayUrl);
    address.pathname = '/nowhere';
    expect(await ready(database, { url: address.href })).toMatchObject({
      status: 503,
      report: {
        problems: ['the database refuses connections or statements (SQLSTATE 3D000)'],
        database: { reachable: true, writable: null },
        schema: { state: 'unknown' },
        clock: { skewMs: null },
      },
    });
  });
});
