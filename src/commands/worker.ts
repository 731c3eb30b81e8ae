/** `banyan worker`: jobs alone, for a deployment whose gateways run with WORKER=separate. */
import { requireInvitationUrl, type Config } from '../config/read.ts';
import { verifySchemaLaws } from '../database/laws.ts';
import { poolState } from '../database/connect.ts';
import { knownMigrations } from '../database/migrate.ts';
import { SchemaVersion } from '../database/schema-version.ts';
import { aborted } from '../http/lifecycle.ts';
import { GRAPHQL_PATH } from '../http/gateway.ts';
import type { Logger } from '../telemetry/log.ts';
import { ProcessLines } from './process-lines.ts';
import { databaseReading } from './database-reading.ts';
import { openDatabase } from './database.ts';
import { startJobs } from './jobs.ts';
import { openTelemetry } from './telemetry.ts';

/**
 * Does jobs until `stop` is aborted; then running ones may end within the grace time. Rejects with
 * the reason when the embedded database is lost for good.
 */
export async function work(
  config: Config,
  log: Logger,
  print: (line: string) => void,
  stop: AbortSignal,
): Promise<void> {
  requireInvitationUrl(config, true);
  const lines = new ProcessLines(log, config);
  await using telemetry = await openTelemetry(config, log);
  const database = await openDatabase(config, log, {
    shared: true,
    supervised: true,
    as: 'gateway',
    stop,
  });
  let unwatch: (() => void) | undefined;
  try {
    await verifySchemaLaws(
      database.db,
      { production: config.production, apart: database.apart },
      log,
    );
    stop.throwIfAborted();
    const schemaVersion = new SchemaVersion({ known: await knownMigrations(), log });
    await schemaVersion.look(database.db);
    unwatch = schemaVersion.watch(database.db);
    telemetry.metrics?.reads({
      pool: () => poolState(database.db),
      database: databaseReading(database.db),
    });
    // A job's end that could not be recorded is such a promise; the job is done again.
    process.on('unhandledRejection', (error) =>
      log.error({ err: error }, 'a promise was rejected and nobody handled it'),
    );
    const stopJobs = await startJobs(
      config,
      database,
      `http://${config.host}:${config.port}${GRAPHQL_PATH}`,
      log,
      telemetry,
    );
    lines.started({
      metrics: telemetry.url,
      database: database.embedded ? 'embedded' : 'server',
      migrations: database.applied,
    });
    if (telemetry.url !== undefined) print(`Metrics: ${telemetry.url}`);
    print('Banyan does jobs.');
    const lost = await Promise.race([aborted(stop), database.lost]);
    lines.stopping({});
    if (lost) throw lost;
    await Promise.race([stopJobs(), aborted(AbortSignal.timeout(config.shutdownGraceMs))]);
  } finally {
    unwatch?.();
    await database.close();
    lines.stopped({});
  }
}
