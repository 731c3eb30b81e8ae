/** What budgets and admission add to a plain read: the same requests with and without them, in turns, in one process. */
import { createLogger } from '../src/telemetry/log.ts';
import { createBudgets } from '../src/limits/budget-plugins.ts';
import { defaultBudgets } from '../src/limits/budget-settings.ts';
import { openRedisCounters } from '../src/limits/redis.ts';
import { createGateway } from '../src/server.ts';
import { insertApiKey } from '../src/seed/bootstrap.ts';
import { openForest } from './forest.ts';
import { summary, table, verdict } from './measure.ts';

const RATIO_TARGET = 1.02;
const ROUNDS = 15;
const REQUESTS = 100;
const READ = '{ organization { name children(first: 10) { nodes { slug name } } } }';
/** A budget that no round exhausts. */
const PLENTY = '1000000000';

/** CPU per request with budgets in memory, in the database, and in Redis where REDIS_URL names one, against none. */
export async function benchBudgets(): Promise<void> {
  const { db, url, close } = await openForest(1_000);
  const log = createLogger('silent');
  const root = await db.selectFrom('organizations').select('id').where('parent_id', 'is', null).limit(1).executeTakeFirstOrThrow();
  const token = await insertApiKey(db, root.id, 'bench');
  const redisUrl = process.env['REDIS_URL'] || undefined;
  const settings = (store: 'memory' | 'postgres' | 'redis') =>
    defaultBudgets({
      RATE_LIMITS: store,
      REDIS_URL: redisUrl,
      ...Object.fromEntries(
        ['', 'TREE_', 'ADDRESS_'].flatMap((who) => [
          [`RATE_${who}REQUESTS_PER_MINUTE`, PLENTY],
          [`RATE_${who}COST_PER_MINUTE`, PLENTY],
        ]),
      ),
    });
  const kinds = {
    none: undefined,
    memory: createBudgets(settings('memory'), log),
    postgres: createBudgets(settings('postgres'), log, url),
    ...(redisUrl !== undefined && { redis: createBudgets(settings('redis'), log, undefined, await openRedisCounters(redisUrl, log)) }),
  };
  const lanes = Object.entries(kinds).map(([name, budgets]) => {
    const gateway = createGateway({
      db,
      log,
      clock: () => new Date(),
      organizationHeader: 'X-Organization',
      settings: {
        invitationDays: 7,
        retentionDays: 30,
        mailLimits: { perSender: 1_000, perTree: 10_000, perAddress: 5 },
      },
      introspection: 'public',
      graphiql: false,
      corsOrigins: [],
      budgets,
      credentialUsed: () => undefined,
    });
    return { name, gateway, times: [] as number[] };
  });
  for (let round = -3; round < ROUNDS; round++) {
    for (const { gateway, times } of round % 2 === 0 ? lanes : lanes.toReversed()) {
      const begin = process.cpuUsage();
      for (let turn = 0; turn < REQUESTS; turn++) {
        const response = await gateway.fetch('http://banyan.test/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({ query: READ }),
        });
        const text = await response.text();
        if (response.status !== 200) throw new Error(text);
      }
      const { user, system } = process.cpuUsage(begin);
      if (round >= 0) times.push((user + system) / REQUESTS);
    }
  }
  const [none, memory] = lanes.map(({ times }) => summary(times).p50);
  table(
    ['budgets', 'CPU µs per request, median of rounds', 'ratio'],
    lanes.map(({ name, times }) => [name, summary(times).p50.toFixed(0), (summary(times).p50 / (none ?? NaN)).toFixed(3)]),
  );
  verdict('CPU of a plain read with budgets in memory, against none', (memory ?? NaN) / (none ?? NaN), RATIO_TARGET, '×');
  await kinds.postgres.budgets.close();
  await kinds.redis?.budgets.close();
  await close();
}
