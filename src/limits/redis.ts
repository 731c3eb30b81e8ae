/** Budget counters in Redis, which several gateways share. */
import type { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Logger } from '../telemetry/log.ts';
import type { BoundedMemory } from './bounded-memory.ts';
import type { BudgetName } from './budget-settings.ts';

/** The prefix of every key, so that a Redis can be shared with other applications. */
const PREFIX = 'banyan';

/** How long a counter in Redis may take before the one in memory answers instead. */
const ANSWER_TIMEOUT_MS = 500;
/** How long connecting may take. It may be longer because nobody waits for it. */
const CONNECT_TIMEOUT_MS = 5_000;
/** The longest pause between two attempts to connect. */
const RETRY_MS = 2_000;
/** The pause between two log lines about a Redis that does not count. */
const COMPLAINT_MS = 10_000;

/** One connection to Redis, for all limiters of this process. */
export interface RedisCounters {
  /**
   * Creates a limiter that counts in Redis, and in `memory` while Redis is unavailable. `duration`
   * is in seconds.
   */
  limiter(
    budget: BudgetName,
    window: { points: number; duration: number },
    memory: BoundedMemory,
  ): RateLimiterRedis;
  /** Closes the connection. */
  close(): void;
}

/**
 * Connects to the Redis at `url`. Resolves once it answers or the first attempt has failed: an
 * unavailable Redis does not keep the process from starting, and is used as soon as it is back.
 */
export async function openRedisCounters(url: string, log: Logger): Promise<RedisCounters> {
  // Imported here, so that the client costs memory and loading time only if it is used.
  const { Redis } = await import('ioredis');
  const complaints = complainer(log);
  const client = new Redis(url, {
    connectionName: 'banyan-budgets',
    // No command waits for a connection, and none is sent twice, so nothing is counted twice.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_TIMEOUT_MS,
    // Closes a silent connection, so that a Redis that hangs costs one timeout and not one per
    // charge.
    socketTimeout: ANSWER_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(attempt * 100, RETRY_MS),
    // Called with every error response to a command.
    reconnectOnError(error) {
      // The client then sends the whole script.
      if (error.message.startsWith('NOSCRIPT')) return false;
      complaints.note(error);
      // The name now resolves to another server, and the connection leads to one that was demoted.
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

/** Logs that Redis does not count, at most once per period, and when it works again. */
function complainer(log: Logger): { note(error: Error): void; settle(): void } {
  let silentUntil = 0;
  let hasComplained = false;
  return {
    note(error) {
      const now = Date.now();
      if (now < silentUntil) return;
      silentUntil = now + COMPLAINT_MS;
      hasComplained = true;
      // Only the message: the error contains the command, which may be AUTH with the password.
      const code = 'code' in error ? String(error.code) : 'unknown reason';
      log.warn(
        { reason: error.message || code },
        'Redis is not available: budgets are counted in this process meanwhile',
      );
    },
    settle() {
      if (!hasComplained) return;
      hasComplained = false;
      log.info('budgets are counted in Redis again');
    },
  };
}
