/**
 * The gateway: one fetch handler, built from GraphQL Yoga and an ordered list of small plugins, one
 * per file.
 */
import { compiledExecution } from '../compiler/execution.ts';
import { CompiledOperations, type Outcome } from '../compiler/operations.ts';
import { createYoga, type GraphiQLOptions, type YogaInitialContext } from 'graphql-yoga';
import { sql } from 'kysely';
import type { CommandSettings } from '../command/settings.ts';
import type { Context } from '../graphql/context.ts';
import { sealingWith } from '../command/sealing.ts';
import { authenticate } from '../authentication/authenticate.ts';
import type { Caller } from '../authentication/callers.ts';
import type { Sessions } from '../authentication/session.ts';
import { DatabaseClock } from '../database/clock.ts';
import type { Database } from '../database/connect.ts';
import { withoutDeadline } from '../database/deadline.ts';
import { Loaders } from '../database/loaders.ts';
import type { SchemaVersion } from '../database/schema-version.ts';
import { graphiqlPage } from './graphiql/plugin.ts';
import { answers } from './plugins/answers.ts';
import { authentication } from './plugins/authentication.ts';
import { body } from './plugins/body.ts';
import { compression } from './plugins/compression.ts';
import { deadlines } from './plugins/deadline.ts';
import { documents } from './plugins/documents.ts';
import { hosts } from './plugins/hosts.ts';
import { jsonOnly } from './plugins/json-only.ts';
import { probes } from './plugins/probes.ts';
import {
  DOCUMENT_ID,
  trustedDocuments,
  type TrustedDocumentsPolicy,
} from './plugins/trusted-documents.ts';
import { arrival } from '../limits/arrival-plugin.ts';
import type { CallerBudgets } from '../limits/caller-budgets.ts';
import { CostLimits } from '../limits/cost-limits.ts';
import { execution } from '../limits/execution-plugin.ts';
import type { IntrospectionPolicy } from '../limits/introspection-policy.ts';
import { REQUEST_LIMITS, type RequestLimits } from '../limits/settings.ts';
import { schema } from '../schema.ts';
import type { Logger } from '../telemetry/log.ts';
import { Outage } from '../telemetry/outage.ts';
import { recordOf } from '../telemetry/request-record.ts';

export interface GatewayOptions {
  db: Database;
  log: Logger;
  /**
   * Receives requests that fail because the database is unavailable; by default one that writes to
   * `log`.
   */
  outage?: Outage;
  /** The clock that follows the database's time; by default the gateway creates its own. */
  clock?: DatabaseClock;
  /** The state of the database's migrations, for `/ready`; absent if nothing checks it. */
  schemaVersion?: SchemaVersion;
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
  /** Whether the database can serve; by default a statement through the pool. */
  ready?: () => Promise<boolean>;
  /** Called for every credential that was accepted. */
  credentialUsed(kind: 'API_KEY' | 'PERSONAL_ACCESS_TOKEN', id: string, at: Date): void;
}

/** The path of the API and of GraphiQL. */
export const GRAPHQL_PATH = '/graphql';

/** Creates the gateway. */
export function createGateway(options: GatewayOptions) {
  const { db, log, organizationHeader, corsOrigins, graphiql, sessions, settings } = options;
  const {
    allowedHosts = [],
    boundsCost = true,
    budgets,
    trustedDocuments: trusted = 'off',
    clock = new DatabaseClock(log),
  } = options;
  const limits = { ...REQUEST_LIMITS, ...options.limits };
  const callers = new WeakMap<Request, Caller>();
  const whoCalls = (request: Request, organizationId?: string): Promise<Caller> => {
    const headers = new Headers(request.headers);
    if (organizationId !== undefined) headers.set(organizationHeader, organizationId);
    const used: GatewayOptions['credentialUsed'] = (kind, id, at) =>
      withoutDeadline(() => options.credentialUsed(kind, id, at));
    return authenticate({ db, organizationHeader, sessions, clock, used }, headers);
  };
  return createYoga<object, Context>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    landingPage: false,
    // Yoga's own health check would answer every address that ends with this text, under any host
    // name. No address ends with a space; `probes` answers instead.
    healthCheckEndpoint: ' ',
    // Served by a plugin, after the host check.
    graphiql: false,
    // Limited in `body`, depending on the caller.
    maxRequestBodySize: false,
    // Cached in `documents`, limited by bytes.
    parserAndValidationCache: false,
    extraParamNames: trusted === 'off' ? [] : [DOCUMENT_ID],
    multipart: false,
    batching: false,
    cors:
      corsOrigins.length > 0
        ? {
            origin: [...corsOrigins],
            credentials: false,
            methods: ['GET', 'POST', 'OPTIONS'],
            exposedHeaders: ['Retry-After'],
          }
        : false,
    logging: {
      debug: () => undefined,
      info: () => undefined,
      warn: (...args) => log.warn({ args }),
      error: () => undefined,
    },
    // Errors are masked in `answers`, where the request is known.
    maskedErrors: false,
    async context({ request }: YogaInitialContext): Promise<Context> {
      const { principal, now } = callers.get(request) ?? (await whoCalls(request));
      const record = recordOf(request);
      return {
        principal,
        authenticate: async (organizationId) => (await whoCalls(request, organizationId)).principal,
        sealing: sealingWith(request.headers.get('authorization')),
        settings,
        cost: { requested: 0, nodes: 0 },
        db,
        now,
        record,
        requestId: record.requestId,
        organizationHeader,
        loaders: new Loaders({ db, principal, now }),
      };
    },
    // In the order in which a request passes them.
    plugins: [
      deadlines(limits.operationDeadlineMs),
      hosts(allowedHosts),
      probes(
        GRAPHQL_PATH,
        options.ready ?? (() => answersThrough(db)),
        clock,
        options.schemaVersion,
      ),
      graphiql &&
        graphiqlPage({
          endpoint: GRAPHQL_PATH,
          options: graphiql,
          localOptions: options.graphiqlLocal,
          hosts: [...allowedHosts, ...(options.graphiqlHosts ?? [])],
        }),
      budgets ? arrival(GRAPHQL_PATH, budgets) : {},
      jsonOnly(),
      authentication(callers, whoCalls),
      trustedDocuments(trusted, db),
      body(callers, limits),
      documents(callers, limits),
      execution({
        introspection: options.introspection,
        cost: boundsCost ? new CostLimits(schema, limits) : undefined,
        budgets,
        shortcut:
          options.compiled === false
            ? undefined
            : compiledExecution(
                new CompiledOperations(schema, {
                  bytesMax: limits.responseBytes,
                  atOnce: options.compiled === 'at once',
                }),
                options.onOutcome,
              ),
      }),
      answers(log, organizationHeader, options.outage ?? new Outage(log, 'the database')),
      compression(GRAPHQL_PATH),
    ],
  });
}

async function answersThrough(db: Database): Promise<boolean> {
  return sql`select 1`.execute(db).then(
    () => true,
    () => false,
  );
}

export type Gateway = ReturnType<typeof createGateway>;
