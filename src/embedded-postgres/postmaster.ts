/**
 * The main process of the embedded server: it is started, found if it is already running, and
 * stopped.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { access, open } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../errors.ts';
import { FailedStart } from './failed-start.ts';
import { freePort } from './free-port.ts';
import { signalTo } from './processes.ts';
import {
  answers,
  clearRemains,
  hasten,
  livingServer,
  markOf,
  pidFile,
  type Running,
} from './running-server.ts';
import type { Account } from './account.ts';
import { STOP_S, stopServer } from './stop.ts';
import { reasonIn, startProblem, surroundings, textFrom } from './tools.ts';

export interface PostmasterOptions {
  /** The folder with the server's files. */
  folder: string;
  /** The folder with its programs. */
  binaries: string;
  account: Account | undefined;
  /** `postgres -c` settings. */
  settings: Readonly<Record<string, string>>;
}

/** How often to poll a server that is starting or stopping. */
const POLL_MS = 10;

/**
 * The longest that a server may take to start. After a crash it first replays its log, up to
 * `max_wal_size`.
 */
const START_MS = 10 * 60_000;

/**
 * How long a server may take to stop, and how long the memory of a killed one may take to be
 * released.
 */
const OTHERS_MS = 60_000;

/** How long to wait for a port that must stay the same. */
const PORT_MS = 10_000;

/**
 * The number of attempts if a start fails for other reasons, and the pause after the first one,
 * which doubles.
 */
const ATTEMPTS = 5;
const PAUSE_MS = 200;

/** The server of one folder. Only one call of `start` and `stop` may run at a time. */
export class Postmaster {
  readonly #options: PostmasterOptions;
  /** The server process, if this process started it. */
  #child: ChildProcess | undefined;
  #running: Running | undefined;

  constructor(options: PostmasterOptions) {
    this.#options = options;
  }

  /** The port of the running server; 0 before the first start. */
  get port(): number {
    return this.#running?.port ?? 0;
  }

  /** Whether it is shutting down, which lasts as long as sessions are open. */
  get isStopping(): boolean {
    return pidFile(this.#options.folder)?.status === 'stopping';
  }

  /**
   * Finds the server that accepts connections, whoever started it. Waits for one that is starting
   * or stopping. Undefined if there is none.
   */
  async find(stop?: AbortSignal): Promise<Running | undefined> {
    const { folder } = this.#options;
    const startedAt = Date.now();
    const isOver = (limit: number): boolean => Date.now() > startedAt + limit;
    let sent: NodeJS.Signals | undefined;
    for (let server = await livingServer(folder); server; server = await livingServer(folder)) {
      stop?.throwIfAborted();
      if (server.status === 'ready' && (await answers(server.port))) {
        if (server.pid !== this.#child?.pid) this.#child = undefined;
        return (this.#running = server);
      }
      if (isOver(server.status === 'stopping' ? OTHERS_MS : START_MS))
        throw new ConfigurationError(
          `DATA_DIR: the PostgreSQL that runs on it does not answer: process ${server.pid}.`,
        );
      if (server.status === 'stopping') {
        // The second signal ends the sessions of a server that was told to wait for them.
        // PostgreSQL 18 waits forever if it is told to stop while it recovers from a crash of its
        // own.
        const signal = isOver(STOP_S * 1_000) ? 'SIGQUIT' : 'SIGINT';
        if (signal !== sent) await hasten(server, folder, (sent = signal));
      }
      await sleep(POLL_MS, undefined, { signal: stop });
    }
    return undefined;
  }

  /**
   * Makes sure that a server is running: the existing one, or a new one on `port` (any port if it
   * is 0). Throws a `ConfigurationError` that tells the cause after several attempts.
   */
  async start(port: number, stop?: AbortSignal): Promise<void> {
    const { folder } = this.#options;
    const startedAt = Date.now();
    const isOver = (limit: number): boolean => Date.now() > startedAt + limit;
    for (let failures = 0; ;) {
      await this.#requireFolder();
      if (await this.find(stop)) return;
      await clearRemains(folder);
      try {
        this.#running = await this.#launch(port === 0 ? await freePort() : port, stop);
        return;
      } catch (error) {
        if (!(error instanceof FailedStart)) throw error;
        const { reason, isHeld, isPortTaken } = error;
        if (isHeld && !isOver(OTHERS_MS)) {
          await sleep(POLL_MS, undefined, { signal: stop });
        } else if (isPortTaken && port !== 0) {
          if (isOver(PORT_MS))
            throw new ConfigurationError(
              `DATA_DIR: another program took the port of the embedded PostgreSQL: ${port}.`,
            );
          await sleep(PAUSE_MS, undefined, { signal: stop });
        } else {
          if (++failures === ATTEMPTS) throw await startProblem(folder, reason);
          if (!isPortTaken)
            await sleep(PAUSE_MS * 2 ** (failures - 1), undefined, { signal: stop });
        }
      }
    }
  }

  async #requireFolder(): Promise<void> {
    const { folder } = this.#options;
    await access(path.join(folder, 'PG_VERSION')).catch(() => {
      throw new ConfigurationError(
        `DATA_DIR: the files of the embedded PostgreSQL are gone: ${folder}.`,
      );
    });
  }

  /** Starts the process and waits until it accepts connections. */
  async #launch(port: number, stop: AbortSignal | undefined): Promise<Running> {
    const { folder, account } = this.#options;
    const log = await open(path.join(folder, 'server.log'), 'a+', 0o600).catch((error: unknown) => {
      throw new FailedStart(error instanceof Error ? error.message : undefined);
    });
    try {
      if (account) await log.chown(account.uid, account.gid);
      const { size } = await log.stat();
      const child = await this.#spawn(port, log.fd);
      const ended = new Promise<void>((resolve) =>
        child.once('exit', () => resolve()).once('error', () => resolve()),
      );
      for (const end = Date.now() + START_MS; ; await Promise.race([ended, sleep(POLL_MS)])) {
        const written = pidFile(folder);
        if (written?.pid === child.pid && written?.status === 'ready') return written;
        if (hasEnded(child)) throw new FailedStart(reasonIn(await textFrom(log, size)));
        if (stop?.aborted || Date.now() > end) {
          // An orderly shutdown could wait forever during recovery. The next start repeats what was
          // begun.
          child.kill('SIGQUIT');
          // Nothing else may be left to keep this process alive until the server has ended.
          child.ref();
          await Promise.race([ended, sleep(OTHERS_MS, undefined, { ref: false })]);
          child.unref();
          stop?.throwIfAborted();
          throw new ConfigurationError(
            `DATA_DIR: the embedded PostgreSQL did not start within ${START_MS / 60_000} minutes: ${folder}.`,
          );
        }
      }
    } finally {
      await log.close();
    }
  }

  async #spawn(port: number, log: number): Promise<ChildProcess> {
    const { folder, binaries, account, settings } = this.#options;
    const command = path.join(binaries, 'postgres');
    const flags = Object.entries({
      ...settings,
      port: String(port),
      cluster_name: await markOf(folder),
    });
    const args = ['-D', folder, ...flags.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const child = spawn(command, args, {
      ...surroundings(command, account),
      stdio: ['ignore', log, log],
    });
    // The server outlives this process if it is killed, and does not keep it from exiting.
    child.unref();
    return (this.#child = child);
  }

  /** Whether the server is a running child of this process. */
  get isOwnChild(): boolean {
    return this.#child !== undefined && !hasEnded(this.#child);
  }

  /**
   * Stops the server: in an orderly way if possible, otherwise immediately. Does nothing if there
   * is none.
   */
  async stop(): Promise<void> {
    const { folder, binaries, account } = this.#options;
    const server = await livingServer(folder).catch(() => undefined);
    if (server) await stopServer(server, folder, binaries, account);
    else this.#child?.kill('SIGQUIT');
  }

  /** Tells the server to stop without waiting for it, for a process that exits immediately. */
  halt(): void {
    if (this.#child)
      this.#child.kill(pidFile(this.#options.folder)?.status === 'ready' ? 'SIGINT' : 'SIGQUIT');
    else if (this.#running && pidFile(this.#options.folder)?.pid === this.#running.pid)
      signalTo(this.#running.pid, 'SIGINT');
  }
}

const hasEnded = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid === undefined || exitCode !== null || signalCode !== null;
