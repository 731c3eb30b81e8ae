/** Watches the embedded server over a connection, and recovers it if it is lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ConfigurationError } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Postmaster } from './postmaster.ts';
import { hangUp } from '../database/probe.ts';

/** How long the server may take to accept the connection and to answer on it. */
const ANSWER_MS = 10_000;

/** How often to retry a server that cannot be claimed yet, or is not there. */
const RETRY_MS = 200;

/**
 * How long to wait for the server of another process, or one that another process started
 * meanwhile.
 */
const OTHERS_MS = 60_000;

/**
 * A server that is lost again within this time counts as unstable. This many losses in a row are
 * final.
 */
const SETTLED_MS = 1_000;
const UNSETTLED_MAX = 10;

/** Key of the advisory lock that marks the owner of the server. */
const OWNER_LOCK = 7_309_171;

/**
 * A connection whose end shows that the server is gone: a session notices immediately if its server
 * is killed, but not if the server is only suspended.
 */
export class Guard {
  readonly #client: pg.Client;
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;

  private constructor(client: pg.Client) {
    this.#client = client;
    this.ended = new Promise((resolve) => client.once('end', () => resolve()));
  }

  /** Connects to the server at `url`. */
  static async connect(url: string): Promise<Guard> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'banyan guard',
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
    });
    client.on('error', () => undefined);
    const guard = new Guard(client);
    await client.connect();
    return guard;
  }

  /**
   * Claims the server for this process, for as long as the connection lasts. Returns false if
   * another process has it.
   */
  async claim(): Promise<boolean> {
    const { rows } = await this.#client.query<{ held: boolean }>(
      'select pg_try_advisory_lock($1) as held',
      [OWNER_LOCK],
    );
    return rows[0]?.held ?? false;
  }

  /** Closes the connection. */
  close(): void {
    hangUp(this.#client);
  }
}

export interface Watch {
  /** Resolves with the reason if the server is lost for good; otherwise never resolves. */
  readonly lost: Promise<ConfigurationError>;
  /** Ends the watch, even during a recovery. */
  stop(): Promise<void>;
}

/** How often to check whether the server was told to stop but waits for its sessions. */
const LOOK_MS = 1_000;

/**
 * Watches a server. `regain` returns a new guard once the server is back, and throws a `ConfigurationError`
 * if it will not be.
 */
export function watch(
  first: Guard,
  regain: (stop: AbortSignal) => Promise<Guard>,
  isStopping: () => boolean,
  log: Logger,
): Watch {
  const stopping = new AbortController();
  let guard = first;
  const timer = setInterval(() => isStopping() && guard.close(), LOOK_MS).unref();
  const keep = async (): Promise<ConfigurationError | undefined> => {
    for (let unsettled = 0; ;) {
      const since = Date.now();
      await guard.ended;
      if (stopping.signal.aborted) return undefined;
      const lostAt = Date.now();
      unsettled = lostAt - since < SETTLED_MS ? unsettled + 1 : 0;
      if (unsettled > UNSETTLED_MAX)
        return new ConfigurationError(
          'DATA_DIR: the embedded PostgreSQL keeps stopping; its server.log says why.',
        );
      log.warn('the embedded database was lost');
      try {
        guard = await regain(stopping.signal);
      } catch (error) {
        if (stopping.signal.aborted) return undefined;
        return error instanceof ConfigurationError
          ? error
          : new ConfigurationError(`DATA_DIR: the embedded PostgreSQL is lost: ${String(error)}.`);
      }
      log.info({ ms: Date.now() - lostAt }, 'the embedded database is back');
    }
  };
  const kept = keep();
  return {
    lost: new Promise((resolve) => void kept.then((reason) => reason && resolve(reason))),
    async stop() {
      clearInterval(timer);
      stopping.abort();
      guard.close();
      await kept;
    },
  };
}

/**
 * Restarts the server of this process on its port, and claims it again. Throws a `ConfigurationError` with
 * the reason if that fails.
 */
export async function restart(
  postmaster: Postmaster,
  port: number,
  url: string,
  stop: AbortSignal,
): Promise<Guard> {
  for (const end = Date.now() + OTHERS_MS; ; await sleep(RETRY_MS, undefined, { signal: stop })) {
    await postmaster.start(port, stop);
    if (postmaster.port === port) {
      const guard = await unless(stop, Guard.connect(url)).catch(() => undefined);
      if (guard && (await guard.claim().catch(() => false))) return guard;
      guard?.close();
    } else if (Date.now() > end) {
      throw new ConfigurationError(
        'DATA_DIR: another process has started the embedded PostgreSQL in the meantime.',
      );
    }
    stop.throwIfAborted();
  }
}

/**
 * Waits until the process that owns the server has restarted it. Throws a `ConfigurationError` if that
 * takes too long.
 */
export async function awaitReturn(url: string, stop: AbortSignal): Promise<Guard> {
  for (
    const end = Date.now() + OTHERS_MS;
    Date.now() < end;
    await sleep(RETRY_MS, undefined, { signal: stop })
  ) {
    const guard = await unless(stop, Guard.connect(url)).catch(() => undefined);
    if (guard) return guard;
    stop.throwIfAborted();
  }
  throw new ConfigurationError(
    'DATA_DIR: the process that ran the embedded PostgreSQL has ended or cannot restart it.',
  );
}

/** Returns the result of `work`, or rejects as soon as `stop` is aborted. */
function unless<Result>(stop: AbortSignal, work: Promise<Result>): Promise<Result> {
  const given = new Promise<never>((_resolve, reject) => {
    const end = (): void => reject(stop.reason as Error);
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, { once: true });
  });
  return Promise.race([work, given]);
}
