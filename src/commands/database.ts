/** The database that a command works on: the one of DATABASE_URL, or the embedded one. */
import { sql } from 'kysely';
import type { Config } from '../config/read.ts';
import { connect, requireServer, type Database } from '../database/connect.ts';
import { startEmbedded } from '../embedded-postgres/start.ts';
import { poolingOf, requireSessionSettings, requireUsable } from '../database/pooler.ts';
import { grantGateway } from '../database/grants.ts';
import { asOnlyMigrator, compareMigrations, migrate } from '../database/migrate.ts';
import { ConfigurationError } from '../errors.ts';
import { installQueue } from '../jobs/worker.ts';
import type { Logger } from '../telemetry/log.ts';

export interface OpenDatabase {
  /** Address for the role that was asked for. */
  url: string;
  /** The same around a connection pooler, for what needs sessions. */
  directUrl: string;
  /** Whether `url` leads through a connection pooler. */
  isPooled: boolean;
  /** Address for the owner; the same where there is one role for everything. */
  ownerUrl: string;
  db: Database;
  /** Whether it is the embedded server. */
  embedded: boolean;
  /** Whether gateways are meant to connect as another role than the owner. */
  apart: boolean;
  /** Resolves with the reason when a supervised embedded server is lost for good; never otherwise. */
  lost: Promise<ConfigurationError>;
  /** What an error that a statement failed with is due to, where the embedded server says so. */
  explain(error: unknown): Promise<unknown>;
  /** Names of the migrations that were applied on opening. */
  applied: string[];
  /** Names of the database's migrations that this version does not know; empty if nobody looked. */
  newer: string[];
  close(): Promise<void>;
}

export interface OpenOptions {
  /** A command of moments may use the embedded server of a running gateway; a gateway wants it for itself. */
  shared: boolean;
  /** A process that lives long has the embedded server started again when it is lost. */
  supervised?: boolean;
  /**
   * Gateways and workers connect as a role that owns nothing, where there is one; an operator's
   * commands as the owner.
   */
  as: 'gateway' | 'owner';
  /** What to do about missing migrations; by default what `MIGRATE` says. */
  migrations?: Config['migrate'];
  /** Gives the start up, and stops what was started. */
  stop?: AbortSignal;
  /** Called before the embedded database is made, which takes seconds. */
  firstStart?: () => void;
}

/** Reaches or starts the server, and brings it to the newest schema or compares it, as `MIGRATE` says. */
export async function openDatabase(
  config: Config,
  log: Logger,
  options: OpenOptions,
): Promise<OpenDatabase> {
  const { shared, as, stop, firstStart } = options;
  const supervise = options.supervised ? log : undefined;
  // What was opened last is closed first, and all of it also when something cannot be closed.
  await using opened = new AsyncDisposableStack();
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbedded({ dataDir: config.dataDir, shared, stop, firstStart, supervise })
      : undefined;
  if (embedded) opened.defer(() => embedded.stop());
  const gatewayUrl = embedded?.url ?? config.databaseUrl ?? '';
  const direct = config.databaseDirectUrl ?? gatewayUrl;
  const migrationUrl = embedded?.ownerUrl ?? config.databaseMigrationUrl;
  const ownerUrl = migrationUrl ?? direct;
  let isPooled = false;
  if (!embedded) {
    await requireServer(gatewayUrl);
    if (direct !== gatewayUrl) await requireServer(direct, 'DATABASE_DIRECT_URL');
    if (migrationUrl !== undefined) await requireServer(migrationUrl, 'DATABASE_MIGRATION_URL');
    const pooling = await poolingOf(gatewayUrl);
    requireUsable(pooling, direct !== gatewayUrl);
    isPooled = as === 'gateway' && pooling !== 'none';
  }
  const url = as === 'owner' ? ownerUrl : gatewayUrl;
  // Commands and migrations may take as long as they need; what callers ask of the gateway may not.
  const statementTimeoutMs = shared ? 0 : config.statementTimeoutMs;
  const db = connect({
    url,
    poolSize: config.databasePoolSize,
    poolWaitMs: config.databasePoolWaitMs,
    statementTimeoutMs,
    isPooled,
    log,
  });
  opened.defer(() => db.destroy());
  const explain = async (error: unknown): Promise<unknown> =>
    embedded ? embedded.explain(error) : error;
  try {
    stop?.throwIfAborted();
    if (isPooled) await requireSessionSettings(db, statementTimeoutMs);
    const apart = migrationUrl !== undefined && migrationUrl !== gatewayUrl;
    const role = apart ? direct : undefined;
    const { migrations = config.migrate } = options;
    const { applied, newer } =
      migrations === 'off'
        ? { applied: [], newer: [] }
        : migrations === 'check'
          ? await requireMigrated(db)
          : await prepare({ ownerUrl, gatewayUrl: role }, config, log, stop);
    const lost = embedded?.lost ?? new Promise<ConfigurationError>(() => undefined);
    const open = opened.move();
    return {
      url,
      directUrl: as === 'owner' ? ownerUrl : direct,
      isPooled,
      ownerUrl,
      db,
      embedded: embedded !== undefined,
      apart,
      lost,
      explain,
      applied,
      newer,
      close: () => open.disposeAsync(),
    };
  } catch (error) {
    throw await explain(error);
  }
}

type Schema = Pick<OpenDatabase, 'applied' | 'newer'>;

/**
 * Returns the migrations of a newer version; none were applied. Throws a `ConfigurationError` that
 * names the migrations that are missing.
 */
async function requireMigrated(db: Database): Promise<Schema> {
  const { missing, newer } = await compareMigrations(db);
  if (missing.length === 0) return { applied: [], newer };
  const how = (await mayMigrate(db)) ? '' : ' with DATABASE_MIGRATION_URL, as its owner';
  throw new ConfigurationError(
    `The database lacks ${missing.join(', ')}: run banyan migrate${how}.`,
  );
}

/**
 * Migrates as the owner and gives the gateway's role its rights, if it is another; a role that owns
 * nothing only makes sure that nothing is missing. A database of a newer version is left as it is:
 * what it grants and queues is not known here.
 */
async function prepare(
  urls: { ownerUrl: string; gatewayUrl: string | undefined },
  { maxTreeDepth }: Config,
  log: Logger,
  stop?: AbortSignal,
): Promise<Schema> {
  const owner = connect({ url: urls.ownerUrl, poolSize: 1, log });
  try {
    if (!(await mayMigrate(owner))) return await requireMigrated(owner);
    // What one of several processes makes, the queue and the rights included, is no sight for the
    // others while it is half done.
    return await asOnlyMigrator(owner, { log, stop }, async (connection) => {
      const { newer } = await compareMigrations(connection);
      if (newer.length > 0) return { applied: [], newer };
      const applied = await migrate(connection, {
        log,
        stop,
        ...(maxTreeDepth !== undefined && { maxTreeDepth }),
      });
      await installQueue(urls.ownerUrl, log);
      if (urls.gatewayUrl !== undefined)
        await grantGateway(connection, await roleOf(urls.gatewayUrl, log));
      return { applied, newer };
    });
  } finally {
    await owner.destroy();
  }
}

/** Whether the role owns the tables, or there are none yet. */
async function mayMigrate(db: Database): Promise<boolean> {
  const { rows } = await sql<{ owns: boolean }>`
    select pg_has_role(current_user, c.relowner, 'usage') as owns from pg_class c
      where c.oid = to_regclass('organizations')`.execute(db);
  return rows[0]?.owns ?? true;
}

async function roleOf(url: string, log: Logger): Promise<string> {
  const db = connect({ url, poolSize: 1, log });
  try {
    const { rows } = await sql<{ role: string }>`select current_user as role`.execute(db);
    return rows[0]?.role ?? '';
  } finally {
    await db.destroy();
  }
}
