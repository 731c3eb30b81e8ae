/** How long the statements of one request may go on, and the end of them when nobody waits for the answer any more. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { PublicError } from '../errors.ts';

/** Counts the statements that are sent. */
export interface StatementCount {
  statements: number;
}

const current = new AsyncLocalStorage<Deadline | undefined>();

/** Ends the statements of a request: after its time, or when its client has gone. */
export class Deadline {
  readonly #milliseconds: number;
  readonly #timer: NodeJS.Timeout;
  readonly #stops = new Set<() => void>();
  readonly #count: StatementCount | undefined;
  readonly #endings: (() => void)[] = [];
  #over: 'time' | 'client' | undefined;
  /** Who waits for connections behind their own requests: the tree of organizations, or the address until it is known. */
  tenant = '';
  /** Milliseconds that the request has waited for connections while some were lost. */
  waitedMs = 0;

  /** Starts the clock. Statements that are sent under it are counted in `count`. */
  constructor(milliseconds: number, count?: StatementCount) {
    this.#milliseconds = milliseconds;
    this.#count = count;
    this.#timer = setTimeout(() => this.#end('time'), milliseconds).unref();
  }

  /** Starts the clock again: what came before was the client's time, not ours. */
  restart(): void {
    if (this.#over === undefined) this.#timer.refresh();
  }

  /** Calls `ending` when the request was answered, or nobody waits for its answer any more. */
  atEnd(ending: () => void): void {
    this.#endings.push(ending);
  }

  /** Stops the clock; the request was answered. */
  close(): void {
    clearTimeout(this.#timer);
    this.#stops.clear();
    for (const ending of this.#endings) ending();
  }

  /** Ends the statements because the client has gone. */
  abandon(): void {
    this.#end('client');
  }

  #end(why: 'time' | 'client'): void {
    if (this.#over !== undefined) return;
    this.#over = why;
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }

  /** Whether statements have to end. */
  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /** A statement is sent. */
  sends(): void {
    if (this.#count) this.#count.statements++;
  }

  /** What is answered in place of a result. */
  refusal(): PublicError {
    if (this.#over === 'client') {
      return new PublicError('UNAVAILABLE', 'The client closed the request before it was answered.', { outcome: 'NOTHING_CHANGED' });
    }
    const maximum = this.#milliseconds;
    return new PublicError('LIMIT_EXCEEDED', `The operation takes longer than ${maximum} ms; the limit is "operationDeadlineMs".`, {
      limit: 'operationDeadlineMs',
      maximum,
    });
  }

  /** Runs `work`, and calls `stop` if statements have to end before it has ended. */
  async guard<Result>(work: () => Promise<Result>, stop: () => void): Promise<Result> {
    this.#stops.add(stop);
    try {
      return await work();
    } finally {
      this.#stops.delete(stop);
    }
  }
}

/** Runs `work` under the deadline: it holds for every statement that is begun in it. */
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
