/** Connections of the pool: named prepared statements, which end with the request that they are run for. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { currentDeadline, withoutDeadline, type Deadline } from './deadline.ts';

/** How long cancelling a statement may take before its connection is given up instead. */
const CANCEL_MS = 2_000;

/** Names are a hash of the text, so every connection prepares each text once. The set of texts is bounded by the code. */
const statementNames = new Map<string, string>();

function statementName(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    statementNames.set(text, name);
  }
  return name;
}

/**
 * A client whose statements with parameters run as named prepared statements (PostgreSQL parses each text once per
 * connection), and whose statements are cancelled at the server when their request's deadline is over. Such a
 * statement fails with the deadline's refusal. A commit that was sent is waited for, since only its answer tells
 * whether the change was made; a rollback is always sent.
 */
export class RequestClient extends pg.Client {
  readonly #config: pg.ClientConfig;

  constructor(config: pg.ClientConfig = {}) {
    super(config);
    this.#config = config;
  }

  // `pg` declares many forms of `query`; the pool's users here only use text with values.
  override query(...call: unknown[]): never {
    const [text, values] = call;
    const named = typeof text === 'string' && Array.isArray(values) && values.length > 0;
    const given = named ? [{ name: statementName(text), text, values }] : call;
    const run = (): Promise<unknown> => Reflect.apply(super.query, this, given) as Promise<unknown>;
    const deadline = currentDeadline();
    if (deadline === undefined || text === 'rollback' || typeof text !== 'string') return run() as never;
    if (deadline.isOver) return Promise.reject(deadline.refusal()) as never;
    return (text === 'commit' ? run() : this.#guarded(deadline, run)) as never;
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
      void this.end();
    } finally {
      await control.end().catch(() => undefined);
    }
  }
}

/** A pool in which a request waits for a connection no longer than its deadline lets it. */
export class RequestPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Parameters<pg.Pool['connect']>[0]): void;
  override connect(callback?: Parameters<pg.Pool['connect']>[0]): Promise<pg.PoolClient> | void {
    if (callback) return super.connect(callback);
    const deadline = currentDeadline();
    const waiting = super.connect();
    if (deadline === undefined) return waiting;
    return new Promise((resolve, reject) => {
      let given = false;
      const giveUp = (): void => {
        given = true;
        reject(deadline.refusal());
      };
      if (deadline.isOver) giveUp();
      deadline
        .guard(() => waiting, giveUp)
        .then(
          (client) => (given ? client.release() : resolve(client)),
          (error: unknown) => reject(error as Error),
        );
    });
  }
}
