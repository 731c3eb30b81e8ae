/** Settings of the budgets and of admission, read from the environment. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { StartError } from '../errors.ts';

const BUDGET_MAX = 1_000_000_000;

/** Points per window; 0 or `off` turns the budget off. */
const budget = (points: number) =>
  z
    .union([z.literal('off').transform(() => 0), z.coerce.number().int().min(0).max(BUDGET_MAX)], {
      error: `must be a whole number up to ${BUDGET_MAX}, or off`,
    })
    .default(points);

/** An address, or a range such as 10.0.0.0/8. */
function isRange(text: string): boolean {
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  return family !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)));
}

function isRedisUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '';
}

/** The variables, as part of the schema of the environment. */
export const budgetVariables = {
  REDIS_URL: z.string().refine(isRedisUrl, 'must be a redis:// or rediss:// address').optional(),
  RATE_LIMITS: z.enum(['memory', 'postgres', 'redis', 'off']).optional(),
  RATE_REQUESTS_PER_MINUTE: budget(12_000),
  RATE_COST_PER_MINUTE: budget(2_000_000),
  RATE_TREE_REQUESTS_PER_MINUTE: budget(60_000),
  RATE_TREE_COST_PER_MINUTE: budget(10_000_000),
  RATE_ADDRESS_REQUESTS_PER_MINUTE: budget(60_000),
  RATE_ADDRESS_COST_PER_MINUTE: budget(10_000_000),
  RATE_ANONYMOUS_REQUESTS_PER_MINUTE: budget(300),
  RATE_FAILED_AUTHENTICATIONS_PER_MINUTE: budget(10),
  RATE_SLUG_CHECKS_PER_MINUTE: budget(60),
  RATE_INVITATION_ATTEMPTS_PER_MINUTE: budget(20),
  RATE_STANDALONE_CREATIONS_PER_DAY: budget(10),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .refine((list) => list.every(isRange), 'must be IP addresses or ranges such as 10.0.0.0/8, separated by commas'),
  CONCURRENCY_PER_CREDENTIAL: z.coerce.number().int().min(1).max(1_000).default(10),
  MAX_CONCURRENT_OPERATIONS: z.coerce.number().int().min(1).max(1_000).default(16),
  HEAVY_OPERATION_NODES: z.coerce.number().int().min(1).max(1_000_000).default(1_000),
  QUEUE_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(10_000),
};

const variables = z.object(budgetVariables);

export interface BudgetSettings {
  /**
   * Where budgets are counted: in this process or, for several processes, in the database or in
   * Redis.
   */
  store: 'memory' | 'postgres' | 'redis';
  /** The address of Redis; undefined with another store. */
  redisUrl: string | undefined;
  /** Points per window; 0 for no limit. */
  points: Record<BudgetName, number>;
  /** Addresses and ranges whose `X-Forwarded-For` header is trusted. */
  trustedProxies: readonly string[];
  admission: AdmissionSettings;
}

export interface AdmissionSettings {
  /**
   * The number of operations of one credential that run or wait for a slot at a time; more wait
   * behind them.
   */
  perCredential: number;
  /** The number of light operations that run at a time in this process. */
  slots: number;
  /**
   * Operations that may read at least this many nodes are heavy. Only one of them runs at a time.
   */
  heavyNodes: number;
  /** How long an operation may wait before it is refused. */
  waitMs: number;
}

/** The name of every budget, and the `budget` that a refusal names. */
export type BudgetName =
  | 'credentialRequests'
  | 'credentialCost'
  | 'treeRequests'
  | 'treeCost'
  | 'addressRequests'
  | 'addressCost'
  | 'anonymousRequests'
  | 'failedAuthentications'
  | 'unverifiedCredentials'
  | 'slugChecks'
  | 'treeSlugChecks'
  | 'invitationAttempts'
  | 'addressInvitationAttempts'
  | 'standaloneCreations'
  | 'addressStandaloneCreations';

/**
 * A tree or an address is shared by several people, so it gets this many times the budget of one
 * person for rare actions.
 */
const SHARED_FACTOR = 5;
/** The factor for how many unverified credentials are checked per address and minute. */
const UNVERIFIED_FACTOR = 10;

/**
 * Returns the settings from the variables; undefined if `RATE_LIMITS` is off. Throws a `StartError`
 * if it is redis without an address.
 */
export function budgetSettings(value: z.infer<typeof variables>): BudgetSettings | undefined {
  const redisUrl = value.REDIS_URL;
  const store = value.RATE_LIMITS ?? (redisUrl === undefined ? 'memory' : 'redis');
  if (store === 'off') return undefined;
  if (store === 'redis' && redisUrl === undefined) throw new StartError('RATE_LIMITS is redis, but REDIS_URL is not set.');
  return {
    store,
    redisUrl: store === 'redis' ? redisUrl : undefined,
    points: {
      credentialRequests: value.RATE_REQUESTS_PER_MINUTE,
      credentialCost: value.RATE_COST_PER_MINUTE,
      treeRequests: value.RATE_TREE_REQUESTS_PER_MINUTE,
      treeCost: value.RATE_TREE_COST_PER_MINUTE,
      addressRequests: value.RATE_ADDRESS_REQUESTS_PER_MINUTE,
      addressCost: value.RATE_ADDRESS_COST_PER_MINUTE,
      anonymousRequests: value.RATE_ANONYMOUS_REQUESTS_PER_MINUTE,
      failedAuthentications: value.RATE_FAILED_AUTHENTICATIONS_PER_MINUTE,
      unverifiedCredentials: value.RATE_FAILED_AUTHENTICATIONS_PER_MINUTE * UNVERIFIED_FACTOR,
      slugChecks: value.RATE_SLUG_CHECKS_PER_MINUTE,
      treeSlugChecks: value.RATE_SLUG_CHECKS_PER_MINUTE * SHARED_FACTOR,
      invitationAttempts: value.RATE_INVITATION_ATTEMPTS_PER_MINUTE,
      addressInvitationAttempts: value.RATE_INVITATION_ATTEMPTS_PER_MINUTE * SHARED_FACTOR,
      standaloneCreations: value.RATE_STANDALONE_CREATIONS_PER_DAY,
      addressStandaloneCreations: value.RATE_STANDALONE_CREATIONS_PER_DAY * SHARED_FACTOR,
    },
    trustedProxies: value.TRUSTED_PROXIES,
    admission: {
      perCredential: value.CONCURRENCY_PER_CREDENTIAL,
      slots: value.MAX_CONCURRENT_OPERATIONS,
      heavyNodes: value.HEAVY_OPERATION_NODES,
      waitMs: value.QUEUE_TIMEOUT_MS,
    },
  };
}

/** The settings that apply if nothing is set. */
export const defaultBudgets = (changes: Partial<z.input<typeof variables>> = {}): BudgetSettings => {
  const settings = budgetSettings(variables.parse(changes));
  if (!settings) throw new RangeError('the limits are off');
  return settings;
};
