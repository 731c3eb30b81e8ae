/** The worker: takes jobs from the queue and runs them, in the process of the gateway or in one of its own. */
import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger as WorkerLogger, run, runMigrations, runOnce, type TaskList, type WorkerEvents } from 'graphile-worker';
import type pg from 'pg';
import { RequestPool } from '../database/pool.ts';
import type { Logger } from '../telemetry/log.ts';
import { Living } from './living.ts';
import type { JobName, JobPayloads } from './queue.ts';

/** How a job is done. It may run twice after a crash, and throws to be tried again. */
export type Task<Name extends JobName> = (payload: JobPayloads[Name], attempt: { isLast: boolean }) => Promise<void>;

export type Tasks = { [Name in JobName]: Task<Name> };

export interface WorkerOptions {
  /** Database of the queue. */
  url: string;
  tasks: Tasks;
  log: Logger;
  /** Jobs that come by the clock, as lines of a crontab. */
  schedule?: string;
  /** Jobs that run at the same time. */
  concurrency?: number;
}

/** How long after a failure it is tried again. */
const RETRY_MS = 1_000;
const CONCURRENCY_DEFAULT = 4;
const INSTALLING_CONNECTIONS = 2;

/** Connections of the queue that are not for jobs: for news, for the clock, and some that stay free, because no tenant of a pool has all. */
const CONNECTIONS_BESIDE = 4;
/** How long a connection of the queue is waited for. */
const CONNECT_MS = 2_000;
/** How long connections of the queue may take to end. */
const CLOSE_MS = 1_000;

/** Brings the queue's own tables to the newest form. */
export async function installQueue(url: string, log: Logger): Promise<void> {
  const pool = queuePool(url, INSTALLING_CONNECTIONS, log);
  try {
    await runMigrations({ pgPool: pool, logger: workerLog(log) });
  } finally {
    await pool.end();
  }
}

/** Runs the jobs that are due and returns when none is left. */
export async function runDueJobs({ url, tasks, log, concurrency = CONCURRENCY_DEFAULT }: WorkerOptions): Promise<void> {
  await runOnce({ connectionString: url, taskList: taskList(tasks), logger: workerLog(log), concurrency, noHandleSignals: true });
}

/**
 * Starts a worker. The returned function lets running jobs end and stops it.
 *
 * When a connection of the queue was lost, another runner takes the place of the one that had it, which only ends what it
 * has under way: it may hold jobs that it knows nothing of, because the answer that gave them was lost, or whose end could
 * not be recorded. Those are set free once the rest has ended.
 *
 * The queue waits for nobody to record the end of a job: where that fails, it is a rejection that the process must not end
 * for (`process.on('unhandledRejection')`).
 */
export async function startWorker(options: WorkerOptions): Promise<() => Promise<void>> {
  const living = new Living(options.url, options.log);
  await living.recover();
  let runner = await startRunner(options, living);
  const stopping = new AbortController();
  const stopped = aborted(stopping.signal);
  const ending = new Set<Promise<void>>();
  const keep = async (): Promise<void> => {
    for (;;) {
      await Promise.race([runner.trouble, stopped]);
      const next = await successor(options, living, stopping.signal);
      if (!next) return;
      const end: Promise<void> = runner.stop().finally(() => ending.delete(end));
      ending.add(end);
      runner = next;
    }
  };
  const keeping = keep();
  return async () => {
    stopping.abort();
    await keeping;
    await Promise.all([runner.stop(), ...ending]);
    await living.close();
  };
}

/** Takes jobs under a name of its own. */
interface Runner {
  /** Resolves when a connection was lost or could not be had, or the runner has given up. */
  trouble: Promise<void>;
  /** Lets running jobs end; then those that are still in its name are free for others. */
  stop(): Promise<void>;
}

/** Another runner as soon as the database lets it start; undefined when the worker is stopped before. */
async function successor(options: WorkerOptions, living: Living, stop: AbortSignal): Promise<Runner | undefined> {
  if (!stop.aborted) options.log.warn('the queue lost its database; it starts again');
  while (!stop.aborted) {
    try {
      return await startRunner(options, living);
    } catch (error) {
      options.log.debug({ err: error }, 'the queue could not start again');
      await delay(RETRY_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  }
  return undefined;
}

async function startRunner(
  { url, tasks, log, schedule = '', concurrency = CONCURRENCY_DEFAULT }: WorkerOptions,
  living: Living,
): Promise<Runner> {
  const trouble = Promise.withResolvers<void>();
  const pool = queuePool(url, concurrency + CONNECTIONS_BESIDE, log, trouble.resolve);
  const events: WorkerEvents = new EventEmitter();
  const names: string[] = [];
  events.on('pool:create', ({ workerPool }) => {
    names.push(workerPool.id);
    void living.announce(workerPool.id);
  });
  // A connection that is silent does not say goodbye either.
  const close = (): Promise<void> => Promise.race([pool.end(), delay(CLOSE_MS, undefined, { ref: false })]);
  try {
    const runner = await run({
      pgPool: pool,
      concurrency,
      taskList: taskList(tasks),
      crontab: schedule,
      logger: workerLog(log),
      events,
      noHandleSignals: true,
    });
    const ended = runner.promise.catch((error: unknown) => log.debug({ err: error }, 'a runner of the queue has ended'));
    void ended.then(() => trouble.resolve());
    return {
      trouble: trouble.promise,
      async stop() {
        await runner.stop().catch(() => undefined);
        await ended;
        await living.forget(names);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The queue's connections. A pool of its own making would stop listening for errors when it is stopped, and a connection
 * that is lost in that moment would end the process; and it would wait without end for a network that swallows answers.
 */
function queuePool(url: string, max: number, log: Logger, onFault?: () => void): pg.Pool {
  const pool = new RequestPool({
    connectionString: url,
    max,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'banyan queue',
    ...(onFault && { onFault }),
  });
  const lost = (error: Error): void => log.debug({ err: error }, 'a connection of the queue was lost');
  pool.on('error', lost).on('connect', (client) => client.on('error', lost));
  return pool;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

function taskList(tasks: Tasks): TaskList {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      (payload, { job }) => (task as Task<JobName>)(payload as never, { isLast: job.attempts >= job.max_attempts }),
    ]),
  );
}

/** The queue's messages, in our log; what it says of single jobs stays at debug. */
function workerLog(log: Logger): WorkerLogger {
  return new WorkerLogger(() => (level, message) => {
    if (level === 'error') log.warn({ queue: message }, 'a job failed');
    else if (level === 'warning') log.warn({ queue: message }, 'the queue warns');
    else log.debug({ queue: message }, 'queue');
  });
}
