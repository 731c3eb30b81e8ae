/** `banyan worker`: jobs alone, for a deployment whose gateways run with WORKER=separate. */
import type { Config } from '../config.ts';
import { checkSchemaLaws } from '../database/laws.ts';
import { GRAPHQL_PATH } from '../server.ts';
import type { Logger } from '../telemetry/log.ts';
import { openDatabase } from './database.ts';
import { startJobs } from './jobs.ts';

/** Starts the worker. The returned function lets running jobs end and stops it. */
export async function work(config: Config, log: Logger, print: (line: string) => void): Promise<() => Promise<void>> {
  const database = await openDatabase(config, log, { shared: true, as: 'gateway' });
  try {
    await checkSchemaLaws(database.db, { production: config.production, apart: database.apart }, log);
    const stop = await startJobs(config, database, `http://${config.host}:${config.port}${GRAPHQL_PATH}`, log);
    print('Banyan does jobs.');
    return async () => {
      await stop();
      await database.close();
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
