/** What a gateway is created with. */
import type { GraphiQLOptions } from 'graphql-yoga';
import type { Sessions } from '../authentication/session.ts';
import type { CommandSettings } from '../command/settings.ts';
import type { Outcome } from '../compiler/outcome.ts';
import type { DatabaseClock } from '../database/clock.ts';
import type { Database } from '../database/connect.ts';
import type { ReadinessReport } from '../database/readiness.ts';
import type { Replicas } from '../database/replicas.ts';
import type { CallerBudgets } from '../limits/caller-budgets.ts';
import type { IntrospectionPolicy } from '../limits/introspection-policy.ts';
import type { RequestLimits } from '../limits/settings.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics/metrics.ts';
import type { Tracer } from '../telemetry/traces/span.ts';
import type { Outage } from '../telemetry/outage.ts';
import type { ConsoleOptions } from './console/options.ts';
import type { TrustedDocumentsPolicy } from './plugins/trusted-documents.ts';

export interface GatewayOptions {
  db: Database;
  /** Standbys that answer queries; absent if there are none. */
  replicas?: Replicas | undefined;
  log: Logger;
  /**
   * Receives requests that fail because the database is unavailable; by default one that writes to
   * `log`.
   */
  outage?: Outage;
  /** Where requests are added up; absent if nothing is measured. */
  metrics?: Metrics | undefined;
  /** Decides which requests are traced; absent if none is. */
  tracer?: Tracer | undefined;
  /** The clock that follows the database's time; by default the gateway creates its own. */
  clock?: DatabaseClock;
  organizationHeader: string;
  /** Verifies sessions; absent when no identity provider is configured. */
  sessions?: Sessions | undefined;
  settings: CommandSettings;
  introspection: IntrospectionPolicy;
  /**
   * Whether registered documents can be requested by their hash, and whether anything else is
   * accepted; absent for `off`.
   */
  trustedDocuments?: TrustedDocumentsPolicy;
  /** Options of the GraphiQL page; false serves none. */
  graphiql: GraphiQLOptions | false;
  /**
   * Options of the page with a credential in it, which is served only to browsers on this machine.
   */
  graphiqlLocal?: GraphiQLOptions | undefined;
  /** Host names, in addition to those of this machine, under which the GraphiQL page is served. */
  graphiqlHosts?: readonly string[];
  /** The console; absent or false serves none. */
  console?: ConsoleOptions | false;
  /** The host names that are accepted; empty or absent for any. */
  allowedHosts?: readonly string[];
  /** Origins whose pages may call the API. */
  corsOrigins: readonly string[];
  /** Limits of one request; by default those of `REQUEST_LIMITS`. */
  limits?: Partial<RequestLimits>;
  /** Whether the cost of operations is limited; true except to measure the overhead. */
  boundsCost?: boolean;
  /**
   * Whether queries are executed as one statement where they can be; true by default. `at once` does
   * not wait for the second request of a shape.
   */
  compiled?: boolean | 'at once';
  /** Receives what became of each operation that could have been one statement. */
  onOutcome?: (outcome: Outcome) => void;
  /** Rate and cost budgets and admission; absent for none. */
  budgets?: CallerBudgets | undefined;
  /** Reports whether the database can serve; by default by a statement through the pool. */
  ready?: () => Promise<ReadinessReport>;
  /** Called for every credential that was accepted. */
  credentialUsed(kind: 'API_KEY' | 'PERSONAL_ACCESS_TOKEN', id: string, at: Date): void;
}
