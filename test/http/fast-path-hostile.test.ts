/** What a client, or a fault, can do to a request that is answered before Yoga is asked. */
import { connect as openSocket, type Socket } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../src/http/gateway.ts';
import { defaultBudgets } from '../../src/limits/budget-settings.ts';
import { createBudgets, type CallerBudgets } from '../../src/limits/caller-budgets.ts';
import { REQUEST_LIMITS } from '../../src/limits/settings.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createWorld, insertKey, type World } from '../setup/world.ts';
import {
  ask,
  bearer,
  bodyOf,
  serveOver,
  type Answer,
  type Asked,
  type Line,
  type Served,
} from './served.ts';

const DEADLINE_MS = 700;
const BODY = bodyOf('{ organization { slug children { totalCount } } }');
const METRICS = bodyOf('{ usageMetrics { key } }');
/** Shared counters, so that arrival takes a statement too. */
const SHARED = { RATE_LIMITS: 'postgres' } as const;

let world: World;
const servers: Served[] = [];

interface Limited extends Served {
  limits: CallerBudgets;
}

/** A gateway with budgets, and with the fast path unless it is told otherwise. */
async function serve(
  variables: Parameters<typeof defaultBudgets>[0] = {},
  options: Partial<GatewayOptions> = {},
): Promise<Limited> {
  const limits = createBudgets(defaultBudgets(variables), createLogger('silent'), world.gatewayUrl);
  const served = await serveOver(world.gatewayDb, { budgets: limits, ...options });
  servers.push(served);
  return { ...served, limits };
}

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  for (const served of servers) served.close();
  await world.close();
});

/** A gateway with the fast path to which a new key is known, and one without. */
async function pair(
  variables: Parameters<typeof defaultBudgets>[0] = {},
  options: Partial<GatewayOptions> = {},
) {
  const fast = await serve(variables, options);
  const general = await serve(variables, { ...options, compiled: false });
  const token = await insertKey(world, 'north', ['child_organizations:manage', 'members:read']);
  const headers = bearer(token);
  for (let n = 0; n < 3; n++)
    for (const served of [fast, general]) await ask(served, { headers, body: BODY });
  expect(fast.lines.at(-1)).toMatchObject({ execution: 'compiled', statements: 1 });
  for (const { lines } of [fast, general]) lines.length = 0;
  return { fast, general, token, headers, key: `key:${uuidOf(token)}` };
}

const uuidOf = (token: string): string =>
  token.slice(3, 35).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');

/** The bytes of a request. */
function bytesOf(headers: Record<string, string>, body: string): string {
  const all = {
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /graphql HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

async function socketTo({ url }: Served): Promise<Socket> {
  const socket = openSocket(Number(url.port), '127.0.0.1');
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.on('error', () => undefined);
  return socket;
}

/** Runs `work` while a table cannot be read. */
async function whileLocked(table: string, work: () => Promise<void>): Promise<void> {
  await world.db.transaction().execute(async (tx) => {
    await sql`lock table ${sql.table(table)} in access exclusive mode`.execute(tx);
    await work();
  });
}

/** The number of statements that wait for a lock. */
async function waiting(): Promise<number> {
  const [row] = await world.rows(
    sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return row?.count ?? 0;
}

const requestsIn = ({ lines }: Served): Line[] => lines.filter(({ msg }) => msg === 'request');
const problemsIn = ({ lines }: Served): Line[] => lines.filter(({ msg }) => msg !== 'request');

/** How many points of a credential are spent. */
async function spentBy({ limits }: Limited, key: string): Promise<number> {
  const charge = { budget: 'credentialCost', key, points: 1 } as const;
  const outcome = await limits.budgets.spend([charge]);
  await limits.budgets.giveBack([charge]);
  const balance = 'balance' in outcome ? outcome.balance : undefined;
  if (!balance) throw new Error('nothing is counted');
  return balance.limit - balance.remaining - 1;
}

describe('a client that disconnects', () => {
  it('before its arrival is counted leaves nothing behind', async () => {
    const { fast, headers } = await pair(SHARED);
    await whileLocked('rate_budgets', async () => {
      const socket = await socketTo(fast);
      socket.write(bytesOf(headers, BODY));
      await expect.poll(waiting).toBeGreaterThan(0);
      socket.destroy();
      // Its request ends, and with it the place that it took on arrival.
      await expect.poll(() => requestsIn(fast).length, { timeout: 5_000 }).toBe(1);
    });
    expect(requestsIn(fast)).toMatchObject([{ aborted: true }]);
    expect(problemsIn(fast)).toEqual([]);
  });

  it('while its body is read is no fault of the database', async () => {
    const { fast, general, headers } = await pair();
    for (const served of [fast, general]) {
      const socket = await socketTo(served);
      const requests = new Promise((resolve) => served.server.once('request', resolve));
      socket.write(bytesOf(headers, BODY).slice(0, -10));
      await requests;
      socket.destroy();
      await expect.poll(() => requestsIn(served).length, { timeout: 5_000 }).toBe(1);
      expect(requestsIn(served)).toMatchObject([{ aborted: true }]);
      expect(problemsIn(served)).toEqual([]);
    }
  });

  it('while its statement runs has paid for it', async () => {
    const { fast, general, headers, key } = await pair();
    for (const served of [fast, general]) {
      await ask(served, { headers, body: METRICS });
      await ask(served, { headers, body: METRICS });
      const before = await spentBy(served, key);
      served.lines.length = 0;
      await whileLocked('usage_metrics', async () => {
        const socket = await socketTo(served);
        socket.write(bytesOf(headers, METRICS));
        await expect.poll(waiting).toBeGreaterThan(0);
        socket.destroy();
        await expect.poll(() => requestsIn(served).length, { timeout: 5_000 }).toBe(1);
      });
      const [line] = requestsIn(served);
      expect(line).toMatchObject({ aborted: true, costCharged: line?.['costRequested'] });
      expect((await spentBy(served, key)) - before).toBe(line?.['costRequested']);
      expect(problemsIn(served)).toEqual([]);
    }
  });
});

describe('a request whose time is up', () => {
  it('has paid for the statement that it ran', async () => {
    const limits = { ...REQUEST_LIMITS, operationDeadlineMs: DEADLINE_MS };
    const { fast, general, headers, key } = await pair({}, { limits });
    for (const served of [fast, general]) {
      await ask(served, { headers, body: METRICS });
      await ask(served, { headers, body: METRICS });
      const before = await spentBy(served, key);
      served.lines.length = 0;
      let answer: Answer | undefined;
      await whileLocked('usage_metrics', async () => {
        answer = await ask(served, { headers, body: METRICS });
      });
      expect(answer).toMatchObject({ status: 200 });
      expect(answer?.text).toContain('operationDeadlineMs');
      const [line] = requestsIn(served);
      expect(line).toMatchObject({ costCharged: line?.['costRequested'] });
      expect((await spentBy(served, key)) - before).toBe(line?.['costRequested']);
    }
  });
});

describe('a request whose statement is lost with its connection', () => {
  it('is not tried again, and is charged nothing', async () => {
    const { fast, headers, key } = await pair();
    const before = await spentBy(fast, key);
    let answer: Promise<Answer> | undefined;
    await whileLocked('organizations', async () => {
      answer = ask(fast, { headers, body: BODY });
      await expect.poll(waiting).toBe(1);
      await world.rows(
        sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      );
      expect(await answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    });
    expect(requestsIn(fast)).toMatchObject([{ status: 503, statements: 1, costCharged: 0 }]);
    expect(await spentBy(fast, key)).toBe(before);
    expect(await ask(fast, { headers, body: BODY })).toMatchObject({ status: 200 });
  });
});

describe('a request without an address', () => {
  it.each(['a b', 'x"<>', 'localhost:99999', '[::1', 'a:b'])(
    'is refused, and tells nothing of the code: %s',
    async (host) => {
      const { fast, general, headers } = await pair();
      for (const served of [fast, general])
        for (const asked of [{ headers, body: BODY }, { method: 'GET' }]) {
          served.lines.length = 0;
          const answer = await ask(served, {
            ...asked,
            headers: { ...asked.headers, host },
          });
          expect(answer).toMatchObject({
            status: 400,
            headers: { 'x-request-id': expect.any(String), 'cache-control': 'no-store' },
          });
          expect(answer.text).not.toMatch(/node_modules|\.ts|\bat\b/);
          expect(JSON.parse(answer.text)).toMatchObject({
            errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'Host' } }],
          });
          expect(requestsIn(served)).toMatchObject([{ status: 400, code: 'BAD_USER_INPUT' }]);
        }
    },
  );
});

describe('a caller whose budget is used up', () => {
  it('has no statement written', async () => {
    const served = await serve({ RATE_COST_PER_MINUTE: '40' });
    const headers = bearer(await insertKey(world, 'north', []));
    // Its statement is found to be impossible when it is written.
    const logOf = (below: boolean): Asked => ({
      headers,
      body: bodyOf(
        'query ($below: Boolean) { organization { auditLog(includeDescendants: $below) { totalCount } } }',
        { below },
      ),
    });
    await ask(served, logOf(true));
    await ask(served, logOf(true));
    expect(requestsIn(served).map(({ execution }) => execution)).toEqual([
      'unsupported',
      'unsupported',
    ]);
    const spend = async () =>
      (await ask(served, { headers, body: bodyOf('{ __typename }') })).status;
    await expect.poll(spend, { interval: 0 }).toBe(429);
    for (let n = 0; n < 3; n++) {
      served.lines.length = 0;
      expect(await ask(served, logOf(false))).toMatchObject({ status: 429 });
      expect(requestsIn(served).map(({ execution }) => execution)).toEqual([undefined]);
    }
  });
});
