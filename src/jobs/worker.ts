/** The worker: takes jobs from the queue and runs them, in the process of the gateway or in one of its own. */
import { EventEmitter } from 'node:events';
import { Logger as WorkerLogger, run, runMigrations, runOnce, type TaskList, type WorkerEvents } from 'graphile-worker';
import pg from 'pg';
import type { Logger } from '../telemetry/log.ts';
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

const RECOVER_EVERY_MS = 30_000;
const CONCURRENCY_DEFAULT = 4;
const INSTALLING_CONNECTIONS = 2;

/**
 * How long the queue may take to hand a job over, and to write down that it is done. A job that this worker has had for
 * longer without doing it was lost on the way, with its connection.
 */
const HANDOVER_MS = 10_000;

/** How long the connection that says which workers live may be silent before it is made again. */
const ANSWER_MS = 10_000;

/** First of the two numbers of the advisory locks that say which workers live. */
const LIVING_WORKERS = 1_918_256;

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

/** Starts a worker. The returned function lets running jobs end and stops it. */
export async function startWorker({
  url,
  tasks,
  log,
  schedule = '',
  concurrency = CONCURRENCY_DEFAULT,
}: WorkerOptions): Promise<() => Promise<void>> {
  const living = new Living(url, log);
  const events: WorkerEvents = new EventEmitter();
  events.on('pool:create', ({ workerPool }) => void living.announce(workerPool.id));
  events.on('job:start', ({ job }) => living.begin(job.id));
  events.on('job:complete', ({ job }) => living.end(job.id));
  await living.recover();
  const pool = queuePool(url, concurrency + 2, log);
  const runner = await run({
    pgPool: pool,
    concurrency,
    taskList: taskList(tasks),
    crontab: schedule,
    logger: workerLog(log),
    events,
    noHandleSignals: true,
  });
  return async () => {
    await runner.stop();
    await living.close();
    await pool.end();
  };
}

/**
 * The queue's connections. A pool of its own making would stop listening for errors when it is stopped, and a connection
 * that is lost in that moment would end the process.
 */
function queuePool(connectionString: string, max: number, log: Logger): pg.Pool {
  const pool = new pg.Pool({ connectionString, max, keepAlive: true, application_name: 'banyan queue' });
  const lost = (error: Error): void => log.debug({ err: error }, 'a connection of the queue was lost');
  pool.on('error', lost).on('connect', (client) => client.on('error', lost));
  return pool;
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

/**
 * Which workers live. A job that a killed worker held would stay locked for hours; so each worker holds an advisory
 * lock under its name for as long as it is connected, and jobs whose holder has none are set free. So are jobs that this
 * worker holds and does not do: the database may be lost between handing a job over and its answer, or before it is
 * written down that a job is done.
 */
class Living {
  readonly #url: string;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #soon: NodeJS.Timeout | undefined;
  readonly #names = new Set<string>();
  /** Names whose lock the present connection holds. */
  #announced = new Set<string>();
  #client: Promise<pg.Client> | undefined;
  /** Ids of the jobs that are done now, or were done a moment ago. */
  readonly #doing = new Set<string>();

  constructor(url: string, log: Logger) {
    this.#url = url;
    this.#log = log;
    this.#timer = setInterval(() => void this.recover(), RECOVER_EVERY_MS).unref();
  }

  /** Says that the worker of this name lives. */
  async announce(name: string): Promise<void> {
    this.#names.add(name);
    await this.recover();
  }

  /** Says that a job was begun. */
  begin(id: string): void {
    this.#doing.add(id);
  }

  /** Says that a job has ended, well or not. */
  end(id: string): void {
    setTimeout(() => this.#doing.delete(id), HANDOVER_MS).unref();
  }

  /** Sets free what dead workers held. A failure is logged; the next round tries again. */
  async recover(): Promise<void> {
    try {
      const client = await (this.#client ??= this.#connect());
      const unannounced = [...this.#names].filter((name) => !this.#announced.has(name));
      for (const name of unannounced) {
        await client.query('select pg_advisory_lock($1, hashtext($2))', [LIVING_WORKERS, name]);
        this.#announced.add(name);
      }
      const { rows } = await client.query<{ name: string }>(
        `select distinct locked_by as name from graphile_worker._private_jobs
         where locked_by is not null and pg_try_advisory_xact_lock($1, hashtext(locked_by)) and locked_by <> all ($2)`,
        [LIVING_WORKERS, [...this.#names]],
      );
      await client.query(
        `update graphile_worker._private_jobs set locked_at = null, locked_by = null
         where locked_by = any ($1) and locked_at < now() - $2 * interval '1 ms' and id <> all ($3)`,
        [[...this.#names], HANDOVER_MS, [...this.#doing]],
      );
      if (rows.length === 0) return;
      await client.query('select graphile_worker.force_unlock_workers($1)', [rows.map((row) => row.name)]);
      this.#log.warn({ workers: rows.length }, 'jobs of workers that are gone were set free');
    } catch (error) {
      this.#lost();
      this.#log.warn({ err: error }, 'jobs of workers that are gone could not be looked for');
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'banyan worker',
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
    });
    client.on('error', () => this.#lost());
    await client.connect();
    return client;
  }

  #lost(): void {
    void this.#client?.then((client) => client.end()).catch(() => undefined);
    this.#client = undefined;
    this.#announced = new Set();
    // Soon, since jobs may have been lost with the connection.
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.recover(), HANDOVER_MS + 1_000).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    await (await this.#client)?.end();
  }
}
