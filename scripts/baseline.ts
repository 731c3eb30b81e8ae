/**
 * Plants a database with the version that is checked out and writes all of it to `test/fixtures`, for the upgrades of later
 * versions to be tested with (docs/decisions/0027-migrations.md). Run it for a release, and once: `npm run baseline`.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from '../src/database/connect.ts';
import { GATEWAY_ROLE, startEmbedded } from '../src/embedded-postgres/start.ts';
import { grantGateway } from '../src/database/grants.ts';
import { knownMigrations, migrate } from '../src/database/migrate.ts';
import { installQueue } from '../src/jobs/worker.ts';
import { createGateway, GRAPHQL_PATH } from '../src/http/gateway.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { plant, type Ask } from './baseline/plant.ts';
import { printBaseline, takeTables, type Reading } from './baseline/snapshot.ts';

const dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-baseline-'));
const server = await startEmbedded({ dataDir, settings: { fsync: 'off' } });
const log = createLogger('warn');
try {
  const owner = connect({ url: server.ownerUrl, poolSize: 4, log });
  await migrate(owner);
  await installQueue(server.ownerUrl, log);
  await grantGateway(owner, GATEWAY_ROLE);
  const db = connect({ url: server.url, poolSize: 4, log });
  const gateway = createGateway({
    db,
    log,
    organizationHeader: 'X-Organization',
    settings: {
      invitationDays: 7,
      retentionDays: 30,
      mailLimits: { perSender: 1_000, perTree: 1_000, perAddress: 5 },
    },
    introspection: 'public',
    graphiql: false,
    corsOrigins: [],
    credentialUsed: () => undefined,
  });
  const ask: Ask = async ({ token, organization, query }, variables) => {
    const response = await gateway.fetch(`http://localhost${GRAPHQL_PATH}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        ...(organization && { 'x-organization': organization }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as {
      data: Record<string, unknown>;
      errors?: unknown;
    };
    if (errors) throw new Error(`${query}: ${JSON.stringify(errors)}`);
    return data;
  };
  const readings: Reading[] = [];
  for (const question of await plant({ owner, db, url: server.url, ask }))
    readings.push({ ...question, data: await ask(question) });
  const tables = await takeTables(owner);
  const migration = (await knownMigrations()).at(-1) ?? '';
  const file = path.join(
    import.meta.dirname,
    '..',
    'test',
    'fixtures',
    `baseline-${migration.slice(0, 4)}.json`,
  );
  await writeFile(file, printBaseline({ migration, tables, readings }), {
    flag: process.argv.includes('--overwrite') ? 'w' : 'wx',
  });
  const empty = tables.filter(({ rows }) => rows.length === 0).map(({ name }) => name);
  process.stdout.write(
    `${path.basename(file)}: ${tables.length} tables, ${readings.length} readings; without rows: ${empty.join(', ') || 'none'}\n`,
  );
  await Promise.all([owner.destroy(), db.destroy()]);
} finally {
  await server.discard();
}
