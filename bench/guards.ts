/** What guarding and the log add to the CPU of plain reads: counting cost, spending budgets, a line per request; gateways with and without, in turns. */
import { devNull } from 'node:os';
import { pino } from 'pino';
import { createBudgets, type CallerBudgets } from '../src/limits/caller-budgets.ts';
import { defaultBudgets } from '../src/limits/budget-settings.ts';
import { insertApiKey } from '../src/seed/bootstrap.ts';
import type { Gateway } from '../src/server.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { openRedisCounters } from '../src/limits/redis.ts';
import { openForest } from './forest.ts';
import { table, verdict } from './measure.ts';
import { openGateway } from './open-gateway.ts';

const TARGET_PERCENT = 3;
const ROUNDS = 400;
const WARM_UP_ROUNDS = 40;
/** Few, so that what slows the machine down for a moment slows every lane down. */
const REQUESTS = 15;
/** A budget that no round exhausts. */
const PLENTY = '1000000000';

const reads: { query: string; variables?: Record<string, unknown> }[] = [
  { query: '{ viewer { organization { slug } scopes } }' },
  { query: '{ organization { name descendantCount children(first: 10) { totalCount nodes { slug name childCount } } } }' },
  {
    query:
      'query ($n: Int!) { organization { children(first: $n) { nodes { slug members(first: 5) { nodes { user { email } roles { key } } } } } } }',
    variables: { n: 4 },
  },
];

interface Lane {
  name: string;
  gateway: Gateway;
  /** Microseconds of CPU a request, by round. */
  times: number[];
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

/** The median, and the bounds between which it lies with 95 % confidence (by the order of the values). */
function medianOf(values: readonly number[]): { median: number; low: number; high: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(index)))] ?? NaN;
  const half = (1.96 * Math.sqrt(sorted.length)) / 2;
  return { median: at(sorted.length / 2), low: at(sorted.length / 2 - half), high: at(sorted.length / 2 + half) };
}

/** CPU of plain reads with the checks, against the same reads without them. */
export async function benchGuards(): Promise<void> {
  const { db, url, close } = await openForest(1_000);
  const log = createLogger('silent');
  const root = await db.selectFrom('organizations').select('id').where('parent_id', 'is', null).limit(1).executeTakeFirstOrThrow();
  const token = await insertApiKey(db, root.id, 'bench');
  const redisUrl = process.env['REDIS_URL'] || undefined;
  const redis = redisUrl === undefined ? undefined : await openRedisCounters(redisUrl, log);
  const budgetsIn = (store: 'memory' | 'postgres' | 'redis'): CallerBudgets => {
    const plenty = ['', 'TREE_', 'ADDRESS_'].flatMap((who) => [
      [`RATE_${who}REQUESTS_PER_MINUTE`, PLENTY],
      [`RATE_${who}COST_PER_MINUTE`, PLENTY],
    ]);
    return createBudgets(defaultBudgets({ RATE_LIMITS: store, REDIS_URL: redisUrl, ...Object.fromEntries(plenty) }), log, url, redis);
  };
  const laneOf = (name: string, boundsCost: boolean, budgets?: CallerBudgets, to = log): Lane => ({
    name,
    gateway: openGateway(db, to, { boundsCost, budgets }),
    times: [],
  });
  const shared = budgetsIn('postgres');
  const bare = laneOf('neither', false);
  const guarded = laneOf('cost, budgets in memory', true, budgetsIn('memory'));
  const lines = createLogger('info', pino.destination({ dest: devNull, sync: false }));
  const lanes = [
    bare,
    laneOf('neither, again', false),
    laneOf('a line in the log', false, undefined, lines),
    laneOf('cost', true),
    laneOf('budgets in memory', false, budgetsIn('memory')),
    guarded,
    laneOf('cost, budgets in PostgreSQL', true, shared),
    ...(redis ? [laneOf('cost, budgets in Redis', true, budgetsIn('redis'))] : []),
  ];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    // Each lane follows each other one as often.
    const shift = (((round * 5) % lanes.length) + lanes.length) % lanes.length;
    const order = [...lanes.slice(shift), ...lanes.slice(0, shift)];
    for (const { gateway, times } of round % 2 === 0 ? order : order.toReversed()) {
      const time = await measure(gateway, token);
      if (round >= 0) times.push(time);
    }
  }
  const ratio = ({ times }: Lane): ReturnType<typeof medianOf> => medianOf(times.map((time, round) => time / (bare.times[round] ?? NaN)));
  table(
    ['checks', 'CPU µs per request, median', 'against neither, median of rounds', '95 % of the median'],
    lanes.map((lane) => {
      const { median, low, high } = ratio(lane);
      return [lane.name, medianOf(lane.times).median.toFixed(0), median.toFixed(3), `${low.toFixed(3)} to ${high.toFixed(3)}`];
    }),
  );
  verdict('cost and budgets in memory add', (ratio(guarded).median - 1) * 100, TARGET_PERCENT, ' %');
  await shared.budgets.close();
  redis?.close();
  await close();
}
