/**
 * The process that is measured: one gateway per choice of checks, each on a port of its own. They
 * share a process, since two processes of the same code differ by more than what is measured.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { pino } from 'pino';
import { connect } from '../../src/database/connect.ts';
import { defaultBudgets } from '../../src/limits/budget-settings.ts';
import { createBudgets, type CallerBudgets } from '../../src/limits/caller-budgets.ts';
import { openRedisCounters } from '../../src/limits/redis.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { openGateway } from '../open-gateway.ts';
import { POOL_SIZE } from '../peers/process.ts';
import type { Lane } from './lanes.ts';

/** A budget that no round exhausts. */
const PLENTY = '1000000000';

const plenty = Object.fromEntries(
  ['', 'TREE_', 'ADDRESS_'].flatMap((who) => [
    [`RATE_${who}REQUESTS_PER_MINUTE`, PLENTY],
    [`RATE_${who}COST_PER_MINUTE`, PLENTY],
  ]),
);

const url = process.env['DATABASE_URL'] ?? '';
const redisUrl = process.env['REDIS_URL'] || undefined;
const silent = createLogger('silent');
const lines = createLogger('info', pino.destination({ dest: devNull, sync: false }));
const redis = redisUrl === undefined ? undefined : await openRedisCounters(redisUrl, silent);
const db = connect({ url, poolSize: POOL_SIZE, log: silent });

const budgetsIn = (store: 'memory' | 'postgres' | 'redis'): CallerBudgets =>
  createBudgets(
    defaultBudgets({ RATE_LIMITS: store, REDIS_URL: redisUrl, ...plenty }),
    silent,
    url,
    store === 'redis' ? redis : undefined,
  );

const gateways: Record<Lane, () => ReturnType<typeof openGateway>> = {
  none: () => openGateway(db, silent, { boundsCost: false }),
  control: () => openGateway(db, silent, { boundsCost: false }),
  log: () => openGateway(db, lines, { boundsCost: false }),
  cost: () => openGateway(db, silent, { boundsCost: true }),
  budgets: () => openGateway(db, silent, { boundsCost: false, budgets: budgetsIn('memory') }),
  both: () => openGateway(db, silent, { boundsCost: true, budgets: budgetsIn('memory') }),
  postgres: () => openGateway(db, silent, { boundsCost: true, budgets: budgetsIn('postgres') }),
  redis: () => openGateway(db, silent, { boundsCost: true, budgets: budgetsIn('redis') }),
};

const addresses: Partial<Record<Lane, string>> = {};
for (const [lane, open] of Object.entries(gateways) as [
  Lane,
  () => ReturnType<typeof openGateway>,
][]) {
  if (lane === 'redis' && !redis) continue;
  const gateway = open();
  const server = createServer((request, response) => void gateway(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  addresses[lane] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}
console.log(`ready ${JSON.stringify(addresses)}`);
process.once('SIGTERM', () => process.exit());
