/** Gateways and a worker of the checkout, as in production. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  GATEWAY_PORTS,
  GATEWAY_ROLE,
  OWNER,
  pooledUrl,
  primaryUrl,
  standbysUrl,
  type Variant,
} from './layout.ts';
import { start, type Program } from './processes.ts';
import { pause, until } from './wait.ts';

const execute = promisify(execFile);
const root = path.join(import.meta.dirname, '..', '..');
const FLAGS = ['--max-old-space-size=512', '--max-semi-space-size=12', 'src/main.ts'];
const SHUTDOWN_DELAY_MS = 3_000;
/** A platform waits a little before it starts what has ended. */
const RESTART_MS = 1_000;

type Environment = Record<string, string>;

/** The first organization, and a key of it. */
export interface Bootstrapped {
  organizationId: string;
  apiKey: string;
}

const production: Environment = {
  NODE_ENV: 'production',
  MIGRATE: 'check',
  WORKER: 'separate',
  RATE_LIMITS: 'postgres',
  INVITATION_URL: 'https://console.example/invitations',
  // After a failover all connections are opened at once, by three gateways and the worker: no more
  // of them than a small machine can work on.
  DATABASE_POOL_SIZE: '5',
  SHUTDOWN_DELAY_MS: String(SHUTDOWN_DELAY_MS),
  TRUSTED_PROXIES: '127.0.0.1',
};

const owner: Environment = { ...production, DATABASE_URL: primaryUrl(OWNER), LOG_LEVEL: 'warn' };

/** Runs a command of the checkout as the owner of the database. Rejects with its output if it fails. */
export async function command(...args: string[]): Promise<string> {
  const { PATH = '' } = process.env;
  const { stdout } = await execute(process.execPath, ['src/main.ts', ...args], {
    cwd: root,
    env: { PATH, ...owner },
    maxBuffer: 2 ** 24,
  });
  return stdout;
}

/** Brings the empty database to the schema, and creates a root organization. */
export async function prepareDatabase(): Promise<Bootstrapped> {
  await execute(process.execPath, ['src/main.ts', 'migrate'], {
    cwd: root,
    env: {
      ...owner,
      DATABASE_URL: primaryUrl(GATEWAY_ROLE),
      DATABASE_MIGRATION_URL: primaryUrl(OWNER),
    },
  });
  const names = ['--slug', 'lab', '--name', 'Lab', '--email', 'a@lab.example'];
  return JSON.parse(await command('bootstrap', ...names, '--json')) as Bootstrapped;
}

/** Three gateways, the last of them behind PgBouncer, and a worker. */
export class Gateways {
  readonly #folder: string;
  readonly #variant: Variant;
  readonly #gateways = new Map<number, Program>();
  /** How many ended without having been asked to. */
  exits = 0;

  constructor(folder: string, variant: Variant) {
    this.#folder = folder;
    this.#variant = variant;
  }

  /** Starts all of them, and resolves when they are ready. */
  async start(): Promise<void> {
    for (const port of GATEWAY_PORTS) this.#startGateway(port);
    this.#startWorker();
    await until('the worker does jobs', 180, async () => {
      const said = await readFile(this.#logOf('worker'), 'utf8');
      return said.includes('Banyan does jobs') || undefined;
    });
    await this.untilReady();
  }

  /** Waits until all are ready. */
  async untilReady(seconds = 180): Promise<void> {
    for (const port of GATEWAY_PORTS) await this.#untilReady(port, seconds);
  }

  /** Kills a gateway. */
  async kill(port: number): Promise<void> {
    await this.#end(port, 'SIGKILL');
  }

  /** Starts a gateway again, and resolves when it is ready. */
  async restart(port: number): Promise<void> {
    this.#startGateway(port);
    await this.#untilReady(port, 180);
  }

  /** Replaces all gateways, one after the other, as a rollout does. */
  async roll(): Promise<void> {
    for (const port of GATEWAY_PORTS) {
      await this.#end(port, 'SIGTERM');
      await this.restart(port);
    }
  }

  #startGateway(port: number): void {
    const isPooled = port === GATEWAY_PORTS.at(-1);
    const direct = primaryUrl(GATEWAY_ROLE, this.#variant.route);
    const program = this.#run(`gateway-${port}`, ['serve'], {
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: isPooled ? pooledUrl : direct,
      ...(isPooled && { DATABASE_DIRECT_URL: direct }),
      DATABASE_READ_URL: standbysUrl,
    });
    this.#gateways.set(port, program);
    this.#watch(
      program,
      () => this.#gateways.get(port) === program,
      () => this.#startGateway(port),
    );
  }

  #startWorker(): void {
    const url = primaryUrl(GATEWAY_ROLE, this.#variant.route);
    this.#watch(
      this.#run('worker', ['worker'], { DATABASE_URL: url }),
      () => true,
      () => this.#startWorker(),
    );
  }

  /** Counts an end that nobody asked for, and starts the program again, as a platform does. */
  #watch(program: Program, isMissed: () => boolean, again: () => void): void {
    void (async () => {
      await program.ended;
      if (!isMissed()) return;
      this.exits++;
      await pause(RESTART_MS);
      again();
    })();
  }

  async #end(port: number, signal: NodeJS.Signals): Promise<void> {
    const program = this.#gateways.get(port);
    this.#gateways.delete(port);
    program?.signal(signal);
    await program?.ended;
  }

  async #untilReady(port: number, seconds: number): Promise<void> {
    await until(`the gateway on ${port} is ready`, seconds, async () => {
      const { ok } = await fetch(`http://127.0.0.1:${port}/ready`, {
        signal: AbortSignal.timeout(3_000),
      });
      return ok || undefined;
    });
  }

  #run(name: string, args: readonly string[], environment: Environment): Program {
    return start({
      command: [process.execPath, ...FLAGS, ...args],
      folder: root,
      environment: { ...production, ...environment },
      log: this.#logOf(name),
    });
  }

  #logOf(name: string): string {
    return path.join(this.#folder, 'logs', `${name}.log`);
  }
}
