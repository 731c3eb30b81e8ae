/** Counters of budgets in Redis, which several gateways share. */
import type { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Logger } from '../telemetry/log.ts';
import type { BoundedMemory } from './bounded-memory.ts';
import type { BudgetName } from './budget-settings.ts';

/** Stands before every key, so that a Redis can be shared with others. */
const PREFIX = 'banyan';

/** How long a counter in Redis may take before the one in memory answers instead. */
const ANSWER_TIMEOUT_MS = 500;
/** Nobody waits for a connection, so that it may take longer. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Longest pause between two attempts to connect. */
const RETRY_MS = 2_000;
/** Pause between two lines in the log about a Redis that does not count. */
const COMPLAINT_MS = 10_000;

/** One connection to Redis, for all limiters of this process. */
export interface RedisCounters {
  /** A limiter that counts in Redis, and in `memory` while Redis cannot. `duration` is in seconds. */
  limiter(budget: BudgetName, window: { points: number; duration: number }, memory: BoundedMemory): RateLimiterRedis;
  /** Closes the connection. */
  close(): void;
}

/**
 * Connects to the Redis at `url`. Resolves once it answers, or has failed to for the first time: a Redis that is away
 * keeps nobody from starting, and is used as soon as it is back.
 */
export async function openRedisCounters(url: string, log: Logger): Promise<RedisCounters> {
  // Only here: nobody else should pay for the client's memory and time to load.
  const { Redis } = await import('ioredis');
  const complaints = complainer(log);
  const client = new Redis(url, {
    connectionName: 'banyan-budgets',
    // A command is answered soon or never: none waits for a connection, and none is sent twice and counted twice.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_TIMEOUT_MS,
    // Gives a silent connection up, so that a Redis that hangs costs one timeout and not one per charge.
    socketTimeout: ANSWER_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(attempt * 100, RETRY_MS),
    // Called with every error that a command is answered with.
    reconnectOnError(error) {
      // The client sends the whole script then.
      if (error.message.startsWith('NOSCRIPT')) return false;
      complaints.note(error);
      // The name leads to another server now, and the connection to one that was demoted.
      return error.message.startsWith('READONLY');
    },
  });
  client.on('error', complaints.note);
  client.on('close', () => complaints.note(new Error('the connection was closed')));
  client.on('ready', complaints.settle);
  await firstAnswer(client);
  return {
    limiter: (budget, { points, duration }, memory) =>
      new RateLimiterRedis({
        storeClient: client,
        rejectIfRedisNotReady: true,
        keyPrefix: `${PREFIX}:${budget}`,
        points,
        duration,
        insuranceLimiter: memory,
      }),
    close() {
      client.removeAllListeners('close');
      client.disconnect();
    },
  };
}

function firstAnswer(client: Redis): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ANSWER_TIMEOUT_MS);
    const settle = (): void => {
      clearTimeout(timer);
      resolve();
    };
    client.once('ready', settle).once('error', settle);
  });
}

/** Says that Redis does not count, at most once in a while, and when it does again. */
function complainer(log: Logger): { note(error: Error): void; settle(): void } {
  let silentUntil = 0;
  let hasComplained = false;
  return {
    note(error) {
      const now = Date.now();
      if (now < silentUntil) return;
      silentUntil = now + COMPLAINT_MS;
      hasComplained = true;
      // No more than the message: the error holds the command, which may be AUTH with the password.
      const code = 'code' in error ? String(error.code) : 'unknown reason';
      log.warn({ reason: error.message || code }, 'Redis does not count budgets: they are counted in this process meanwhile');
    },
    settle() {
      if (!hasComplained) return;
      hasComplained = false;
      log.info('budgets are counted in Redis again');
    },
  };
}
