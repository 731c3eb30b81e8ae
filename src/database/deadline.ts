/** The deadline of a request's statements. It also ends them when the client has gone. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { clockFor, type DeadlineClock, type Running } from './deadline-clock.ts';
import { RequestError } from '../errors.ts';

/** Counts the statements that are sent. */
export interface StatementCount {
  statements: number;
}

const current = new AsyncLocalStorage<Deadline | undefined>();

/** The client disconnected before its request was answered, so nobody reads this. */
export function clientGone(): RequestError {
  return new RequestError('UNAVAILABLE', 'The client closed the request before it was answered.', {
    outcome: 'NOTHING_CHANGED',
  });
}

/** Ends the statements of a request when its time is up or its client has gone. */
export class Deadline {
  readonly #milliseconds: number;
  readonly #clock: DeadlineClock;
  readonly #end = (): void => this.#endFor('time');
  #running: Running;
  readonly #stops = new Set<() => void>();
  readonly #count: StatementCount | undefined;
  readonly #endings: (() => void)[] = [];
  #over: 'time' | 'client' | undefined;
  /**
   * The tenant whose requests queue for connections together: the tree of organizations, or the
   * client's address until the tree is known.
   */
  tenant = '';
  /** Milliseconds that the request has waited for connections after a fault. */
  waitedMs = 0;

  /** Starts the clock. Statements sent under the deadline are counted in `count`. */
  constructor(milliseconds: number, count?: StatementCount) {
    this.#milliseconds = milliseconds;
    this.#count = count;
    this.#clock = clockFor(milliseconds);
    this.#running = this.#clock.start(this.#end);
  }

  /** Restarts the clock: the time before was the client's, not ours. */
  restart(): void {
    if (this.#over !== undefined) return;
    this.#clock.stop(this.#running);
    this.#running = this.#clock.start(this.#end);
  }

  /** Calls `ending` when the request was answered or its client has gone. */
  atEnd(ending: () => void): void {
    this.#endings.push(ending);
  }

  /** Stops the clock: the request was answered. */
  close(): void {
    this.#clock.stop(this.#running);
    this.#stops.clear();
    for (const ending of this.#endings) ending();
  }

  /** Ends the statements because the client has gone. */
  abandon(): void {
    this.#endFor('client');
  }

  #endFor(why: 'time' | 'client'): void {
    if (this.#over !== undefined) return;
    this.#over = why;
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }

  /** Whether statements must end. */
  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /** Records that a statement is sent. */
  sends(): void {
    if (this.#count) this.#count.statements++;
  }

  /** The error to return instead of a result. */
  refusal(): RequestError {
    if (this.#over === 'client') return clientGone();
    const maximum = this.#milliseconds;
    return new RequestError(
      'LIMIT_EXCEEDED',
      `The operation takes longer than ${maximum} ms; the limit is "operationDeadlineMs".`,
      {
        limit: 'operationDeadlineMs',
        maximum,
      },
    );
  }

  /** Runs `work`, and calls `stop` if statements must end before it has finished. */
  async guard<Result>(work: () => Promise<Result>, stop: () => void): Promise<Result> {
    this.#stops.add(stop);
    try {
      return await work();
    } finally {
      this.#stops.delete(stop);
    }
  }
}

/** Runs `work` under the deadline, which applies to every statement started in it. */
export function underDeadline<Result>(deadline: Deadline, work: () => Result): Result {
  return current.run(deadline, work);
}

/** Runs `work`, whose statements belong to no request. */
export function withoutDeadline<Result>(work: () => Result): Result {
  return current.run(undefined, work);
}

/** The deadline of the request that the calling code works for. */
export function currentDeadline(): Deadline | undefined {
  return current.getStore();
}
