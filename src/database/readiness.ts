/** Whether the database can serve requests, as `/ready` tells it. */
import { sql } from 'kysely';
import { sqlState } from '../errors.ts';
import type { DatabaseClock } from './clock.ts';
import type { Database } from './connect.ts';
import { Probe } from './probe.ts';
import { APPLIED, isUnmigrated, type SchemaState, type SchemaVersion } from './schema-version.ts';

/** What `/ready` answers while the gateway serves. A part that nobody asked for is `unknown` or null. */
export interface ReadinessReport {
  status: 'ready' | 'unready';
  /** Why it is not ready, each in a sentence; empty otherwise. */
  problems: string[];
  database: {
    /** Whether it answered within 1.5 seconds, if only to refuse. */
    reachable: boolean;
    /** Whether it takes writes; a hot standby does not. */
    writable: boolean | null;
  };
  schema: SchemaState;
  clock: {
    /** Milliseconds by which the clock of this process is ahead of the database's; negative behind. */
    skewMs: number | null;
  };
  worker: {
    /** Workers that are connected to the database, those inside gateways included. */
    alive: number | null;
  };
}

export interface ReadinessOptions {
  /** The database, for the role of the gateway. */
  url: string;
  clock: DatabaseClock;
  /** Compares the migrations; absent if nothing does. */
  schema?: SchemaVersion;
  /** Whether a database that takes no writes is good enough; false by default. */
  allowReadOnly?: boolean;
  /** The greatest difference between the clocks, in milliseconds; none by default. */
  maxSkewMs?: number;
  /** SQL that counts living workers; null where it cannot. Absent if nobody asks. */
  livingWorkers?: string;
}

/** What one statement tells. */
interface Answer {
  now: Date;
  writable: boolean;
  applied: string[];
  workers: number | null;
}

const UNKNOWN: SchemaState = { state: 'unknown', unknown: [], missing: [] };

/** A report of a database that does not answer, or refuses to. */
function unanswered(error?: unknown): ReadinessReport {
  const state = sqlState(error);
  return {
    status: 'unready',
    problems: [
      state === undefined
        ? 'the database does not answer'
        : `the database refuses connections or statements (SQLSTATE ${state})`,
    ],
    database: { reachable: state !== undefined, writable: null },
    schema: UNKNOWN,
    clock: { skewMs: null },
    worker: { alive: null },
  };
}

/**
 * Asks the database over a connection of its own: a pool in full use must not make the process
 * unready.
 */
export class Readiness {
  readonly #options: ReadinessOptions;
  readonly #probe: Probe;
  #asked: Promise<ReadinessReport> | undefined;

  constructor(options: ReadinessOptions) {
    this.#options = options;
    this.#probe = new Probe({
      connectionString: options.url,
      application_name: 'banyan readiness',
    });
  }

  /** Reports within 1.5 seconds, and never rejects. Concurrent checks share one statement. */
  check(): Promise<ReadinessReport> {
    this.#asked ??= this.#ask()
      .then((answer) => this.#report(answer), unanswered)
      .finally(() => (this.#asked = undefined));
    return this.#asked;
  }

  async #ask(): Promise<Answer | undefined> {
    const { schema, livingWorkers = 'null::int' } = this.#options;
    const ask = async (applied: string): Promise<Answer | undefined> => {
      const [answer] = await this.#probe.ask<Answer & Record<string, unknown>>(
        `select now() as now, current_setting('transaction_read_only') = 'off' as writable,
           ${applied} as applied, ${livingWorkers} as workers`,
      );
      return answer;
    };
    const none = "'{}'::text[]";
    try {
      return await ask(schema ? APPLIED : none);
    } catch (error) {
      if (!isUnmigrated(error)) throw error;
      return ask(none);
    }
  }

  #report(answer: Answer | undefined): ReadinessReport {
    if (!answer) return unanswered();
    const { clock, schema, allowReadOnly = false, maxSkewMs = Infinity } = this.#options;
    clock.note(answer.now);
    // The trial goes through the pool, and nobody waits for it here: the next check knows the result.
    void schema?.note(answer.applied);
    const skewMs = Math.round(clock.skewMs);
    const problems = [
      ...(answer.writable || allowReadOnly ? [] : ['the database takes no writes']),
      ...(schema && !schema.isReady ? [schema.line] : []),
      ...(Math.abs(skewMs) > maxSkewMs
        ? [
            `the clock of this process is ${Math.abs(skewMs)} ms ${skewMs < 0 ? 'behind' : 'ahead of'} the database's`,
          ]
        : []),
    ];
    return {
      status: problems.length === 0 ? 'ready' : 'unready',
      problems,
      database: { reachable: true, writable: answer.writable },
      schema: schema?.state ?? UNKNOWN,
      clock: { skewMs },
      worker: { alive: answer.workers },
    };
  }

  /** Closes the connection, if there is one. */
  close(): void {
    this.#probe.close();
  }
}

/** Reports whether the database answers a statement through the pool, and nothing else. */
export async function readyThrough(db: Database): Promise<ReadinessReport> {
  try {
    await sql`select 1`.execute(db);
    return {
      ...unanswered(),
      status: 'ready',
      problems: [],
      database: { reachable: true, writable: null },
    };
  } catch (error) {
    return unanswered(error);
  }
}
