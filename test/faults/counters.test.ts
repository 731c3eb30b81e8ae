/** Budgets that are counted in the database, when the network to it swallows everything. */
import { sql } from 'kysely';
import { afterAll, expect } from 'vitest';
import { defaultBudgets } from '../../src/limits/budget-settings.ts';
import { createBudgets, type CallerBudgets } from '../../src/limits/caller-budgets.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { it } from '../setup/fixtures.ts';
import { gatewayOver, type World } from '../setup/world.ts';
import { startProxy, type Proxy } from './proxy.ts';

/** A request is slowed by half a second at most; the rest is for a machine that does other things as well. */
const SLOWED_MS = 500;
const SLACK_MS = 400;
/** Of the slowest request without a fault, where that is more: how busy the machine is right now. */
const SLACK_TIMES = 3;
const HEALS_MS = 4_000;
const AT_ONCE = 10;
const WAVES = 3;

let proxy: Proxy;
let limits: CallerBudgets;
interface Answer {
  status: number;
  tookMs: number;
}

let ask: () => Promise<Answer>;
it.beforeAll(async ({ world }) => {
  proxy = await startProxy(world.gatewayUrl);
  const log = createLogger('silent');
  limits = createBudgets(
    defaultBudgets({ RATE_LIMITS: 'postgres' }),
    log,
    proxy.through(world.gatewayUrl),
  );
  const gateway = gatewayOver(world.gatewayDb, { budgets: limits });
  ask = async () => {
    const started = performance.now();
    const { status } = await gateway.fetch(world.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${world.token('key@acme')}`,
      },
      body: JSON.stringify({ query: '{ organization { slug } }' }),
    });
    return { status, tookMs: performance.now() - started };
  };
});
afterAll(async () => {
  proxy.mode('pass');
  await limits.budgets.close();
  await proxy.close();
});

const counted = async (world: World): Promise<number> => {
  const [row] = await world.rows(
    sql<{ points: number }>`select coalesce(sum(points), 0)::int as points from rate_budgets`,
  );
  return row?.points ?? 0;
};

/** Asks several times at once, wave after wave. */
async function askInWaves(): Promise<{ answers: Answer[]; slowest: number[] }> {
  const waves: Answer[][] = [];
  for (let wave = 0; wave < WAVES; wave++)
    waves.push(await Promise.all(Array.from({ length: AT_ONCE }, ask)));
  return {
    answers: waves.flat(),
    slowest: waves.map((wave) => Math.max(...wave.map(({ tookMs }) => tookMs))),
  };
}

it('A request is slowed by half a second at most, and counted in the database again soon after its return', async ({
  world,
}) => {
  expect(await ask()).toMatchObject({ status: 200 });
  const before = await counted(world);
  expect(before).toBeGreaterThan(0);
  const control = await askInWaves();
  const slackMs = Math.max(SLACK_MS, SLACK_TIMES * Math.max(...control.slowest));
  proxy.mode('swallow');
  const { answers, slowest } = await askInWaves();
  for (const { status, tookMs } of answers) {
    expect(status).toBe(200);
    expect(tookMs).toBeLessThan(SLOWED_MS + slackMs);
  }
  proxy.mode('pass');
  const started = performance.now();
  const askAndCount = async (): Promise<number> => {
    expect(await ask()).toMatchObject({ status: 200 });
    return counted(world);
  };
  await expect.poll(askAndCount, { timeout: HEALS_MS, interval: 20 }).toBeGreaterThan(before);
  process.stdout.write(
    `silent counters: slowest of each wave ${slowest.map((ms) => ms.toFixed(0)).join(', ')} ms; counted again after ${(performance.now() - started).toFixed(0)} ms\n`,
  );
});
