/** The database that a command works on: the one of DATABASE_URL, or the embedded one. */
import type { Config } from '../config.ts';
import { connect, requireServer, type Database } from '../database/connect.ts';
import { startEmbedded } from '../database/embedded.ts';
import { migrate } from '../database/migrate.ts';
import { installQueue } from '../jobs/worker.ts';
import type { Logger } from '../telemetry/log.ts';

export interface OpenDatabase {
  url: string;
  db: Database;
  /** Whether it is the embedded server. */
  embedded: boolean;
  /** Names of the migrations that were applied on opening. */
  applied: string[];
  close(): Promise<void>;
}

export interface OpenOptions {
  /** A command of moments may use the embedded server of a running gateway; a gateway wants it for itself. */
  shared: boolean;
}

/** Reaches or starts the server and brings it to the newest schema. */
export async function openDatabase(config: Config, log: Logger, { shared }: OpenOptions): Promise<OpenDatabase> {
  const embedded = config.databaseUrl === undefined ? await startEmbedded({ dataDir: config.dataDir, shared }) : undefined;
  const url = embedded?.url ?? config.databaseUrl ?? '';
  if (!embedded) await requireServer(url);
  // Commands and migrations may take as long as they need; what callers ask of the gateway may not.
  const statementTimeoutMs = shared ? 0 : config.statementTimeoutMs;
  const db = connect({ url, poolSize: config.databasePoolSize, poolWaitMs: config.databasePoolWaitMs, statementTimeoutMs, log });
  const close = async (): Promise<void> => {
    await db.destroy();
    await embedded?.stop();
  };
  try {
    const applied = await migrateUnhurried(url, config, log);
    return { url, db, embedded: embedded !== undefined, applied, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function migrateUnhurried(url: string, { maxTreeDepth }: Config, log: Logger): Promise<string[]> {
  const db = connect({ url, poolSize: 1, log });
  try {
    const applied = await migrate(db, maxTreeDepth);
    await installQueue(url, log);
    return applied;
  } finally {
    await db.destroy();
  }
}
