/** A gateway that reaches its database through a proxy, and is asked over HTTP. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseClock } from '../../src/database/clock.ts';
import { connect } from '../../src/database/connect.ts';
import { Readiness } from '../../src/database/readiness.ts';
import type { GatewayOptions } from '../../src/http/gateway.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createWorld, gatewayOver, type World } from '../setup/world.ts';
import { startProxy, type Proxy } from './proxy.ts';

/** Every request ends within this. */
export const ENDS_MS = 5_000;

const POOL_SIZE = 8;
const POOL_WAIT_MS = 2_000;
const PATIENCE_MS = 20_000;

export interface Answer {
  status: number;
  retryAfter: string | null;
  code: string | undefined;
  outcome: string | undefined;
  data: unknown;
  tookMs: number;
}

export interface Lab {
  world: World;
  proxy: Proxy;
  /** Asks as a key of `acme` with all scopes. */
  ask(query: string, variables?: object): Promise<Answer>;
  /** Status of `/ready`. */
  ready(): Promise<number>;
  close(): Promise<void>;
}

/** Starts the gateway with a pool of 8 and the settings of production. */
export async function createLab({
  log = createLogger('silent'),
  ...overrides
}: Partial<GatewayOptions> = {}): Promise<Lab> {
  const world = await createWorld();
  const proxy = await startProxy(world.gatewayUrl);
  const url = proxy.through(world.gatewayUrl);
  const db = connect({
    url,
    poolSize: POOL_SIZE,
    poolWaitMs: POOL_WAIT_MS,
    statementTimeoutMs: 30_000,
    log,
  });
  const clock = new DatabaseClock(log);
  const readiness = new Readiness({ url, clock });
  const gateway = gatewayOver(db, { log, clock, ready: () => readiness.check(), ...overrides });
  const server = createServer((request, response) => void gateway(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    world,
    proxy,
    async ask(query, variables) {
      const started = performance.now();
      const response = await fetch(`${endpoint}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${world.token('key@acme')}`,
        },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const { data, errors } = (await response.json()) as {
        data?: unknown;
        errors?: { extensions: { code: string; outcome?: string } }[];
      };
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        code: errors?.[0]?.extensions.code,
        outcome: errors?.[0]?.extensions.outcome,
        data,
        tookMs: performance.now() - started,
      };
    },
    ready: async () =>
      (await fetch(`${endpoint}/ready`, { signal: AbortSignal.timeout(PATIENCE_MS) })).status,
    async close() {
      proxy.mode('pass');
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      readiness.close();
      await db.destroy();
      await proxy.close();
      await world.close();
    },
  };
}

/** What a caller is told of a database that is unavailable, the time apart. */
export function unavailable(outcome: 'NOTHING_CHANGED' | 'UNKNOWN'): Partial<Answer> {
  return { status: 503, retryAfter: '1', code: 'UNAVAILABLE', outcome };
}
