/** Budgets and admission of one gateway, and what is known of each request that they are spent for. */
import type { Logger } from '../telemetry/log.ts';
import { clientAddress, type ClientAddress } from './address.ts';
import { Admission } from './admission.ts';
import type { BudgetSettings } from './budget-settings.ts';
import { Budgets } from './budgets.ts';
import { KnownCredentials, type KnownCredential } from './known-credentials.ts';
import type { RedisCounters } from './redis.ts';

/** What callers are held to, and what is remembered of the requests under way. */
export interface CallerBudgets {
  budgets: Budgets;
  admission: Admission;
  clientAddress: ClientAddress;
  known: KnownCredentials;
  arrivals: WeakMap<Request, Arrival>;
}

/** What is known of a request before it is authenticated. */
export interface Arrival {
  address: string;
  /** Of the `Authorization` header; undefined for an anonymous request. */
  fingerprint: string | undefined;
  /** Whom the credential is counted for, if it was accepted lately; its request is charged then. */
  accepted: KnownCredential | undefined;
  isAuthenticated: boolean;
}

/** Makes what requests are held to; shared counters are kept in `redis`, or in the database at `databaseUrl`. */
export function createBudgets(settings: BudgetSettings, log: Logger, databaseUrl?: string, redis?: RedisCounters): CallerBudgets {
  return {
    budgets: new Budgets(settings, log, databaseUrl, redis),
    admission: new Admission(settings.admission),
    clientAddress: clientAddress(settings.trustedProxies),
    known: new KnownCredentials(),
    arrivals: new WeakMap(),
  };
}
