/** `banyan serve`: the gateway, and with the embedded database a demonstration on the first start. */
import { createServer } from 'node:http';
import { requireInvitationUrl, type Config } from '../config/read.ts';
import { lookUpNobody } from '../authentication/callers.ts';
import { LastUsed } from '../authentication/last-used.ts';
import { billingPortalOf } from '../modules/provisioning/providers.ts';
import { Sessions } from '../authentication/session.ts';
import { DatabaseClock, databaseNow } from '../database/clock.ts';
import { poolState } from '../database/connect.ts';
import { verifySchemaLaws } from '../database/laws.ts';
import { knownMigrations } from '../database/migrate.ts';
import { openReplicas } from '../database/open-replicas.ts';
import { Readiness } from '../database/readiness.ts';
import { SchemaVersion } from '../database/schema-version.ts';
import { graphiqlOptions } from '../http/graphiql/options.ts';
import { Lifecycle, aborted } from '../http/lifecycle.ts';
import { LIVING_WORKERS_COUNT } from '../jobs/living.ts';
import { createBudgets } from '../limits/caller-budgets.ts';
import { openRedisCounters } from '../limits/redis.ts';
import { GRAPHQL_PATH, createGateway } from '../http/gateway.ts';
import type { Logger } from '../telemetry/log.ts';
import { Outage } from '../telemetry/outage.ts';
import { ProcessLines } from './process-lines.ts';
import { databaseReading } from './database-reading.ts';
import { openDatabase, type OpenDatabase } from './database.ts';
import { announce, demonstration } from './demonstration.ts';
import { startJobs } from './jobs.ts';
import { listen } from './listen.ts';
import { openTelemetry } from './telemetry.ts';

/** Shown as soon as the first start begins. */
const FIRST_START =
  '\n  First start: making a database and a demonstration in it. This takes less than a minute, once.';

/** How long requests and jobs may take to fail by themselves when the embedded database is lost for good. */
const LOST_GRACE_MS = 2_000;

/** Slow clients: headers within 10 seconds, the whole request within 30, and how often that is looked at. */
const CONNECTION_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 60_000,
  connectionsCheckingInterval: 1_000,
};

/**
 * Runs the gateway until `stop` is aborted, whether it is ready by then or still starts; then
 * requests end first, after them the jobs, the pool and the embedded database. Rejects with the
 * reason when the embedded database is lost for good.
 */
export async function serve(
  config: Config,
  log: Logger,
  print: (line: string) => void,
  stop: AbortSignal,
): Promise<void> {
  requireInvitationUrl(config);
  const lines = new ProcessLines(log, config);
  // What was opened last is closed first, also when the start fails.
  await using opened = new AsyncDisposableStack();
  let cut = 0;
  const lifecycle = new Lifecycle(log);
  opened.defer(() => lines.stopped({ requests: lifecycle.requestsReceived, cut }));
  const release = (what: string, close: () => void | Promise<void>): void =>
    opened.defer(orderly(what, close, log));
  // The port comes first: when it is taken, nothing else has to be started to find out, and probes
  // are answered meanwhile.
  const server = createServer(CONNECTION_LIMITS, lifecycle.listener);
  server.maxConnections = config.maxConnections;
  const url = `http://${await listen(server, config)}${GRAPHQL_PATH}`;
  opened.defer(() => server.close().closeAllConnections());
  const telemetry = await openTelemetry(config, log);
  release('telemetry', async () => telemetry[Symbol.asyncDispose]());
  const firstStart = (): void => print(FIRST_START);
  const database = await openDatabase(config, log, {
    shared: false,
    supervised: true,
    as: 'gateway',
    stop,
    firstStart,
  });
  opened.defer(() => database.close());
  stop.throwIfAborted();
  await verifySchemaLaws(
    database.db,
    { production: config.production, apart: database.apart },
    log,
  );
  const demo = database.embedded
    ? await demonstration(database, config, url).catch(failFor(database))
    : undefined;
  stop.throwIfAborted();
  const { db } = database;
  const redis =
    config.budgets?.redisUrl === undefined
      ? undefined
      : await openRedisCounters(config.budgets.redisUrl, log);
  const budgets = config.budgets && createBudgets(config.budgets, log, database.directUrl, redis);
  release('budgets', async () => budgets?.budgets.close());
  const outage = new Outage(log, 'the database');
  release('outage', () => outage.close());
  const clock = new DatabaseClock(log);
  const now = await databaseNow(db);
  clock.note(now);
  const schemaVersion = new SchemaVersion({
    known: await knownMigrations(),
    log,
    tryOut: () => lookUpNobody(db),
  });
  await schemaVersion.look(db);
  opened.defer(schemaVersion.watch(db));
  const readiness = new Readiness({
    url: database.url,
    clock,
    schema: schemaVersion,
    allowReadOnly: config.readOnlyDatabase === 'allow',
    maxSkewMs: config.maxClockSkewMs,
    livingWorkers: LIVING_WORKERS_COUNT,
  });
  release('readiness', () => readiness.close());
  const replicas =
    config.databaseReadUrls.length > 0
      ? openReplicas({
          urls: config.databaseReadUrls,
          primary: database,
          poolSize: config.databasePoolSize,
          poolWaitMs: config.databasePoolWaitMs,
          statementTimeoutMs: config.statementTimeoutMs,
          waitMs: config.databaseReadWaitMs,
          clock,
          log,
        })
      : undefined;
  release('standbys', () => replicas?.close());
  const lastUsed = new LastUsed(db, log);
  release('last uses', () => lastUsed.close());
  // One request's forgotten promise is a defect to be found in the log, and no reason to drop all others.
  process.on('unhandledRejection', (error) =>
    log.error({ err: error }, 'a promise was rejected and nobody handled it'),
  );
  telemetry.metrics?.reads({
    activeRequests: () => lifecycle.requestsUnderWay,
    pool: () => poolState(db),
    database: databaseReading(db),
    ...(replicas && { standbys: () => replicas.counts }),
  });
  const gateway = createGateway({
    db,
    replicas,
    log,
    metrics: telemetry.metrics,
    tracer: telemetry.tracer,
    outage,
    clock,
    organizationHeader: config.organizationHeader,
    sessions: config.sessions && new Sessions(config.sessions, log),
    settings: {
      invitationDays: config.invitationDays,
      retentionDays: config.retentionDays,
      mailLimits: config.mailLimits,
      billingPortal: billingPortalOf(config.provisioning, log),
    },
    introspection: config.introspection,
    trustedDocuments: config.trustedDocuments,
    compiled: config.compiled,
    corsOrigins: config.corsOrigins,
    graphiql: config.graphiql && graphiqlOptions(now, undefined, demo?.organizationId),
    graphiqlLocal: demo && graphiqlOptions(now, demo.apiKey, demo.organizationId),
    graphiqlHosts: [config.host],
    console: config.console && {
      ...config.console,
      demonstration: demo && {
        token: demo.personalAccessToken,
        organization: demo.organizationSlug,
      },
    },
    allowedHosts: config.allowedHosts,
    limits: config.limits,
    budgets,
    ready: () => readiness.check(),
    credentialUsed: (kind, id, at) => lastUsed.note(kind, id, at),
  });
  const stopJobs =
    config.worker === 'inline' ? await startJobs(config, database, url, log, telemetry) : undefined;
  const grace = new AbortController();
  if (stopJobs) release('jobs', () => Promise.race([stopJobs(), aborted(grace.signal)]));
  stop.throwIfAborted();
  lifecycle.open((request, response) => void gateway(request, response));
  lines.started({
    url,
    database: database.embedded ? 'embedded' : 'server',
    migrations: database.applied,
    worker: config.worker,
    metrics: telemetry.url,
  });
  if (telemetry.url !== undefined) print(`Metrics: ${telemetry.url}`);
  announce(config, url, demo, print);
  const lost = await Promise.race([aborted(stop), database.lost]);
  lines.stopping({ requestsUnderWay: lifecycle.requestsUnderWay });
  if (!lost) await lifecycle.leave(config.shutdownDelayMs, database.lost);
  // Without a database nothing that still runs can come to a good end.
  setTimeout(() => grace.abort(), lost ? LOST_GRACE_MS : config.shutdownGraceMs).unref();
  cut = await lifecycle.drain(server, grace.signal);
  if (cut > 0)
    log.warn(
      { requests: cut },
      'requests were cut off, because they took longer than SHUTDOWN_GRACE_MS',
    );
  if (lost) throw lost;
}

/** Fails with what a failure is due to. */
function failFor(database: OpenDatabase): (error: unknown) => Promise<never> {
  return async (error) => {
    throw await database.explain(error);
  };
}

/**
 * Closes something whose trouble keeps nothing else from being closed, such as a connection to a
 * database that is gone.
 */
function orderly(
  what: string,
  close: () => void | Promise<void>,
  log: Logger,
): () => Promise<void> {
  return async () => {
    try {
      await close();
    } catch (error) {
      log.warn({ err: error, what }, 'something could not be closed in an orderly way');
    }
  };
}
