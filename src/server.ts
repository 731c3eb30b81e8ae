/** The gateway: one fetch handler, made of GraphQL Yoga and an ordered list of small plugins. */
import { randomUUID } from 'node:crypto';
import { parse, visit, BREAK, type DocumentNode, type GraphQLFormattedError } from 'graphql';
import { createYoga, type GraphiQLOptions, type Plugin, type YogaInitialContext } from 'graphql-yoga';
import { sql } from 'kysely';
import type { Principal } from './access/principal.ts';
import { authenticate } from './credential/authenticate.ts';
import type { ActionSettings, Context } from './context.ts';
import type { Sessions } from './credential/session.ts';
import type { Database } from './database/connect.ts';
import { Loaders } from './database/loaders.ts';
import { PublicError, maskError, unauthenticated } from './errors.ts';
import { DOCUMENT_ID, trustedDocuments, type TrustedDocumentsPolicy } from './http/plugins/trusted-documents.ts';
import { costLimits } from './limits/cost-plugin.ts';
import { LIMITS_DEFAULT, type Limits } from './limits/limits.ts';
import { schema } from './schema.ts';
import type { Logger } from './telemetry/log.ts';

export interface GatewayOptions {
  db: Database;
  log: Logger;
  clock: () => Date;
  organizationHeader: string;
  /** Verifies sessions; absent when no identity provider is configured. */
  sessions?: Sessions | undefined;
  settings: ActionSettings;
  /** What one operation may ask for, where it is not the default; false for no limits, to measure what they cost. */
  limits?: Partial<Limits> | false;
  introspection: 'public' | 'authenticated' | 'off';
  /** Whether registered documents are answered by their hash, and whether anything else is; absent for `off`. */
  trustedDocuments?: TrustedDocumentsPolicy;
  /** Options of the GraphiQL page; false serves none. */
  graphiql: GraphiQLOptions | false;
  /** Origins whose pages may call the API. */
  corsOrigins: readonly string[];
  /** Told of every credential that was accepted. */
  credentialUsed(kind: 'API_KEY' | 'PERSONAL_ACCESS_TOKEN', id: string, at: Date): void;
}

/** Path of the API and of GraphiQL. */
export const GRAPHQL_PATH = '/graphql';
/** Room for a thousand metered events; the document itself is bounded by its tokens. */
const BODY_BYTES_MAX = 500_000;
const TOKENS_MAX = 2_000;

const requestIds = new WeakMap<Request, string>();

function requestIdOf(request: Request): string {
  let id = requestIds.get(request);
  if (id === undefined) {
    const given = request.headers.get('x-request-id');
    id = given !== null && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
    requestIds.set(request, id);
  }
  return id;
}

/** Makes the gateway. */
export function createGateway(options: GatewayOptions) {
  const { db, log, clock, organizationHeader, corsOrigins, graphiql, sessions, settings } = options;
  const limits = options.limits === false ? undefined : { ...LIMITS_DEFAULT, ...options.limits };
  return createYoga<object, Context>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    landingPage: false,
    graphiql,
    // Nine megabytes of page, loaded when somebody opens it.
    renderGraphiQL: async (page) => (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(page),
    maxRequestBodySize: BODY_BYTES_MAX,
    multipart: false,
    extraParamNames: options.trustedDocuments === 'allow' || options.trustedDocuments === 'require' ? [DOCUMENT_ID] : [],
    batching: false,
    cors: corsOrigins.length > 0 ? { origin: [...corsOrigins], credentials: false, methods: ['GET', 'POST', 'OPTIONS'] } : false,
    logging: { debug: () => undefined, info: () => undefined, warn: (...args) => log.warn({ args }), error: () => undefined },
    // Masking is done where the request is known, in `answers`.
    maskedErrors: false,
    async context({ request }: YogaInitialContext): Promise<Context> {
      const now = clock();
      const requestId = requestIdOf(request);
      const used = (kind: 'API_KEY' | 'PERSONAL_ACCESS_TOKEN', id: string): void => options.credentialUsed(kind, id, now);
      const whoCalls = (organizationId?: string): Promise<Principal> => {
        const headers = new Headers(request.headers);
        if (organizationId !== undefined) headers.set(organizationHeader, organizationId);
        return authenticate({ db, organizationHeader, sessions, used }, headers);
      };
      const principal = await whoCalls();
      return {
        principal,
        authenticate: whoCalls,
        mutated: false,
        showing: undefined,
        settings,
        cost: { requested: 0, nodes: 0 },
        db,
        now,
        requestId,
        organizationHeader,
        loaders: new Loaders({ db, principal, now }, limits && 2 * limits.responseBytes),
        log: log.child({ requestId }),
      };
    },
    plugins: [
      routes(db),
      jsonOnly(),
      trustedDocuments(options.trustedDocuments ?? 'off', db),
      documentLimits(),
      ...(limits ? [costLimits(schema, limits)] : []),
      introspectionPolicy(options.introspection),
      answers(log, organizationHeader),
    ],
  });
}

/** What is not GraphQL: liveness, readiness, and the way from the root to GraphiQL. */
function routes(db: Database): Plugin {
  return {
    async onRequest({ url, request, endResponse, fetchAPI }) {
      if (url.pathname === GRAPHQL_PATH || request.method !== 'GET') return;
      if (url.pathname === '/') endResponse(new fetchAPI.Response(null, { status: 302, headers: { location: GRAPHQL_PATH } }));
      if (url.pathname === '/health') endResponse(new fetchAPI.Response('ok\n', { status: 200 }));
      if (url.pathname === '/ready') {
        const ready = await sql`select 1`.execute(db).then(
          () => true,
          () => false,
        );
        endResponse(new fetchAPI.Response(ready ? 'ready\n' : 'the database does not answer\n', { status: ready ? 200 : 503 }));
      }
    },
  };
}

/** Bodies are JSON; forms and plain text could be sent across sites without a preflight. */
function jsonOnly(): Plugin {
  return {
    onRequest({ request, endResponse, fetchAPI }) {
      const type = request.headers.get('content-type') ?? '';
      if (request.method === 'POST' && !/^application\/(json|graphql\+json)\s*(;|$)/i.test(type)) {
        const body = { errors: [{ message: 'The body must be application/json.', extensions: { code: 'BAD_USER_INPUT' } }] };
        endResponse(fetchAPI.Response.json(body, { status: 415 }));
      }
    },
  };
}

/** Long documents are refused while they are read. Depth and cost are bounded in src/limits. */
function documentLimits(): Plugin {
  return {
    onParse({ params, setParseFn }) {
      setParseFn(() => parse(params.source, { ...params.options, maxTokens: TOKENS_MAX }));
    },
  };
}

const introspects = new WeakMap<DocumentNode, boolean>();

function isIntrospection(document: DocumentNode): boolean {
  let found = introspects.get(document);
  if (found === undefined) {
    found = false;
    visit(document, {
      Field(node) {
        if (node.name.value !== '__schema' && node.name.value !== '__type') return undefined;
        found = true;
        return BREAK;
      },
    });
    introspects.set(document, found);
  }
  return found;
}

function introspectionPolicy(policy: GatewayOptions['introspection']): Plugin<Context> {
  return {
    onExecute({ args: { document, contextValue } }) {
      if (policy === 'public' || !isIntrospection(document)) return;
      if (policy === 'off') throw new PublicError('FORBIDDEN', 'Introspection is turned off.', { requiredScopes: [] });
      if (!contextValue.principal.credential) throw unauthenticated();
    },
  };
}

/** What every answer has in common: safe errors, a request id, and no way into a cache. */
function answers(log: Logger, organizationHeader: string): Plugin {
  return {
    onResultProcess({ request, result, setResult }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result || !('errors' in result) || !result.errors) return;
      const requestId = requestIdOf(request);
      const errors = result.errors.map((error) => {
        const masked = maskError(error, (cause) => log.error({ err: cause, requestId }, 'a request failed'));
        if (masked.extensions['code'] === 'INTERNAL_SERVER_ERROR') {
          masked.extensions['requestId'] = requestId;
          if (!('data' in result)) masked.extensions['http'] = { status: 500 };
        }
        return masked;
      });
      setResult({ ...result, errors: errors as GraphQLFormattedError[] } as never);
    },
    onResponse({ request, response }) {
      response.headers.set('x-request-id', requestIdOf(request));
      response.headers.set('cache-control', 'no-store');
      response.headers.set('vary', `authorization, ${organizationHeader.toLowerCase()}, accept`);
      response.headers.set('x-content-type-options', 'nosniff');
    },
  };
}

export type Gateway = ReturnType<typeof createGateway>;
