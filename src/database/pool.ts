/** The connection pool. It shares working connections fairly. */
import pg from 'pg';
import { FairQueue, type Entry } from './fair-queue.ts';
import type { AnswerRow } from './answer-query.ts';
import { handClientTo } from './callback.ts';
import { RequestClient } from './client.ts';
import { currentDeadline, type Deadline } from './deadline.ts';
import { beforeEnd, isSilent, type RequestPoolOptions } from './pool-waiting.ts';
import { stateOf, type PoolState } from './pool-state.ts';
import { WorkingSessions } from './probe.ts';
import type { Shared } from './shared.ts';
import { SpareClients } from './spare-clients.ts';

/** How long attempts to connect are kept short after a fault. */
const AFTER_FAULT_MS = 5_000;

/** The shortest wait for a connection, however long the request has waited before. */
const WAIT_LEAST_MS = 100;

/**
 * A pool in which a request waits for a connection no longer than its deadline allows, and which
 * never hands out a connection that may have been lost: after a fault, connections that have not
 * answered since are replaced.
 *
 * When connections are scarce, tenants take turns, and no tenant can hold all of them.
 */
export class RequestPool extends pg.Pool {
  readonly #sessions: WorkingSessions;
  readonly #waitMs: number;
  readonly #turns: FairQueue;
  readonly #onFault: () => void;
  /** Connections in use, with the tenant that uses each. */
  readonly #users = new Map<pg.PoolClient, string>();
  readonly #spare = new SpareClients();
  #faultAt = -Infinity;
  /** Connections opened earlier have prepared statements that a migration made out of date. */
  #staleAt = -Infinity;

  constructor({ answerMs = 0, onFault = () => undefined, ...options }: RequestPoolOptions) {
    const sessions = new WorkingSessions(options);
    const shared: Shared = {
      sessions,
      answerMs,
      onFault: () => this.#fault(),
      // Connections opened since then are not affected, until the next migration.
      onStalePlan: (connectedAt) => {
        if (connectedAt > this.#staleAt) this.#staleAt = performance.now();
      },
      isTroubled: () => this.#isTroubled(),
    };
    const config: pg.PoolConfig & { shared: Shared } = {
      ...options,
      Client: RequestClient,
      shared,
    };
    super(config);
    this.#sessions = sessions;
    this.#onFault = onFault;
    this.#waitMs = options.connectionTimeoutMillis;
    this.#turns = new FairQueue({ slots: this.options.max, quantum: 1 });
    this.on('release', (_error, client) => this.#finished(client));
  }

  /** The connections, and who waits for one. */
  get state(): PoolState {
    return stateOf(this, this.#turns, this.#spare.count);
  }

  #fault(): void {
    this.#faultAt = performance.now();
    this.#onFault();
  }

  #isTroubled(): boolean {
    return performance.now() - this.#faultAt < AFTER_FAULT_MS;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Parameters<pg.Pool['connect']>[0]): void;
  override connect(callback?: Parameters<pg.Pool['connect']>[0]): Promise<pg.PoolClient> | void {
    if (callback) return void handClientTo(callback, this.connect());
    const deadline = currentDeadline();
    return this.#idle(deadline) ?? this.#wait(deadline);
  }

  /** Runs the statement of a compiled operation; see `RequestClient`. */
  async readAnswer(text: string, values: readonly unknown[]): Promise<AnswerRow | undefined> {
    const client = this.#takeSpare(currentDeadline()) ?? (await this.connect());
    let isSound = false;
    try {
      const row = await (client as RequestClient & pg.PoolClient).readAnswer(text, values);
      isSound = true;
      return row;
    } finally {
      if (!isSound || this.ending || this.waitingCount > 0) client.release();
      else {
        this.#spare.keep(client);
        this.#finished(client);
      }
    }
  }

  #takeSpare(deadline: Deadline | undefined): pg.PoolClient | undefined {
    if (this.#spare.count === 0 || this.waitingCount > 0 || deadline?.isOver) return undefined;
    const tenant = deadline?.tenant ?? '';
    if (!this.#turns.tryStart(tenant)) return undefined;
    const client = this.#spare.take();
    if (client && !this.#isDoubtful(client)) {
      this.#users.set(client, tenant);
      return client;
    }
    if (client) this.#drop(client);
    this.#turns.done(tenant);
    return undefined;
  }

  /** The turn of the client's tenant is over. */
  #finished(client: pg.PoolClient): void {
    const tenant = this.#users.get(client);
    if (this.#users.delete(client) && tenant !== undefined) this.#turns.done(tenant);
  }

  /** An idle connection, if nobody waits for one: it needs no time limit. */
  #idle(deadline: Deadline | undefined): Promise<pg.PoolClient> | undefined {
    const tenant = deadline?.tenant ?? '';
    const isIdle = this.idleCount > 0 || this.#spare.count > 0;
    if (!isIdle || this.waitingCount > 0 || deadline?.isOver) return undefined;
    return this.#turns.tryStart(tenant) ? this.#takeIdle(tenant, deadline) : undefined;
  }

  async #takeIdle(tenant: string, deadline: Deadline | undefined): Promise<pg.PoolClient> {
    let client: pg.PoolClient | undefined;
    try {
      client = this.#spare.take() ?? (await super.connect());
    } finally {
      if (!client) this.#turns.done(tenant);
    }
    if (!this.#isDoubtful(client)) {
      this.#users.set(client, tenant);
      return client;
    }
    this.#drop(client);
    this.#turns.done(tenant);
    return this.#wait(deadline);
  }

  #wait(deadline: Deadline | undefined): Promise<pg.PoolClient> {
    const waiting = this.#patiently(deadline);
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

  /**
   * After a fault, all waits of one request together may take as long as a single one otherwise,
   * because consecutive faults would add up.
   */
  async #patiently(deadline: Deadline | undefined): Promise<pg.PoolClient> {
    const startedAt = performance.now();
    const waited = this.#isTroubled() ? (deadline?.waitedMs ?? 0) : 0;
    try {
      return await this.#inTurn(
        deadline?.tenant ?? '',
        startedAt + Math.max(this.#waitMs - waited, WAIT_LEAST_MS),
      );
    } finally {
      if (deadline && this.#isTroubled()) deadline.waitedMs += performance.now() - startedAt;
    }
  }

  /** Returns a connection when it is the tenant's turn. */
  async #inTurn(tenant: string, end: number): Promise<pg.PoolClient> {
    if (!this.#turns.tryStart(tenant)) await this.#turn(tenant, end);
    try {
      const client = await this.#sound(end);
      this.#users.set(client, tenant);
      return client;
    } catch (error) {
      this.#turns.done(tenant);
      this.#onFault();
      throw error;
    }
  }

  #turn(tenant: string, end: number): Promise<void> {
    return beforeEnd(end, (resolve) => {
      const entry: Entry = { tenant, cost: 1, start: resolve };
      this.#turns.add(entry);
      return () => this.#turns.remove(entry);
    });
  }

  /**
   * Returns a connection that has answered since the last fault. An attempt to connect that gets no
   * answer is repeated.
   */
  async #sound(end: number): Promise<pg.PoolClient> {
    for (;;) {
      const client = await this.#connected(end).catch((error: unknown) => {
        if (!isSilent(error) || performance.now() >= end) throw error;
      });
      if (client === undefined) continue;
      if (!this.#isDoubtful(client)) return client;
      this.#drop(client);
    }
  }

  #isDoubtful(client: pg.PoolClient): boolean {
    return client instanceof RequestClient && client.isDoubtful(this.#faultAt, this.#staleAt);
  }

  #drop(client: pg.PoolClient): void {
    if (client instanceof RequestClient) client.giveUp();
    client.release(true);
  }

  #connected(end: number): Promise<pg.PoolClient> {
    const spare = this.#spare.take();
    if (spare) return Promise.resolve(spare);
    return beforeEnd(end, (resolve, reject) => {
      let isLate = false;
      super.connect().then((client) => (isLate ? client.release() : resolve(client)), reject);
      return () => (isLate = true);
    });
  }

  override end(): Promise<void>;
  override end(callback: () => void): void;
  override end(callback?: () => void): Promise<void> | void {
    this.#sessions.close();
    this.#spare.release();
    return callback ? super.end(callback) : super.end();
  }
}
