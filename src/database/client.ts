/** A connection of the pool: named prepared statements that end with their request, and silence that ends as well. */
import pg from 'pg';
import { OutcomeUnknown, isStalePlan, isUnavailable, sqlState } from '../errors.ts';
import { currentDeadline, withoutDeadline, type Deadline } from './deadline.ts';
import { streamOf, type WorkingSessions } from './probe.ts';
import { statementName } from './statement-name.ts';

/** How long cancelling a statement may take before its connection is given up instead. */
const CANCEL_MS = 1_000;

/** After how long without an answer the server is asked whether it still works on a statement. */
const SILENCE_MS = 1_000;

/**
 * Share of the wait for a connection that making one may take. The smaller one holds for some seconds after a fault, so
 * that attempts which went nowhere soon make room for those that succeed.
 */
const CONNECT_SHARE = { usual: 0.5, afterFault: 0.25 };

/** How long the answer to a commit is waited for. */
const COMMIT_MS = 10_000;

/** Idle connections show the network that they are in use, and are found dead while nobody waits for them. */
const KEEP_ALIVE_MS = 10_000;

/** Called with an error, or with null and the result. */
type Callback = (error: unknown, result?: unknown) => void;

/** What connections of one pool share. */
export interface Shared {
  sessions: WorkingSessions;
  /** Longest that any statement may take, as this side measures it; 0 for no limit. */
  answerMs: number;
  /** Told when a connection was lost, or is no longer of use. */
  onFault(): void;
  /** Told when a statement that was prepared over a connection of this age (`performance.now()`) is out of date. */
  onStalePlan(connectedAt: number): void;
  /** Whether there was a fault within the last seconds. */
  isTroubled(): boolean;
}

/**
 * A client whose statements with parameters run as named prepared statements (PostgreSQL parses each text once per
 * connection), and whose statements are cancelled at the server when their request's deadline is over. Such a
 * statement fails with the deadline's refusal. A commit that was sent is waited for, since only its answer tells
 * whether the change was made; a rollback is always sent.
 *
 * A statement that the server does not answer and does not work on any more fails within 2.5 seconds, and its
 * connection is given up. A commit without an answer fails with `OutcomeUnknown`.
 */
export class RequestClient extends pg.Client {
  readonly #config: pg.ClientConfig;
  readonly #shared: Shared | undefined;
  #isLost = false;
  /** Whether the server of this connection answers, and is of no use: it ends, or takes no changes. */
  #isSpent = false;
  #connectedAt = 0;
  /** When the server last answered over this connection. */
  #answeredAt = 0;
  /** Part of the names of prepared statements; another one once those of before are out of date. */
  #edition = 0;

  constructor(config: pg.ClientConfig & { shared?: Shared } = {}) {
    const { shared, ...rest } = config;
    const connectionTimeoutMillis =
      (config.connectionTimeoutMillis ?? 0) * (shared?.isTroubled() ? CONNECT_SHARE.afterFault : CONNECT_SHARE.usual);
    super({ ...rest, connectionTimeoutMillis, keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE_MS });
    this.#config = rest;
    this.#shared = shared;
    this.once('connect', () => (this.#connectedAt = this.#answeredAt = performance.now()));
    this.on('error', () => this.#lost());
  }

  /** Whether nothing has come over this connection since a fault, or it was made before statements went out of date. */
  isDoubtful(faultAt: number, staleAt: number): boolean {
    return this.#isLost || this.#isSpent || this.#answeredAt < faultAt || this.#connectedAt < staleAt;
  }

  /** Closes the connection without waiting for the other side. A statement under way fails with `reason`. */
  giveUp(reason?: Error): void {
    // Its end is no news to the pool.
    this.#isLost = true;
    streamOf(this).destroy(reason);
  }

  // `pg` declares many forms of `query`; the pool's users here only use text with values, or an object with both.
  override query(...call: unknown[]): never {
    const callback = call.at(-1);
    if (typeof callback === 'function') return void this.#handTo(callback as Callback, this.query(...call.slice(0, -1))) as never;
    const [text, values] = call;
    const named = typeof text === 'string' && Array.isArray(values) && values.length > 0;
    const given = (): unknown[] => (named ? [{ name: `${statementName(text)}${this.#edition || ''}`, text, values }] : call);
    const send = (): Promise<unknown> => Reflect.apply(super.query, this, given()) as Promise<unknown>;
    // An object that submits itself, such as a stream, has callbacks of its own.
    if ((text as { submit?: unknown }).submit !== undefined) return send() as never;
    const run = (): Promise<unknown> => this.#answered(text === 'commit', () => (named ? this.#prepared(send) : send()));
    if (text === 'rollback') return this.#rollback(run) as never;
    const deadline = currentDeadline();
    if (deadline === undefined || typeof text !== 'string') return run() as never;
    if (deadline.isOver) return Promise.reject(deadline.refusal()) as never;
    return (text === 'commit' ? run() : this.#guarded(deadline, run)) as never;
  }

  /** For those that do not take promises, such as `query` of the pool itself. */
  async #handTo(callback: Callback, answer: Promise<unknown>): Promise<void> {
    let result: unknown;
    try {
      result = await answer;
    } catch (error) {
      callback(error);
      return;
    }
    callback(null, result);
  }

  /**
   * Runs a prepared statement, and prepares it again where a migration has changed the types of what it returns. In a
   * transaction, which such an error ends, that is for whoever runs the transaction again.
   */
  async #prepared(send: () => Promise<unknown>): Promise<unknown> {
    const isAlone = this.getTransactionStatus() === 'I';
    try {
      return await send();
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      this.#edition++;
      this.#shared?.onStalePlan(this.#connectedAt);
      if (!isAlone) throw error;
      return await send();
    }
  }

  /** Where the connection is lost, the server rolls back by itself, and what went wrong before is what counts. */
  async #rollback(run: () => Promise<unknown>): Promise<unknown> {
    const done = { command: 'ROLLBACK', rowCount: null, rows: [] };
    if (this.#isLost) return done;
    try {
      return await run();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.giveUp();
      return done;
    }
  }

  /** Runs a statement whose answer is not waited for in vain. */
  async #answered(isCommit: boolean, send: () => Promise<unknown>): Promise<unknown> {
    currentDeadline()?.sends();
    const sentAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const watch = (): void => {
      timer = setTimeout(() => void ask(), SILENCE_MS);
    };
    const ask = async (): Promise<void> => {
      const asking = timer;
      const before = streamOf(this).bytesRead;
      if (!(await this.#mayStillCome(isCommit, sentAt)) && timer === asking && streamOf(this).bytesRead === before) {
        this.#shared?.onFault();
        this.giveUp(new Error('Connection terminated: the server does not answer'));
      } else if (timer === asking) watch();
    };
    watch();
    try {
      const result = await send();
      this.#answeredAt = performance.now();
      return result;
    } catch (error) {
      if (isServerGone(error)) {
        this.#isSpent = true;
        this.#shared?.onFault();
      }
      throw isCommit && isUnavailable(error) ? new OutcomeUnknown(error) : error;
    } finally {
      clearTimeout(timer);
      timer = undefined;
    }
  }

  async #mayStillCome(isCommit: boolean, sentAt: number): Promise<boolean> {
    if (!this.#shared) return true;
    const { sessions, answerMs } = this.#shared;
    const longest = isCommit ? COMMIT_MS : answerMs;
    if (longest > 0 && performance.now() - sentAt > longest) return false;
    const { processID } = this as { processID?: number | null };
    return processID == null || sessions.mayWork(processID, sentAt);
  }

  #lost(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#shared?.onFault();
  }

  async #guarded(deadline: Deadline, run: () => Promise<unknown>): Promise<unknown> {
    let cancelled: Promise<void> | undefined;
    try {
      return await deadline.guard(run, () => {
        cancelled = withoutDeadline(() => this.#cancel());
      });
    } catch (error) {
      throw deadline.isOver ? deadline.refusal() : error;
    } finally {
      // The connection is not handed on before the server has taken notice: a late signal would end another's statement.
      await cancelled;
    }
  }

  /** Cancels the statement under way from a connection of its own; where that fails, gives this connection up. */
  async #cancel(): Promise<void> {
    const { processID } = this as { processID?: number | null };
    const control = new pg.Client({ ...this.#config, connectionTimeoutMillis: CANCEL_MS, query_timeout: CANCEL_MS });
    control.on('error', () => undefined);
    try {
      await control.connect();
      await control.query('select pg_cancel_backend($1)', [processID]);
    } catch {
      this.#shared?.onFault();
      this.giveUp(new Error('Connection terminated: a statement could not be cancelled'));
    } finally {
      await control.end().catch(() => undefined);
    }
  }
}

/** Whether a server says that it ends, starts or takes no changes, so that another may be in its place by now. */
function isServerGone(error: unknown): boolean {
  return /^(57P|08|25006)/.test(sqlState(error) ?? '');
}
