import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBudgets, type CallerBudgets } from '../../src/limits/caller-budgets.ts';
import { defaultBudgets } from '../../src/limits/budget-settings.ts';
import { openRedisCounters } from '../../src/limits/redis.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { serve } from '../cli/run.ts';
import { freePort, hasRedis, redisReason, startRedis, type TestRedis } from '../setup/redis.ts';
import { createWorld, gatewayOver, type Caller, type World } from '../setup/world.ts';

const READ = '{ viewer { scopes } }';
const log = createLogger('silent');

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** Closes what a test has opened, last first. */
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

interface Answer {
  status: number;
  retryAfter: string | null;
  body: { errors?: { extensions: Record<string, unknown> }[] };
}

async function post(url: string, as: Caller, query = READ): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${world.token(as)}` },
    body: JSON.stringify({ query }),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: (await response.json()) as Answer['body'],
  };
}

const statuses = async (count: number, url: string, as: Caller): Promise<number[]> => {
  const found: number[] = [];
  for (let turn = 0; turn < count; turn++) found.push((await post(url, as)).status);
  return found;
};

/** A gateway in this process whose budgets are counted in the Redis at `url`. */
async function startGateway(
  url: string,
  variables: Parameters<typeof defaultBudgets>[0] = {},
): Promise<{ url: string; limits: CallerBudgets }> {
  const limits = createBudgets(
    defaultBudgets({ REDIS_URL: url, ...variables }),
    log,
    undefined,
    await openRedisCounters(url, log),
  );
  const gateway = gatewayOver(world.gatewayDb, { budgets: limits });
  const server = createServer((request, response) => void gateway(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await limits.budgets.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, limits };
}

interface LogLine {
  level: number;
  msg: string;
  reason?: string;
}

const linesAbout = (text: string, stderr: string): LogLine[] =>
  stderr
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => JSON.parse(line) as LogLine);

/** A gateway in a process of its own. */
async function startProcess(
  environment: Record<string, string>,
): Promise<{ url: string; end(): Promise<string> }> {
  const gateway = await serve({
    DATABASE_URL: world.gatewayUrl,
    WORKER: 'separate',
    ...environment,
  });
  let ended: Promise<string> | undefined;
  const end = (): Promise<string> =>
    (ended ??= gateway.end('SIGTERM').then(({ code, stderr }) => {
      expect(code).toBe(0);
      return stderr;
    }));
  open.push(end);
  return { url: gateway.url, end };
}

describe.skipIf(!hasRedis)(`Budgets in Redis${redisReason}`, () => {
  let redis: TestRedis;
  let client: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
    client.on('error', () => undefined);
  });
  beforeEach(() => client.flushall());
  afterAll(async () => {
    client.disconnect();
    await redis.kill();
  });

  /** Waits until what this gateway spends is counted in Redis. */
  const untilCounted = ({ limits }: { limits: CallerBudgets }): Promise<void> =>
    vi.waitFor(
      async () => {
        const count = async (): Promise<number> =>
          Number(await client.get('banyan:slugChecks:probe'));
        const before = await count();
        await limits.budgets.count({ budget: 'slugChecks', key: 'probe', points: 1 });
        expect(await count()).toBe(before + 1);
      },
      { timeout: 20_000 },
    );

  it('are shared by several gateways, each of which tells when to come back', async () => {
    const first = await startGateway(redis.url, { RATE_REQUESTS_PER_MINUTE: 3 });
    const second = await startGateway(redis.url, { RATE_REQUESTS_PER_MINUTE: 3 });
    expect(await statuses(2, first.url, 'key@acme')).toEqual([200, 200]);
    expect(await statuses(1, second.url, 'key@acme')).toEqual([200]);
    const refused = await post(second.url, 'key@acme');
    expect([refused.status, refused.body.errors?.[0]?.extensions]).toEqual([
      429,
      expect.objectContaining({
        code: 'RATE_LIMITED',
        budget: 'credentialRequests',
        limit: 3,
        remaining: 0,
      }),
    ]);
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    expect(Number(refused.retryAfter)).toBeLessThanOrEqual(60);
    expect(await statuses(1, first.url, 'key@acme')).toEqual([429]);
    expect(await statuses(1, first.url, 'key@rival')).toEqual([200]);
  });

  it('are shared for trees and for cost as well, and give back what was refused', async () => {
    const limits = { RATE_TREE_REQUESTS_PER_MINUTE: 2, RATE_COST_PER_MINUTE: 100 };
    const first = await startGateway(redis.url, limits);
    const second = await startGateway(redis.url, limits);
    expect(await statuses(1, first.url, 'key@acme')).toEqual([200]);
    expect(await statuses(1, second.url, 'key@north')).toEqual([200]);
    const [cost] = await client.keys('banyan:credentialCost:*');
    const before = await client.get(cost ?? '');
    expect((await post(second.url, 'key@shop-1')).body.errors?.[0]?.extensions).toMatchObject({
      budget: 'treeRequests',
    });
    expect(await client.get(cost ?? '')).toBe(before);
    const trees = await client.keys('banyan:treeRequests:*');
    expect(trees).toHaveLength(1);
    expect(await client.get(trees[0] ?? '')).toBe('2');
  });

  it('end by themselves, and their keys begin with banyan:', async () => {
    const gateway = await startGateway(redis.url);
    const create =
      'mutation { createOrganization(input: { name: "Redis", slug: "counted-in-redis" }) { __typename } }';
    expect((await post(gateway.url, 'admin@acme', create)).status).toBe(200);
    const names = await client.keys('*');
    expect(names.length).toBeGreaterThanOrEqual(4);
    for (const name of names) {
      expect(name).toMatch(/^banyan:\w+:/);
      // Those of addresses protect the process and are counted in it.
      expect(name).not.toMatch(/:address(Requests|Cost):/);
      const left = await client.pttl(name);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(name.includes('Creations:') ? 86_400_000 : 60_000);
    }
  });

  it('leave no connection behind when they are closed', async () => {
    const connections = async (): Promise<number> =>
      String(await client.client('LIST')).split('name=banyan-budgets ').length - 1;
    await vi.waitFor(async () => expect(await connections()).toBe(0));
    const counters = await openRedisCounters(redis.url, log);
    expect(await connections()).toBe(1);
    await createBudgets(
      defaultBudgets({ REDIS_URL: redis.url }),
      log,
      undefined,
      counters,
    ).budgets.close();
    await vi.waitFor(async () => expect(await connections()).toBe(0));
  });

  it('are counted in the process while Redis is gone, and in Redis once it is back', async () => {
    const first = await startGateway(redis.url, { RATE_REQUESTS_PER_MINUTE: 3 });
    const second = await startGateway(redis.url, { RATE_REQUESTS_PER_MINUTE: 3 });
    expect(await statuses(3, first.url, 'key@acme')).toEqual([200, 200, 200]);
    expect(await statuses(1, second.url, 'key@acme')).toEqual([429]);
    await redis.kill();
    const begin = performance.now();
    expect(await statuses(5, second.url, 'key@acme')).toEqual([200, 200, 200, 429, 429]);
    expect(performance.now() - begin).toBeLessThan(2_000);
    await redis.start();
    await untilCounted(first);
    await untilCounted(second);
    expect(await statuses(2, first.url, 'key@acme')).toEqual([200, 200]);
    expect(await statuses(2, second.url, 'key@acme')).toEqual([200, 429]);
    expect(await statuses(1, first.url, 'key@acme')).toEqual([429]);
  });

  it('hold nobody up for long while Redis does not answer', async () => {
    const gateway = await startGateway(redis.url, { RATE_REQUESTS_PER_MINUTE: 8 });
    expect(await statuses(1, gateway.url, 'key@acme')).toEqual([200]);
    redis.freeze();
    try {
      const begin = performance.now();
      // One of them waits for the answer that does not come; a wait of each charge would take 10 seconds and more.
      expect(await statuses(10, gateway.url, 'key@acme')).toEqual([
        ...Array<number>(8).fill(200),
        429,
        429,
      ]);
      expect(performance.now() - begin).toBeLessThan(4_000);
    } finally {
      redis.thaw();
    }
    await untilCounted(gateway);
  });

  it('are counted all the same after Redis has lost the script that counts', async () => {
    const gateway = await startProcess({ REDIS_URL: redis.url, RATE_REQUESTS_PER_MINUTE: '3' });
    expect(await statuses(1, gateway.url, 'key@acme')).toEqual([200]);
    await client.script('FLUSH');
    expect(await statuses(3, gateway.url, 'key@acme')).toEqual([200, 200, 429]);
    expect(linesAbout('Redis', await gateway.end())).toEqual([]);
  });

  it('are counted over a new connection after the server of the old one was made a replica', async () => {
    const gateway = await startGateway(redis.url, { RATE_REQUESTS_PER_MINUTE: 2 });
    const connection = async (): Promise<string | undefined> =>
      /^id=(\d+) .*name=banyan-budgets /m.exec(String(await client.client('LIST')))?.[1];
    const before = await connection();
    expect(before).toBeDefined();
    await client.replicaof('127.0.0.1', await freePort());
    try {
      expect(await statuses(3, gateway.url, 'key@acme')).toEqual([200, 200, 429]);
    } finally {
      await client.replicaof('NO', 'ONE');
    }
    await untilCounted(gateway);
    expect(await connection()).not.toBe(before);
  });

  it('do not keep a gateway from starting without Redis, which is told once and used when it comes', async () => {
    const port = await freePort();
    const gateway = await startProcess({
      REDIS_URL: `redis://127.0.0.1:${port}`,
      RATE_REQUESTS_PER_MINUTE: '3',
    });
    expect(await statuses(4, gateway.url, 'key@acme')).toEqual([200, 200, 200, 429]);
    const late = await startRedis({ port });
    open.push(() => late.kill());
    const reader = new Redis(late.url);
    open.push(() => reader.disconnect());
    await vi.waitFor(
      async () => {
        await post(gateway.url, 'key@rival');
        expect((await reader.keys('banyan:treeCost:*')).length).toBe(1);
      },
      { timeout: 20_000 },
    );
    expect(await statuses(1, gateway.url, 'key@acme')).toEqual([200]);
    expect(linesAbout('Redis', await gateway.end())).toEqual([
      expect.objectContaining({ level: 40, reason: expect.stringContaining('ECONNREFUSED') }),
      expect.objectContaining({ level: 30, msg: 'budgets are counted in Redis again' }),
    ]);
  });

  it('with a wrong password are counted in the process, and no password is logged', async () => {
    const guarded = await startRedis({ password: 'the-right-one' });
    open.push(() => guarded.kill());
    const gateway = await startProcess({
      REDIS_URL: guarded.url.replace('//', '//:the-wrong-one@'),
      RATE_REQUESTS_PER_MINUTE: '2',
      LOG_LEVEL: 'debug',
    });
    expect(await statuses(3, gateway.url, 'key@acme')).toEqual([200, 200, 429]);
    const stderr = await gateway.end();
    expect(linesAbout('Redis', stderr)).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('WRONGPASS') }),
    ]);
    expect(stderr).not.toContain('the-wrong-one');
  });

  it('that Redis refuses to write are counted in the process, and the reason is logged', async () => {
    const full = await startRedis();
    open.push(() => full.kill());
    const admin = new Redis(full.url);
    open.push(() => admin.disconnect());
    await admin.config('SET', 'maxmemory', '1');
    const gateway = await startProcess({ REDIS_URL: full.url, RATE_REQUESTS_PER_MINUTE: '2' });
    expect(await statuses(3, gateway.url, 'key@acme')).toEqual([200, 200, 429]);
    expect(linesAbout('Redis', await gateway.end())).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('OOM') }),
    ]);
  });
});

it('A gateway whose RATE_LIMITS is not redis does not connect to REDIS_URL', async () => {
  let connections = 0;
  const server = createServer().on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const gateway = await startProcess({
    REDIS_URL: `redis://127.0.0.1:${port}`,
    RATE_LIMITS: 'memory',
    RATE_REQUESTS_PER_MINUTE: '1',
  });
  expect(await statuses(2, gateway.url, 'key@acme')).toEqual([200, 429]);
  await gateway.end();
  expect(connections).toBe(0);
});
