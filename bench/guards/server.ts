/**
 * The process that is measured: one gateway per choice of checks, each on a port of its own. They
 * share a process, since two processes of the same code differ by more than what is measured.
 */
import { devNull } from 'node:os';
import { connect } from '../../src/database/connect.ts';
import { defaultBudgets } from '../../src/limits/budget-settings.ts';
import { createBudgets, type CallerBudgets } from '../../src/limits/caller-budgets.ts';
import { openRedisCounters } from '../../src/limits/redis.ts';
import type { Gateway } from '../../src/http/gateway.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { serveLanes } from '../side-by-side/serve.ts';
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
const lines = createLogger('info', devNull);
const redis = redisUrl === undefined ? undefined : await openRedisCounters(redisUrl, silent);
const db = connect({ url, poolSize: POOL_SIZE, log: silent });

const budgetsIn = (store: 'memory' | 'postgres' | 'redis'): CallerBudgets =>
  createBudgets(
    defaultBudgets({ RATE_LIMITS: store, REDIS_URL: redisUrl, ...plenty }),
    silent,
    url,
    store === 'redis' ? redis : undefined,
  );

const gateways: Record<Lane, () => Gateway> = {
  none: () => openGateway(db, silent, { boundsCost: false }),
  control: () => openGateway(db, silent, { boundsCost: false }),
  log: () => openGateway(db, lines, { boundsCost: false }),
  cost: () => openGateway(db, silent, { boundsCost: true }),
  budgets: () => openGateway(db, silent, { boundsCost: false, budgets: budgetsIn('memory') }),
  both: () => openGateway(db, silent, { boundsCost: true, budgets: budgetsIn('memory') }),
  postgres: () => openGateway(db, silent, { boundsCost: true, budgets: budgetsIn('postgres') }),
  redis: () => openGateway(db, silent, { boundsCost: true, budgets: budgetsIn('redis') }),
};

const { redis: _shared, ...withoutRedis } = gateways;
await serveLanes(redis ? gateways : withoutRedis);
