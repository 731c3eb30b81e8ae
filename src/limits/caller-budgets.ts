/** Budgets and admission of one gateway, and what is known about each request. */
import type { RequestError } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { clientAddress, type ClientAddress } from './address.ts';
import { Admission } from './admission.ts';
import type { BudgetSettings } from './budget-settings.ts';
import { Budgets } from './budgets.ts';
import { KnownCredentials, type KnownCredential } from './known-credentials.ts';
import type { RedisCounters } from './redis.ts';

/** The limits for callers, and what is stored about requests in progress. */
export interface CallerBudgets {
  budgets: Budgets;
  admission: Admission;
  clientAddress: ClientAddress;
  known: KnownCredentials;
  arrivals: WeakMap<Request, Arrival>;
}

/** What is known about a request before it is authenticated. */
export interface Arrival {
  address: string;
  /** The fingerprint of the `Authorization` header; undefined for an anonymous request. */
  fingerprint: string | undefined;
  /**
   * Who the credential counts for, if it was accepted recently. Its request is then charged on
   * arrival.
   */
  accepted: KnownCredential | undefined;
  /** Why the request is refused; undefined if it is not. */
  refusal: RequestError | undefined;
  isAuthenticated: boolean;
}

/**
 * Creates the limits for callers. Shared counters are kept in `redis`, or in the database at
 * `databaseUrl`.
 */
export function createBudgets(
  settings: BudgetSettings,
  log: Logger,
  databaseUrl?: string,
  redis?: RedisCounters,
): CallerBudgets {
  return {
    budgets: new Budgets(settings, log, databaseUrl, redis),
    admission: new Admission(settings.admission),
    clientAddress: clientAddress(settings.trustedProxies),
    known: new KnownCredentials(),
    arrivals: new WeakMap(),
  };
}
