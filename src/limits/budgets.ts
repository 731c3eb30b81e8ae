/** Budgets: points that a credential, a tree or an address may spend in a time window. */
import { sql } from 'kysely';
import type pg from 'pg';
import { RateLimiterPostgres, RateLimiterRes, type RateLimiterRedis } from 'rate-limiter-flexible';
import type { Database } from '../database/connect.ts';
import type { Balance as AnyBalance } from '../graphql/context.ts';
import type { Logger } from '../telemetry/log.ts';
import { BoundedMemory, type Counter } from './bounded-memory.ts';
import type { BudgetName, BudgetSettings } from './budget-settings.ts';
import { counterPool, counterStore, type CounterStore } from './postgres-counters.ts';
import type { RedisCounters } from './redis.ts';

const MINUTE = 60;
const DAY = 86_400;

/** The table of the shared counters, created by a migration. */
const TABLE = 'rate_budgets';

/**
 * Budgets that are counted in this process even if others are shared. They protect the process from
 * an address; some of them let it refuse a request without any statement.
 */
const IN_PROCESS: ReadonlySet<BudgetName> = new Set([
  'addressRequests',
  'addressCost',
  'anonymousRequests',
  'failedAuthentications',
  'unverifiedCredentials',
]);

/** The budgets that the whole cost of an operation is charged to. */
const COST_BUDGETS = ['credentialCost', 'treeCost', 'addressCost'] as const;

/** A charge: points of one budget under a key that the server derived. */
export interface Charge {
  budget: BudgetName;
  key: string;
  points: number;
}

/** The balance of a budget after a charge. */
export type Balance = AnyBalance<BudgetName>;

/** The result of charges: the balance of the first of them, if it is counted; or what was exceeded. */
export type Outcome = { balance: Balance | undefined } | { refused: Balance };

type SharedLimiter = RateLimiterPostgres | RateLimiterRedis;
type Limiter = BoundedMemory | SharedLimiter;

/** A charge that is counted outside this process. */
interface SharedCharge {
  charge: Charge;
  limiter: SharedLimiter;
}

export class Budgets {
  readonly #limiters = new Map<BudgetName, Limiter>();
  readonly #costLimits: readonly { budget: BudgetName; limit: number }[];
  readonly #log: Logger;
  readonly #pool: pg.Pool | undefined;
  readonly #store: CounterStore | undefined;
  readonly #redis: RedisCounters | undefined;

  constructor(
    { points, store }: Pick<BudgetSettings, 'points' | 'store'>,
    log: Logger,
    databaseUrl?: string,
    redis?: RedisCounters,
  ) {
    this.#log = log;
    this.#redis = redis;
    this.#pool =
      store === 'postgres' && databaseUrl !== undefined ? counterPool(databaseUrl, log) : undefined;
    this.#store = this.#pool && counterStore(this.#pool);
    for (const [name, limit] of Object.entries(points) as [BudgetName, number][]) {
      if (limit > 0) this.#limiters.set(name, this.#limiter(name, limit));
    }
    this.#costLimits = COST_BUDGETS.flatMap((budget) => {
      const limit = this.#limiters.get(budget)?.points;
      return limit === undefined ? [] : { budget, limit };
    });
  }

  #limiter(name: BudgetName, points: number): Limiter {
    const duration = name.toLowerCase().endsWith('creations') ? DAY : MINUTE;
    const memory = new BoundedMemory({ points, duration });
    if (IN_PROCESS.has(name)) return memory;
    if (this.#redis) return this.#redis.limiter(name, { points, duration }, memory);
    if (!this.#store) return memory;
    return new RateLimiterPostgres({
      storeClient: this.#store,
      storeType: 'pool',
      tableName: TABLE,
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: name,
      points,
      duration,
      insuranceLimiter: memory,
    });
  }

  /**
   * Spends all charges or none of them: on a refusal, points that were already taken are given
   * back, and the first exceeded budget is returned. Charges to budgets that are off are skipped.
   * The result is synchronous if all counters are in memory and none refuses, because a promise for
   * each budget would cost more than counting.
   */
  spend(charges: readonly Charge[]): Outcome | Promise<Outcome> {
    const [first] = charges;
    let balance: Balance | undefined;
    let shared: SharedCharge[] | undefined;
    const now = Date.now();
    for (const charge of charges) {
      const limiter = this.#limiters.get(charge.budget);
      if (!limiter || charge.points === 0) continue;
      if (!(limiter instanceof BoundedMemory)) {
        (shared ??= []).push({ charge, limiter });
        continue;
      }
      const counter = limiter.add(charge.key, charge.points, now);
      const isExceeded = counter.points > limiter.points;
      // Nobody reads the other balances.
      if (isExceeded || charge === first) balance = balanceIn(charge.budget, limiter, counter);
      if (isExceeded && balance)
        return this.#refuse(charges.slice(0, charges.indexOf(charge) + 1), balance);
    }
    return shared ? this.#spendShared(charges, balance, shared) : { balance };
  }

  async #spendShared(
    charges: readonly Charge[],
    balance: Balance | undefined,
    shared: readonly SharedCharge[],
  ): Promise<Outcome> {
    const taken = await Promise.all(shared.map((each) => this.#take(each)));
    const refused = taken.find((each) => each?.isRefused);
    if (refused) {
      await this.giveBack(charges);
      return { refused: refused.balance };
    }
    return { balance: shared[0]?.charge === charges[0] ? taken[0]?.balance : balance };
  }

  /**
   * Refuses because of a counter in memory, and gives back the points charged to the others before
   * it.
   */
  async #refuse(charged: readonly Charge[], balance: Balance): Promise<Outcome> {
    await this.giveBack(
      charged.filter(({ budget }) => this.#limiters.get(budget) instanceof BoundedMemory),
    );
    return { refused: balance };
  }

  /** Gives back points of charges whose work was not done. */
  async giveBack(charges: readonly Charge[]): Promise<void> {
    await Promise.all(
      charges.map(async ({ budget, key, points }) => {
        try {
          await this.#limiters.get(budget)?.reward(key, points);
        } catch (error) {
          this.#log.warn({ err: error, budget }, 'points of a budget could not be given back');
        }
      }),
    );
  }

  /** Counts without refusing, for what has already happened. */
  async count({ budget, key, points }: Charge): Promise<void> {
    await this.#limiters.get(budget)?.penalty(key, points);
  }

  /** Returns the balance of a budget that is used up; undefined while points are left. */
  async exhausted(budget: BudgetName, key: string): Promise<Balance | undefined> {
    const limiter = this.#limiters.get(budget);
    const state = await limiter?.get(key);
    if (!limiter || !state || state.consumedPoints < limiter.points) return undefined;
    return balanceOf(budget, limiter, state);
  }

  /** Returns a budget of which all points do not pay for a cost; undefined if there is none. */
  unaffordable(cost: number): { budget: BudgetName; limit: number } | undefined {
    return this.#costLimits.find(({ limit }) => cost > limit);
  }

  async #take({
    charge: { budget, key, points },
    limiter,
  }: SharedCharge): Promise<{ balance: Balance; isRefused: boolean } | undefined> {
    try {
      return {
        balance: balanceOf(budget, limiter, await limiter.consume(key, points)),
        isRefused: false,
      };
    } catch (error) {
      if (error instanceof RateLimiterRes)
        return { balance: balanceOf(budget, limiter, error), isRefused: true };
      // Neither the store nor memory could count. Callers are not refused for that.
      this.#log.error({ err: error, budget }, 'a budget could not be counted');
      return undefined;
    }
  }

  /** Closes the connections of shared counters. */
  async close(): Promise<void> {
    this.#redis?.close();
    await this.#pool?.end();
  }
}

/** The balance of a counter in memory. */
function balanceIn(
  budget: BudgetName,
  { points: limit }: BoundedMemory,
  { points, endsAt }: Readonly<Counter>,
): Balance {
  return { budget, limit, remaining: Math.max(limit - points, 0), resetAt: endsAt };
}

function balanceOf(
  budget: BudgetName,
  limiter: Limiter,
  { remainingPoints, msBeforeNext }: RateLimiterRes,
): Balance {
  return {
    budget,
    limit: limiter.points,
    remaining: remainingPoints,
    resetAt: Date.now() + Math.max(msBeforeNext, 0),
  };
}

/** Removes shared counters whose window has ended; a job. */
export async function sweepBudgets(db: Database): Promise<void> {
  await sql`delete from rate_budgets where expire < (extract(epoch from now()) * 1000)::bigint`.execute(
    db,
  );
}
