/** What a process measures: what it adds up, and what is read when somebody asks. */
import { RequestTable } from './request-table.ts';
import { Table } from './table.ts';
import { Histogram } from './histogram.ts';

/** The connections of a pool. */
export interface PoolReading {
  max: number;
  idle: number;
  used: number;
  /** Requests that wait for a connection. */
  waiting: number;
  /** Requests that wait for the turn of their tenant. */
  turns: number;
}

/** What the queue of jobs holds. Numbers are exact up to the bound of the statement that counts. */
export interface JobsReading {
  task: string;
  state: 'waiting' | 'scheduled' | 'running' | 'failed';
  jobs: number;
  /** Seconds since the oldest one became due; 0 unless it is waiting. */
  oldestSeconds: number;
}

/** What only the database knows. */
export interface DatabaseReading {
  jobs: JobsReading[];
  /** Amounts of usage that are not in the totals yet. */
  usagePending: number;
  /** Events of the audit log that are not sealed yet, and how long the first of them has waited. */
  auditUnsealed: { events: number; oldestSeconds: number };
}

/** What became of the reads that standbys may answer. */
export interface StandbyReading {
  /** Reads that the primary answered, by reason. */
  fallbacks: Readonly<Record<string, number>>;
  standbys: readonly { name: string; served: number; lagMs: number; isResting: boolean }[];
}

/** What is read when somebody asks. Each part of a process adds what it knows; the rest is not exported. */
export interface Readings {
  activeRequests?: () => number;
  pool?: () => PoolReading | undefined;
  databaseOutage?: { isOngoing: boolean; failures: number } | undefined;
  admission?:
    { queues: Record<'light' | 'heavy', { running: number; waiting: number }> } | undefined;
  /** Bytes by the name of the cache. */
  caches?: () => Record<string, number>;
  standbys?: () => StandbyReading;
  /** Seconds since usage was last rolled up by this process. */
  rollUpAge?: () => number;
  /** Undefined if the database cannot be asked. */
  database?: () => Promise<DatabaseReading | undefined>;
}

/** The bounds of the durations of jobs, in seconds. */
const JOB_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

/** The measurements of one process. It exists only if somebody asks for them. */
export class Metrics {
  readonly requests = new RequestTable();
  /** Seconds that jobs took, by task and outcome. */
  readonly jobs = new Table(() => new Histogram(JOB_SECONDS));
  readonly #readings: Readings = {};

  /** Adds readings. */
  reads(readings: Readings): void {
    Object.assign(this.#readings, readings);
  }

  /** What is read. */
  get readings(): Readonly<Readings> {
    return this.#readings;
  }

  /** Adds a job that has ended. */
  jobEnded(task: string, hasFailed: boolean, seconds: number): void {
    const outcome = hasFailed ? 'failed' : 'completed';
    this.jobs
      .of(`${task} ${outcome}`, () => ({ 'banyan.task': task, 'banyan.outcome': outcome }))
      .record(seconds);
  }
}
