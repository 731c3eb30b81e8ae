/**
 * A connection of the pool. It runs named prepared statements, cancels them when their request
 * ends, and detects a server that stopped answering.
 */
import type pg from 'pg';
import { OutcomeUnknown, isStalePlan, isUnavailable } from '../errors.ts';
import { AddressClient } from './address-client.ts';
import { AnswerQuery, type AnswerRow } from './answer-query.ts';
import { readAnswers } from './answer-wire.ts';
import { cancelStatement } from './cancel-statement.ts';
import { currentDeadline, withoutDeadline, type Deadline } from './deadline.ts';
import { handTo, type Callback } from './callback.ts';
import { streamOf } from './probe.ts';
import type { Shared } from './shared.ts';
import { isServerGone, SilenceWatch, type Awaited } from './silence.ts';
import { tracedStatement } from './statement-span.ts';
import { closePrepared, PreparedStatements, statementName } from './statement-name.ts';

/**
 * The share of the wait for a connection that one attempt to open it may take. It is smaller for
 * some seconds after a fault, so that attempts that hang soon make room for new ones.
 */
const CONNECT_SHARE = { usual: 0.5, afterFault: 0.25 };

/** How long to wait for the answer to a commit. */
const COMMIT_MS = 10_000;

/** Keep-alive for idle connections, which the network would otherwise forget. */
const KEEP_ALIVE_MS = 10_000;

/**
 * A client that runs statements with parameters as named prepared statements (PostgreSQL parses
 * each text once per connection), and that cancels statements on the server when the deadline of
 * their request expires. A cancelled statement fails with the deadline's error. The client always
 * waits for a commit that was sent, since only its answer tells whether the change was made; a
 * rollback is always sent.
 *
 * If the server neither answers nor works on a statement any more, the statement fails within 2.5
 * seconds and its connection is closed. A commit without an answer fails with `OutcomeUnknown`.
 */
export class RequestClient extends AddressClient {
  readonly #shared: Shared | undefined;
  #isLost = false;
  /** Whether the server answers but cannot be used: it is shutting down, or is read-only. */
  #isSpent = false;
  #connectedAt = 0;
  /** When the server last answered on this connection. */
  #answeredAt = 0;
  readonly #statements = new PreparedStatements();
  readonly #silence = new SilenceWatch(() => streamOf(this).bytesRead);
  /** Part of the names of prepared statements. It changes when the earlier ones are out of date. */
  #edition = 0;

  constructor(config: pg.ClientConfig & { shared?: Shared } = {}) {
    const { shared, ...rest } = config;
    const connectionTimeoutMillis =
      (config.connectionTimeoutMillis ?? 0) *
      (shared?.isTroubled() ? CONNECT_SHARE.afterFault : CONNECT_SHARE.usual);
    super({
      ...rest,
      connectionTimeoutMillis,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    });
    this.#shared = shared;
    readAnswers(this);
    this.once('connect', () => (this.#connectedAt = this.#answeredAt = performance.now()));
    this.on('error', () => this.#lost());
  }

  /**
   * Whether the connection has not answered since a fault, or was opened before statements went out
   * of date.
   */
  isDoubtful(faultAt: number, staleAt: number): boolean {
    return (
      this.#isLost || this.#isSpent || this.#answeredAt < faultAt || this.#connectedAt < staleAt
    );
  }

  /**
   * Closes the connection without waiting for the other side. A running statement fails with
   * `reason`.
   */
  giveUp(reason?: Error): void {
    // Keep the pool from treating this as a fault.
    this.#isLost = true;
    streamOf(this).destroy(reason);
  }

  // `pg` declares many overloads of `query`. The pool's users here only pass text with values, or
  // an object with both.
  override query(...call: unknown[]): never {
    const callback = call.at(-1);
    if (typeof callback === 'function')
      return void handTo(callback as Callback, this.query(...call.slice(0, -1))) as never;
    const [text, values] = call;
    const named = typeof text === 'string' && Array.isArray(values) && values.length > 0;
    const statement = (): unknown[] =>
      named ? [{ name: this.#nameOf(text), text, values }] : call;
    const send = (): Promise<unknown> =>
      Reflect.apply(super.query, this, statement()) as Promise<unknown>;
    // A submittable object, such as a stream, has its own callbacks.
    if ((text as { submit?: unknown }).submit !== undefined) return send() as never;
    const sending = (): Promise<unknown> => (named ? this.#prepared(send) : send());
    const run = (): Promise<unknown> =>
      tracedStatement(text, () => this.#answered(text === 'commit', sending));
    if (text === 'rollback') return this.#rollback(run) as never;
    const deadline = currentDeadline();
    if (deadline === undefined || typeof text !== 'string') return run() as never;
    if (deadline.isOver) return Promise.reject(deadline.refusal()) as never;
    return (text === 'commit' ? run() : this.#guarded(deadline, run)) as never;
  }

  /** Returns the name of a statement, and makes room for it if the connection has prepared too many. */
  #nameOf(text: string): string {
    const name = `${statementName(text)}${this.#edition || ''}`;
    for (const spare of this.#statements.use(name, text.length)) closePrepared(this, spare);
    return name;
  }

  /**
   * Runs a prepared statement, and prepares it again if a migration has changed its result type.
   * Inside a transaction, which such an error aborts, the retry is up to the code that runs the
   * transaction.
   */
  async #prepared<Result>(send: () => Promise<Result>): Promise<Result> {
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

  /**
   * If the connection is lost, the server rolls back by itself, and the earlier error is the one
   * that matters.
   */
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

  /**
   * Runs the statement of a compiled operation, with all that `query` does for a statement: it has a
   * way of its own, since everyday requests consist of little else.
   */
  async readAnswer(text: string, values: readonly unknown[]): Promise<AnswerRow | undefined> {
    const deadline = currentDeadline();
    if (deadline?.isOver) throw deadline.refusal();
    const send = (): Promise<AnswerRow | undefined> =>
      new Promise((resolve, reject) => {
        const name = this.#nameOf(text);
        const query = new AnswerQuery({ name, text, values }, (error, row) =>
          error ? reject(error) : resolve(row),
        );
        void super.query(query);
      });
    const run = (): Promise<AnswerRow | undefined> =>
      tracedStatement(text, () => this.#answered(false, () => this.#prepared(send)));
    return deadline === undefined ? run() : this.#guarded(deadline, run);
  }

  /** Runs a statement, and stops waiting if its answer will never come. */
  async #answered<Result>(isCommit: boolean, send: () => Promise<Result>): Promise<Result> {
    currentDeadline()?.sends();
    const sentAt = performance.now();
    const awaited = this.#awaited(isCommit, sentAt);
    this.#silence.begin(awaited, sentAt);
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
      this.#silence.end(awaited);
    }
  }

  #awaited(isCommit: boolean, sentAt: number): Awaited {
    return {
      mayStillCome: () => this.#mayStillCome(isCommit, sentAt),
      giveUp: () => {
        this.#shared?.onFault();
        this.giveUp(new Error('Connection terminated: the server does not answer'));
      },
    };
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

  async #guarded<Result>(deadline: Deadline, run: () => Promise<Result>): Promise<Result> {
    let cancelled: Promise<void> | undefined;
    try {
      return await deadline.guard(run, () => {
        cancelled = withoutDeadline(() => this.#cancel());
      });
    } catch (error) {
      throw deadline.isOver ? deadline.refusal() : error;
    } finally {
      // Do not release the connection before the server has handled the cancellation: a late signal
      // would cancel the next caller's statement.
      await cancelled;
    }
  }

  /**
   * Cancels the running statement over a separate connection. If that fails, closes this
   * connection.
   */
  async #cancel(): Promise<void> {
    await cancelStatement(this, () => {
      this.#shared?.onFault();
      this.giveUp(new Error('Connection terminated: a statement could not be cancelled'));
    });
  }
}
