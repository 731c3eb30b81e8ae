/** What guarding and the log add to the CPU of plain reads: counting cost, spending budgets, a line per request; gateways with and without, in turns. */
import { devNull } from 'node:os';
import { pino } from 'pino';
import { createBudgets, type CallerBudgets } from '../src/limits/caller-budgets.ts';
import { defaultBudgets } from '../src/limits/budget-settings.ts';
import { Random } from '../src/seed/random.ts';
import { insertApiKey } from '../src/seed/bootstrap.ts';
import type { Gateway } from '../src/http/gateway.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { openRedisCounters } from '../src/limits/redis.ts';
import { openForest } from './forest.ts';
import { table, verdict } from './measure.ts';
import { openGateway } from './open-gateway.ts';

const TARGET_PERCENT = 3;
const ROUNDS = 200;
const WARM_UP_ROUNDS = 20;
/** Times that rounds are drawn again, for the bounds of a ratio. */
const DRAWS = 1_000;
const REQUESTS = 15;
/** A budget that no round exhausts. */
const PLENTY = '1000000000';

const reads: { query: string; variables?: Record<string, unknown> }[] = [
  { query: '{ viewer { organization { slug } scopes } }' },
  {
    query:
      '{ organization { name descendantCount children(first: 10) { totalCount nodes { slug name childCount } } } }',
  },
  {
    query:
      'query ($n: Int!) { organization { children(first: $n) { nodes { slug members(first: 5) { nodes { user { email } roles { key } } } } } } }',
    variables: { n: 4 },
  },
];

interface Lane {
  name: string;
  gateway: Gateway;
  /** Microseconds of CPU per request, by round. */
  times: number[];
  /** The same against the gateway without checks, measured right before and after. */
  ratios: number[];
}

/** CPU of this process for some requests, in microseconds each. */
async function measure(gateway: Gateway, token: string): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < REQUESTS; n++) {
    const response = await gateway.fetch('http://bench/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(reads[n % reads.length]),
    });
    const body = await response.text();
    if (response.status !== 200 || body.includes('"errors"')) throw new Error(body);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REQUESTS;
}

/** The mean of the middle half, so that rounds into which a collection of garbage falls count on neither side. */
function middleMean(values: readonly number[]): number {
  const quarter = Math.floor(values.length / 4);
  const middle = values.toSorted((a, b) => a - b).slice(quarter, values.length - quarter);
  return middle.reduce((total, value) => total + value, 0) / middle.length;
}

/** The bounds between which `middleMean` lies with 95 % confidence, by drawing the values again (bootstrap). */
function boundsOf(values: readonly number[], random: Random): { low: number; high: number } {
  const drawn = Array.from({ length: DRAWS }, () =>
    middleMean(values.map(() => random.pick(values))),
  ).toSorted((a, b) => a - b);
  const at = (share: number): number => drawn[Math.floor(share * (DRAWS - 1))] ?? NaN;
  return { low: at(0.025), high: at(0.975) };
}

/** CPU of plain reads with the checks, against the same reads without them. */
export async function benchGuards(): Promise<void> {
  const { db, url, close } = await openForest(1_000);
  const log = createLogger('silent');
  const root = await db
    .selectFrom('organizations')
    .select('id')
    .where('parent_id', 'is', null)
    .limit(1)
    .executeTakeFirstOrThrow();
  const token = await insertApiKey(db, root.id, 'bench');
  const redisUrl = process.env['REDIS_URL'] || undefined;
  const redis = redisUrl === undefined ? undefined : await openRedisCounters(redisUrl, log);
  const budgetsIn = (store: 'memory' | 'postgres' | 'redis'): CallerBudgets => {
    const plenty = ['', 'TREE_', 'ADDRESS_'].flatMap((who) => [
      [`RATE_${who}REQUESTS_PER_MINUTE`, PLENTY],
      [`RATE_${who}COST_PER_MINUTE`, PLENTY],
    ]);
    return createBudgets(
      defaultBudgets({ RATE_LIMITS: store, REDIS_URL: redisUrl, ...Object.fromEntries(plenty) }),
      log,
      url,
      redis,
    );
  };
  const laneOf = (name: string, boundsCost: boolean, budgets?: CallerBudgets, to = log): Lane => ({
    name,
    gateway: openGateway(db, to, { boundsCost, budgets }),
    times: [],
    ratios: [],
  });
  const shared = budgetsIn('postgres');
  const bare = openGateway(db, log, { boundsCost: false });
  const guarded = laneOf('cost, budgets in memory', true, budgetsIn('memory'));
  const lines = createLogger('info', pino.destination({ dest: devNull, sync: false }));
  const lanes = [
    laneOf('none, again', false),
    laneOf('a line in the log', false, undefined, lines),
    laneOf('cost', true),
    laneOf('budgets in memory', false, budgetsIn('memory')),
    guarded,
    laneOf('cost, budgets in PostgreSQL', true, shared),
    ...(redis ? [laneOf('cost, budgets in Redis', true, budgetsIn('redis'))] : []),
  ];
  const random = new Random(1);
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const { gateway, times, ratios } of random.shuffled(lanes)) {
      // Around and between, so that what slows the machine down for a moment slows both down.
      const [first, one, other, last] = [
        await measure(bare, token),
        await measure(gateway, token),
        await measure(gateway, token),
        await measure(bare, token),
      ];
      if (round < 0) continue;
      times.push((one + other) / 2);
      ratios.push((one + other) / (first + last));
    }
  }
  table(
    ['checks', 'CPU µs per request', 'against none', '95 % of that'],
    lanes.map(({ name, times, ratios }) => {
      const { low, high } = boundsOf(ratios, random);
      return [
        name,
        middleMean(times).toFixed(0),
        middleMean(ratios).toFixed(3),
        `${low.toFixed(3)} to ${high.toFixed(3)}`,
      ];
    }),
  );
  verdict(
    'cost and budgets in memory add',
    (middleMean(guarded.ratios) - 1) * 100,
    TARGET_PERCENT,
    ' %',
  );
  await shared.budgets.close();
  redis?.close();
  await close();
}
