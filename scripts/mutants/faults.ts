/** What keeps requests from waiting for a database that is gone, callers from being told too much or too little, and starts and stops in order. */
import type { MutantGroup } from './mutant.ts';

const SILENCE = 'test/faults/silence.test.ts';
const UNAVAILABLE = 'test/faults/unavailable.test.ts';
const NEWER = 'test/database/newer-schema.test.ts';
const QUEUE_START = 'test/faults/queue-start.test.ts';
const READY = 'test/http/ready.test.ts';
const POOL = 'test/database/pool.test.ts';
const DRAIN = 'test/cli/drain.test.ts';

export const faults: readonly MutantGroup[] = [
  {
    file: 'src/database/client.ts',
    tests: SILENCE,
    mutants: [
      {
        what: 'a commit without an answer counts as undone',
        from: 'throw isCommit && isUnavailable(error) ? new OutcomeUnknown(error) : error;',
        to: 'throw error;',
        only: 'its reply was lost',
      },
      {
        what: 'a slow statement is taken for a lost one',
        from: 'return processID == null || sessions.mayWork(processID, sentAt);',
        to: 'return processID === -1;',
        only: 'is waited for while the server works on it',
      },
      {
        what: 'a reader gets an error for a statement that a migration put out of date',
        from: 'if (!isAlone) throw error;',
        to: 'throw error;',
        tests: NEWER,
        only: 'costs no reader',
      },
    ],
  },
  {
    file: 'src/database/silence.ts',
    tests: SILENCE,
    mutants: [
      {
        what: 'a statement without an answer is waited for without end',
        from: 'else void this.#ask(awaited);',
        to: '',
        only: '(swallow)',
      },
    ],
  },
  {
    file: 'src/database/pool.ts',
    tests: UNAVAILABLE,
    mutants: [
      {
        what: 'connections that have not answered since a fault are handed out',
        from: 'return client instanceof RequestClient && client.isDoubtful(this.#faultAt, this.#staleAt);',
        to: 'return client === undefined;',
        only: 'is not kept',
      },
    ],
  },
  {
    file: 'src/database/pool-waiting.ts',
    tests: POOL,
    mutants: [
      {
        what: 'a wait for a connection that is over before it begins is timed all the same',
        from: 'Math.max(0, end - performance.now())',
        to: 'end - performance.now()',
      },
    ],
  },
  {
    file: 'src/jobs/runner.ts',
    tests: QUEUE_START,
    mutants: [
      {
        what: 'a worker that loses its first statements does no jobs',
        from: 'running = running.then(restart);',
        to: 'isRestarting = false;',
      },
    ],
  },
  {
    file: 'src/commands/run.ts',
    tests: QUEUE_START,
    mutants: [
      {
        what: 'libraries write to standard error beside the log',
        from: 'logConsole(log);',
        to: '',
        only: 'nothing but lines of the log',
      },
    ],
  },
  {
    file: 'src/command/retry.ts',
    tests: NEWER,
    mutants: [
      {
        what: 'a change is refused for a statement that a migration put out of date',
        from: 'return isStalePlan(error) || [',
        to: 'return [',
        only: 'costs no change',
      },
    ],
  },
  {
    file: 'src/database/readiness.ts',
    tests: READY,
    mutants: [
      {
        what: 'a gateway is ready although its database takes no writes',
        from: 'answer.writable || allowReadOnly',
        to: 'answer.writable || true',
        only: 'takes no writes',
      },
      {
        what: 'a gateway is ready on a database that nobody has migrated',
        from: 'schema && !schema.isReady',
        to: 'schema && schema.isUnusable',
        only: 'nobody has migrated',
      },
      {
        what: 'a gateway is ready however wrong its clock is',
        from: 'Math.abs(skewMs) > maxSkewMs',
        to: 'maxSkewMs < 0',
        tests: 'test/database/clock.test.ts',
        only: 'beyond its bound',
      },
    ],
  },
  {
    file: 'src/database/schema-version.ts',
    tests: NEWER,
    mutants: [
      {
        what: 'a gateway stays ready beside a database that it cannot work with',
        from: 'return this.#refusal !== undefined;',
        to: 'return false;',
        only: 'is not ready once',
      },
      {
        what: 'the log is filled with what is known',
        from: 'if (performance.now() - this.#loggedAt >= PAUSE_MS) this.#tell();',
        to: 'this.#tell();',
        only: 'to the log once',
      },
    ],
  },
  {
    file: 'src/database/migrate.ts',
    tests: 'test/database/migrations.test.ts',
    mutants: [
      {
        what: 'a migration that waits for a table holds up its readers',
        from: 'await sql`set local lock_timeout = ${sql.lit(LOCK_TIMEOUT_MS)}`.execute(tx);',
        to: '',
        only: 'has done nothing',
      },
      {
        what: 'several processes migrate at once',
        from: '!(await one(connection, tryLock)).held',
        to: '!(await one(connection, tryLock))',
        only: 'leave it to one',
      },
    ],
  },
  {
    file: 'src/http/plugins/answers.ts',
    tests: SILENCE,
    mutants: [
      {
        what: 'nothing is said to have changed where a mutation was made and the rest of its answer was lost',
        from: '(error.path?.length ?? 0) > 1 && record.mutated',
        to: 'record.outcome === null',
        only: 'the rest of its answer is lost',
      },
      {
        what: 'a lost database is answered with 200',
        from: "masked.extensions['http'] = { status: 503, headers: { 'retry-after': '1' } };",
        to: '',
        tests: UNAVAILABLE,
      },
    ],
  },
  {
    file: 'src/errors.ts',
    tests: UNAVAILABLE,
    mutants: [
      {
        what: 'a server in trouble counts as a defect of ours',
        from: 'if (state !== undefined && SERVER_TROUBLE.test(state)) return true;',
        to: '',
      },
    ],
  },
  {
    file: 'src/http/lifecycle.ts',
    tests: DRAIN,
    mutants: [
      {
        what: 'a gateway refuses requests before balancers know that it stops',
        from: 'await Promise.race([pause(delayMs), cut]);',
        to: '',
        only: 'still serves for',
      },
      {
        what: 'requests are taken while the gateway stops',
        from: "this.#stage = 'stopping';",
        to: '',
        only: 'refuses what is new',
      },
      {
        what: 'requests under way are cut off by a stop',
        from: 'await Promise.race([Promise.all([allClosed(this.#underWay), refusing]), over]);',
        to: '',
        only: 'refuses what is new',
      },
      {
        what: 'a request that never ends keeps the gateway from stopping',
        from: 'await Promise.race([Promise.all([allClosed(this.#underWay), refusing]), over]);',
        to: 'await Promise.all([allClosed(this.#underWay), refusing]);',
        only: 'cuts off what outlasts',
      },
    ],
  },
];
