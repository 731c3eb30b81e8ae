/** Settings of the budgets and of admission. */
import { z } from 'zod';
import { isAddressRange, listOf, oneOf, wholeNumber } from '../config/forms.ts';
import { ConfigurationError } from '../errors.ts';

const BUDGET_MAX = 1_000_000_000;

/** Points per window; 0 or `off` turns the budget off. */
const budget = (points: number, description: string) =>
  z
    .union([z.literal('off'), wholeNumber(0, BUDGET_MAX)], {
      error: `must be a whole number up to ${BUDGET_MAX}, or off`,
    })
    .default(points)
    .transform((value) => (value === 'off' ? 0 : value))
    .meta({ description, form: '0 to 1,000,000,000; `0` or `off` for no limit' });

function isRedisUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '';
}

/** The settings of the environment, as a part of the schema in `config/settings.ts`. */
export const budgetVariables = {
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, 'must be a redis:// or rediss:// address')
    .optional()
    .meta({
      secret: true,
      description:
        'Redis that counts budgets for several gateways, with account and password if needed.',
      form: '`redis://` or `rediss://` address',
    }),
  RATE_LIMITS: oneOf('memory', 'postgres', 'redis', 'off')
    .optional()
    .meta({
      description:
        'Where budgets are counted: in the memory of this process, or in Redis or the database for several gateways. `off` turns off budgets, ' +
        'the limits of concurrency and the queue.',
      unset: '`redis` with `REDIS_URL`, else `memory`',
    }),
  RATE_REQUESTS_PER_MINUTE: budget(
    12_000,
    'Requests per credential; all tokens and sessions of a user count together.',
  ),
  RATE_COST_PER_MINUTE: budget(
    2_000_000,
    'Cost per credential; all tokens and sessions of a user count together.',
  ),
  RATE_TREE_REQUESTS_PER_MINUTE: budget(60_000, 'Requests per tree of organizations.'),
  RATE_TREE_COST_PER_MINUTE: budget(10_000_000, 'Cost per tree of organizations.'),
  RATE_ADDRESS_REQUESTS_PER_MINUTE: budget(
    60_000,
    'Requests per client address (an IPv6 /64), counted per process.',
  ),
  RATE_ADDRESS_COST_PER_MINUTE: budget(
    10_000_000,
    'Cost per client address (an IPv6 /64), counted per process.',
  ),
  RATE_ANONYMOUS_REQUESTS_PER_MINUTE: budget(
    300,
    'Requests without a credential, per client address.',
  ),
  RATE_FAILED_AUTHENTICATIONS_PER_MINUTE: budget(
    10,
    'Refused credentials, per client address. Ten times as many that are not known yet are looked up.',
  ),
  RATE_SLUG_CHECKS_PER_MINUTE: budget(
    60,
    '`slugAvailability`, per credential. A tree has five times as many.',
  ),
  RATE_INVITATION_ATTEMPTS_PER_MINUTE: budget(
    20,
    '`invitationPreview`, `acceptInvitation` and `declineInvitation`, per user. A client address has five times as many.',
  ),
  RATE_STANDALONE_CREATIONS_PER_DAY: budget(
    10,
    '`createOrganization` without `parentId`, per user. A client address has five times as many.',
  ),
  TRUSTED_PROXIES: listOf(isAddressRange, 'IP addresses or ranges such as 10.0.0.0/8').meta({
    description:
      'Proxies whose `X-Forwarded-For` is believed. Without it, everybody behind a proxy is one client address.',
    form: 'IP addresses or ranges such as `10.0.0.0/8`, separated by commas',
  }),
  CONCURRENCY_PER_CREDENTIAL: wholeNumber(1, 1_000).default(10).meta({
    description:
      'Operations of one credential that run or wait for a slot at a time; 40 more wait behind them.',
  }),
  MAX_CONCURRENT_OPERATIONS: wholeNumber(1, 1_000)
    .default(16)
    .meta({ description: 'Light operations that one process runs at a time.' }),
  HEAVY_OPERATION_NODES: wholeNumber(1, 1_000_000).default(1_000).meta({
    description:
      'Operations that may read at least this many nodes are heavy: a process runs one of them at a time.',
  }),
  QUEUE_TIMEOUT_MS: wholeNumber(100, 60_000).default(10_000).meta({
    description: 'Longest time that an operation waits for its turn; then it is refused.',
  }),
};

const variables = z.object(budgetVariables);

/**
 * A tree or an address is shared by several: it may do this many times as much of the rare things
 * as one person.
 */
const SHARED_FACTOR = 5;
/** Credentials that are not yet known to be good and are checked at a time, per address and minute. */
const UNVERIFIED_FACTOR = 10;

/**
 * The settings that the variables make; undefined when `RATE_LIMITS` is off. Throws a
 * `ConfigurationError` when it is redis and there is none.
 */
export function budgetSettings(value: z.infer<typeof variables>) {
  const redisUrl = value.REDIS_URL;
  const store = value.RATE_LIMITS ?? (redisUrl === undefined ? 'memory' : 'redis');
  if (store === 'off') return undefined;
  if (store === 'redis' && redisUrl === undefined)
    throw new ConfigurationError('RATE_LIMITS is redis, but REDIS_URL is not set.');
  return {
    /** Where budgets are counted: in this process, or in the database or in Redis for several processes. */
    store,
    /** The Redis; undefined with another store. */
    redisUrl: store === 'redis' ? redisUrl : undefined,
    /** Points per window; 0 for no limit. */
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
    /** Addresses and ranges whose `X-Forwarded-For` is believed. */
    trustedProxies: value.TRUSTED_PROXIES,
    admission: {
      /** Operations of one credential that run or wait for a slot at a time; more wait behind them. */
      perCredential: value.CONCURRENCY_PER_CREDENTIAL,
      /** Light operations that run at a time in this process. */
      slots: value.MAX_CONCURRENT_OPERATIONS,
      /** Operations that may read at least this many nodes are heavy: one of them runs at a time. */
      heavyNodes: value.HEAVY_OPERATION_NODES,
      /** How long an operation may wait before it is refused. */
      waitMs: value.QUEUE_TIMEOUT_MS,
    },
  };
}

/** Budgets and admission; `budgetVariables` says what each setting means. */
export type BudgetSettings = NonNullable<ReturnType<typeof budgetSettings>>;

/** How many operations run and wait at a time. */
export type AdmissionSettings = BudgetSettings['admission'];

/** Every budget, and the `budget` that a refusal names. */
export type BudgetName = keyof BudgetSettings['points'];

/** The settings that apply when nothing is set. */
export const defaultBudgets = (
  changes: Partial<z.input<typeof variables>> = {},
): BudgetSettings => {
  const settings = budgetSettings(variables.parse(changes));
  if (!settings) throw new RangeError('the limits are off');
  return settings;
};
