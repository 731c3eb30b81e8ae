/** The worker: takes jobs from the queue and runs them, in the gateway's process or its own. */
import { EventEmitter } from 'node:events';
import {
  Logger as WorkerLogger,
  runMigrations,
  runOnce,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import type pg from 'pg';
import { RequestClient } from '../database/client.ts';
import { RequestPool } from '../database/pool.ts';
import type { Logger } from '../telemetry/log.ts';
import { inSpan, type Tracer } from '../telemetry/traces/span.ts';
import { Living } from './living.ts';
import type { JobName, JobPayloads } from './queue.ts';
import { runQueue } from './runner.ts';

/** Runs a job. It may run twice after a crash, and throws to be retried. */
export type Task<Name extends JobName> = (
  payload: JobPayloads[Name],
  attempt: { isLast: boolean },
) => Promise<void>;

export type Tasks = { [Name in JobName]: Task<Name> };

export interface WorkerOptions {
  /** The database of the queue. */
  url: string;
  tasks: Tasks;
  log: Logger;
  /** Scheduled jobs, as lines of a crontab. */
  schedule?: string;
  /** The number of jobs that run at the same time. */
  concurrency?: number;
  /** Called for each job that has ended, with the seconds that it took. */
  ended?: JobEnded | undefined;
  /** Decides which jobs are traced; absent if none is. */
  tracer?: Tracer | undefined;
}

/** Receives the end of a job. */
export type JobEnded = (task: string, hasFailed: boolean, seconds: number) => void;

const CONCURRENCY_DEFAULT = 4;
const INSTALLING_CONNECTIONS = 2;
/**
 * Connections in addition to those that take and complete jobs: one listens, one serves the
 * schedule, two are spare.
 */
const CONNECTIONS_BESIDE_JOBS = 4;
/** How long the queue waits for a connection. */
const CONNECTION_WAIT_MS = 5_000;

/** Migrates the queue's own tables to the newest version. */
export async function installQueue(url: string, log: Logger): Promise<void> {
  const pool = queuePool(url, INSTALLING_CONNECTIONS, log);
  try {
    await runMigrations({ pgPool: pool, logger: workerLog(log) });
  } finally {
    await pool.end();
  }
}

/** Runs the jobs that are due, and returns when none is left. */
export async function runDueJobs({
  url,
  tasks,
  log,
  concurrency = CONCURRENCY_DEFAULT,
  ended,
  tracer,
}: WorkerOptions): Promise<void> {
  await runOnce({
    connectionString: url,
    taskList: taskList(tasks, { ended, tracer }),
    logger: workerLog(log),
    concurrency,
    noHandleSignals: true,
  });
}

/** Starts a worker. Returns a function that waits for running jobs and stops it. */
export async function startWorker({
  url,
  tasks,
  log,
  schedule = '',
  concurrency = CONCURRENCY_DEFAULT,
  ended,
  tracer,
}: WorkerOptions): Promise<() => Promise<void>> {
  await using opened = new AsyncDisposableStack();
  const living = new Living(url, log);
  const pool = queuePool(url, concurrency + CONNECTIONS_BESIDE_JOBS, log, () => living.doubt());
  opened.defer(() => pool.end());
  opened.defer(() => living.close());
  const events: WorkerEvents = new EventEmitter();
  events.on('pool:create', ({ workerPool }) => void living.announce(workerPool.id));
  events.on('job:start', ({ job }) => living.begin(job.id));
  events.on('job:complete', ({ job }) => living.end(job.id));
  await living.recover();
  const stop = await runQueue({
    pgPool: pool,
    concurrency,
    taskList: taskList(tasks, { ended, tracer }),
    crontab: schedule,
    logger: workerLog(log),
    events,
    noHandleSignals: true,
  });
  const running = opened.move();
  running.defer(stop);
  return () => running.disposeAsync();
}

/**
 * The queue's connection pool, which detects a silent server. When one connection is lost, all are
 * replaced: the one that listens for new jobs sends nothing by itself, so it would not be found
 * dead. The queue library's own pool would wait for silent connections, and would stop listening
 * for errors when it is stopped.
 */
function queuePool(
  connectionString: string,
  max: number,
  log: Logger,
  onFault: () => void = () => undefined,
): pg.Pool {
  const clients = new Set<pg.PoolClient>();
  const pool = new RequestPool({
    connectionString,
    max,
    connectionTimeoutMillis: CONNECTION_WAIT_MS,
    application_name: 'banyan queue',
    onFault() {
      for (const client of clients)
        if (client instanceof RequestClient)
          client.giveUp(new Error('Connection terminated: another one was lost'));
      clients.clear();
      onFault();
    },
  });
  const lost = (error: Error): void =>
    log.debug({ err: error }, 'a connection of the queue was lost');
  pool.on('error', lost);
  pool.on('connect', (client) => {
    client.on('error', lost);
    clients.add(client);
  });
  pool.on('remove', (client) => clients.delete(client));
  return pool;
}

function taskList(
  tasks: Tasks,
  { ended = () => undefined, tracer }: Pick<WorkerOptions, 'ended' | 'tracer'> = {},
): TaskList {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      async (given, { job }) => {
        const { traceparent, ...payload } = given as { traceparent?: unknown };
        const span = tracer?.start(
          `job ${name}`,
          'consumer',
          typeof traceparent === 'string' ? traceparent : undefined,
        );
        const startedAt = performance.now();
        const end = (hasFailed: boolean): void =>
          ended(name, hasFailed, (performance.now() - startedAt) / 1_000);
        try {
          const isLast = job.attempts >= job.max_attempts;
          const run = () => (task as Task<JobName>)(payload, { isLast });
          await (span ? inSpan(span, run) : run());
        } catch (error) {
          end(true);
          throw error;
        }
        end(false);
      },
    ]),
  );
}

/** Forwards the queue's messages to our log. Messages about single jobs stay at debug level. */
function workerLog(log: Logger): WorkerLogger {
  return new WorkerLogger(() => (level, message) => {
    if (level === 'error') log.warn({ queue: message }, 'a job failed');
    else if (level === 'warning') log.warn({ queue: message }, 'a warning from the queue');
    else log.debug({ queue: message }, 'queue');
  });
}
