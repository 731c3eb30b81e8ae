/**
 * The gateway: one fetch handler, built from GraphQL Yoga and an ordered list of small plugins, one
 * per file.
 */
import { compiledExecution } from '../compiler/execution.ts';
import { CompiledOperations } from '../compiler/operations.ts';
import type { Outcome } from '../compiler/outcome.ts';
import { createYoga, type YogaInitialContext } from 'graphql-yoga';
import type { Context } from '../graphql/context.ts';
import { sealingWith } from '../command/sealing.ts';
import { AssumedCallers } from '../authentication/assumed-callers.ts';
import { authenticate, type Authenticator } from '../authentication/authenticate.ts';
import type { Caller } from '../authentication/callers.ts';
import { DatabaseClock } from '../database/clock.ts';
import { withoutDeadline } from '../database/deadline.ts';
import { Loaders } from '../database/loaders.ts';
import { readyThrough } from '../database/readiness.ts';
import { begun } from './begun.ts';
import { corsOptions } from './cors.ts';
import { DocumentCache } from './document-cache.ts';
import { FastPath } from './fast-path.ts';
import type { GatewayOptions } from './options.ts';
import { inFrontOf, type Gateway } from './front.ts';
import { consoleDocuments } from './console/documents.ts';
import { consolePages } from './console/plugin.ts';
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
import { DOCUMENT_ID, registeredIn, trustedDocuments } from './plugins/trusted-documents.ts';
import { arrivals } from '../limits/arrival-plugin.ts';
import { CostLimits } from '../limits/cost-limits.ts';
import { execution } from '../limits/execution-plugin.ts';
import { REQUEST_LIMITS } from '../limits/settings.ts';
import { readingOneState } from '../graphql/one-state.ts';
import { schema } from '../schema.ts';
import { Outage } from '../telemetry/outage.ts';
import { recordOf, type Reports } from '../telemetry/request-record.ts';

/** The path of the API and of GraphiQL. */
export const GRAPHQL_PATH = '/graphql';

/** Creates the gateway. */
export function createGateway(options: GatewayOptions): Gateway {
  const { db, log, organizationHeader, corsOrigins, graphiql, sessions, settings } = options;
  const {
    allowedHosts = [],
    boundsCost = true,
    budgets,
    trustedDocuments: trusted = 'off',
    clock = new DatabaseClock(log),
    replicas,
  } = options;
  const limits = { ...REQUEST_LIMITS, ...options.limits };
  const callers = new WeakMap<Request, Caller>();
  const authenticator: Authenticator = {
    db,
    organizationHeader,
    sessions,
    clock,
    used: (kind, id, at) => withoutDeadline(() => options.credentialUsed(kind, id, at)),
  };
  const whoCalls = (request: Request, organizationId?: string): Promise<Caller> => {
    const headers = new Headers(request.headers);
    if (organizationId !== undefined) headers.set(organizationHeader, organizationId);
    return authenticate(authenticator, headers);
  };
  const operations =
    options.compiled === false
      ? undefined
      : new CompiledOperations(schema, {
          bytesMax: limits.responseBytes,
          atOnce: options.compiled === 'at once',
        });
  const onOutcome = (outcome: Outcome): void => {
    if ('fall' in outcome && outcome.error !== undefined)
      log.warn({ err: outcome.error }, 'a statement failed, and the resolvers answer instead');
    options.onOutcome?.(outcome);
  };
  const cost = boundsCost ? new CostLimits(schema, limits) : undefined;
  const documentCache = new DocumentCache();
  const registered = registeredIn(
    db,
    trusted,
    options.console ? consoleDocuments(options.console.folder) : undefined,
  );
  const api = { endpoint: GRAPHQL_PATH, organizationHeader, takesHashes: trusted === 'require' };
  // Only the fast path assumes callers.
  const assumed = operations && new AssumedCallers();
  const outage = options.outage ?? new Outage(log, 'the database');
  const reports: Reports = { log, requests: options.metrics?.requests };
  options.metrics?.reads({
    databaseOutage: outage,
    admission: budgets?.admission,
    caches: () => ({
      documents: documentCache.bytes,
      statements: operations?.statementBytes ?? 0,
    }),
  });
  const yoga = createYoga<object, Context>({
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
    cors: corsOptions(corsOrigins),
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
      begun(budgets),
      hosts(allowedHosts),
      options.console ? consolePages(api, options.console) : {},
      probes(GRAPHQL_PATH, options.ready ?? (() => readyThrough(db))),
      graphiql &&
        graphiqlPage({
          endpoint: GRAPHQL_PATH,
          options: graphiql,
          localOptions: options.graphiqlLocal,
          hosts: [...allowedHosts, ...(options.graphiqlHosts ?? [])],
        }),
      budgets ? arrivals(GRAPHQL_PATH, budgets) : {},
      jsonOnly(),
      authentication(callers, whoCalls, assumed, organizationHeader),
      registered ? trustedDocuments(registered) : {},
      body(callers, limits),
      documents(callers, limits, documentCache),
      execution({
        introspection: options.introspection,
        cost,
        budgets,
        shortcut: operations && compiledExecution(operations, onOutcome, replicas),
        around: replicas && readingOneState(db, replicas),
      }),
      answers(reports, organizationHeader, outage),
      compression(GRAPHQL_PATH),
    ],
  });
  const fastPath =
    operations &&
    assumed &&
    new FastPath({
      ...authenticator,
      path: GRAPHQL_PATH,
      operations,
      onOutcome,
      documents: documentCache,
      callers: assumed,
      limits,
      cost,
      budgets,
      allowedHosts,
      corsOrigins,
      ...reports,
      outage,
      registered,
      replicas,
    });
  return inFrontOf(
    {
      handle: (request, response, context = {}) => yoga(request, response, context),
      fetch: (request, context) => yoga.fetch(request, context),
    },
    fastPath,
    { ...reports, organizationHeader, tracer: options.tracer },
  );
}

export type { Gateway, GatewayOptions };
