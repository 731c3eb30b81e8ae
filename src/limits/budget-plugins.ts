/**
 * The plugins that hold callers to their budgets, the cheapest check first. On arrival, before anything is parsed or
 * read: the address, and the credential by its fingerprint. Before execution, when caller, tree and cost are known:
 * their budgets, and at last a slot. Whatever is refused has executed nothing.
 */
import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Principal } from '../access/principal.ts';
import type { Context } from '../context.ts';
import type { PublicError } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { recordOf } from '../telemetry/request-record.ts';
import { clientAddress, type ClientAddress } from './address.ts';
import { Admission } from './admission.ts';
import { attemptsOf, type Attempts } from './attempts.ts';
import { Budgets, type Balance, type Charge } from './budgets.ts';
import { KnownCredentials } from './known-credentials.ts';
import type { RedisCounters } from './redis.ts';
import { holdBack, neverAffordable, rateLimited, tooBusy } from './budget-refusal.ts';
import type { BudgetName, BudgetSettings } from './budget-settings.ts';

/** Budgets and admission of one gateway. */
export interface CallerBudgets {
  budgets: Budgets;
  admission: Admission;
  clientAddress: ClientAddress;
  known: KnownCredentials;
}

/** Makes what the plugins need; shared counters are kept in `redis`, or in the database at `databaseUrl`. */
export function createBudgets(settings: BudgetSettings, log: Logger, databaseUrl?: string, redis?: RedisCounters): CallerBudgets {
  return {
    budgets: new Budgets(settings, log, databaseUrl, redis),
    admission: new Admission(settings.admission),
    clientAddress: clientAddress(settings.trustedProxies),
    known: new KnownCredentials(),
  };
}

/** What is known of a request before it is authenticated. */
interface Arrival {
  address: string;
  /** Of the `Authorization` header; undefined for an anonymous request. */
  fingerprint: string | undefined;
  /** Key of the credential, if it was accepted lately; its request is charged then. */
  credential: string | undefined;
  isAuthenticated: boolean;
}

/** People and sessions are counted as the person, who makes as many tokens as they like. */
function keyOfCredential({ credential, user }: Principal): string | undefined {
  if (user) return `usr:${user.id}`;
  return credential ? `key:${credential.id}` : undefined;
}

function isOperation(request: Request, url: URL): boolean {
  return request.method === 'POST' || (request.method === 'GET' && /[?&](query|extensions|documentId)=/.test(url.search));
}

/**
 * Limits what callers may ask for; without `limits`, nothing. `arrival` has to stand before authentication, `spending`
 * after whatever computes `context.cost`, and last of those that wrap execution.
 */
export function budgetPlugins(path: string, limits: CallerBudgets | undefined): { arrival: Plugin<Context>; spending: Plugin<Context> } {
  if (!limits) return { arrival: {}, spending: {} };
  const arrivals = new WeakMap<Request, Arrival>();
  return { arrival: arrivalPlugin(path, limits, arrivals), spending: spendingPlugin(limits, arrivals) };
}

type Arrivals = WeakMap<Request, Arrival>;

function arrivalPlugin(path: string, limits: CallerBudgets, arrivals: Arrivals): Plugin<Context> {
  const { budgets, known } = limits;
  const arrive = async (request: Request, serverContext: object): Promise<Balance | undefined> => {
    const address = limits.clientAddress(peerOf(serverContext), request.headers.get('x-forwarded-for'));
    const authorization = request.headers.get('authorization');
    const fingerprint = authorization === null ? undefined : known.fingerprint(authorization);
    const credential = fingerprint === undefined ? undefined : known.find(fingerprint);
    arrivals.set(request, { address, fingerprint, credential, isAuthenticated: false });
    const charges: Charge[] = [{ budget: 'addressRequests', key: address, points: 1 }];
    if (fingerprint === undefined) charges.push({ budget: 'anonymousRequests', key: address, points: 1 });
    else if (credential !== undefined) charges.push({ budget: 'credentialRequests', key: credential, points: 1 });
    else {
      const failed = await budgets.exhausted('failedAuthentications', address);
      if (failed) return failed;
      charges.push({ budget: 'unverifiedCredentials', key: address, points: 1 });
    }
    const outcome = await budgets.spend(charges);
    return 'refused' in outcome ? outcome.refused : undefined;
  };

  return {
    async onRequest({ request, url, serverContext, endResponse, fetchAPI }) {
      if (url.pathname !== path || !isOperation(request, url)) return;
      const refused = await arrive(request, serverContext);
      if (!refused) return;
      recordOf(request).code = 'RATE_LIMITED';
      await holdBack(request.signal);
      endResponse(answer(fetchAPI.Response, request, rateLimited(refused)));
    },

    async onResponse({ request, response }) {
      const arrival = arrivals.get(request);
      if (!arrival || arrival.isAuthenticated || arrival.fingerprint === undefined || response.status !== 401) return;
      // With Retry-After it is our fault: sessions could not be checked.
      if (response.headers.has('retry-after')) return;
      known.remove(arrival.fingerprint);
      await budgets.count({ budget: 'failedAuthentications', key: arrival.address, points: 1 });
    },
  };
}

function spendingPlugin({ budgets, admission, known }: CallerBudgets, arrivals: Arrivals): Plugin<Context> {
  return {
    async onExecute({ args, executeFn, setExecuteFn }) {
      const { principal, request, cost, record } = args.contextValue;
      const arrival = arrivals.get(request);
      if (!arrival) return;
      const requested = Math.max(1, cost.requested);
      const credential = keyOfCredential(principal) ?? `adr:${arrival.address}`;
      const tree = principal.home?.lineage[0];
      if (arrival.fingerprint !== undefined && principal.credential) {
        arrival.isAuthenticated = true;
        known.add(arrival.fingerprint, credential);
        if (arrival.credential === undefined) {
          await budgets.giveBack([{ budget: 'unverifiedCredentials', key: arrival.address, points: 1 }]);
        }
      }
      for (const budget of ['credentialCost', 'treeCost', 'addressCost'] as const) {
        const limit = budgets.limit(budget);
        if (limit !== undefined && requested > limit) throw neverAffordable(budget, limit, requested);
      }
      const charges: Charge[] = [
        { budget: 'credentialCost', key: credential, points: requested },
        { budget: 'addressCost', key: arrival.address, points: requested },
      ];
      if (arrival.credential === undefined && principal.credential) {
        charges.push({ budget: 'credentialRequests', key: credential, points: 1 });
      }
      if (tree !== undefined) {
        charges.push({ budget: 'treeRequests', key: tree, points: 1 }, { budget: 'treeCost', key: tree, points: requested });
      }
      const operation = getOperationAST(args.document, args.operationName);
      const attempts = operation && attemptsOf(args.document, operation, (args.variableValues ?? {}) as Record<string, unknown>);
      if (attempts) charges.push(...attemptCharges(attempts, credential, tree, arrival.address));
      const outcome = await budgets.spend(charges);
      if ('refused' in outcome) {
        await holdBack(request.signal);
        throw rateLimited(outcome.refused);
      }
      record.cost.charged = requested;
      const balance = outcome.spent.find(({ budget }) => budget === 'credentialCost');
      if (balance) cost.balance = balance;
      setExecuteFn(async (executionArgs) => {
        const nodes = Math.max(1, cost.nodes);
        const place = await admission.enter({ credential, tree: tree ?? credential, nodes, signal: request.signal });
        if ('refused' in place) {
          await budgets.giveBack(charges);
          record.cost.charged = 0;
          if (place.refused !== 'gone') await holdBack(request.signal);
          return { errors: [tooBusy(place)] };
        }
        try {
          return await executeFn(executionArgs);
        } finally {
          place.leave();
        }
      });
    },
  };
}

/** Other end of the socket; a request that came without one counts as from this machine. */
function peerOf(serverContext: object): string {
  const { req } = serverContext as { req?: { socket?: { remoteAddress?: string } } };
  return req?.socket?.remoteAddress ?? '127.0.0.1';
}

function attemptCharges(attempts: Attempts, credential: string, tree: string | undefined, address: string): Charge[] {
  const { slugChecks = 0, invitationAttempts = 0, standaloneCreations = 0 } = attempts;
  const charge = (budget: BudgetName, key: string, points: number): Charge[] => (points > 0 ? [{ budget, key, points }] : []);
  return [
    ...charge('slugChecks', credential, slugChecks),
    ...(tree === undefined ? [] : charge('treeSlugChecks', tree, slugChecks)),
    ...charge('invitationAttempts', credential, invitationAttempts),
    ...charge('addressInvitationAttempts', address, invitationAttempts),
    ...charge('standaloneCreations', credential, standaloneCreations),
    ...charge('addressStandaloneCreations', address, standaloneCreations),
  ];
}

/** A refusal as the answer to a request that was not looked into. */
function answer(ResponseClass: typeof Response, request: Request, error: PublicError): Response {
  const { http, ...extensions } = error.extensions as { http: { status: number; headers: Record<string, string> } };
  const accepts = request.headers.get('accept') ?? '';
  const type = accepts.includes('application/graphql-response+json') ? 'application/graphql-response+json' : 'application/json';
  const body = JSON.stringify({ errors: [{ message: error.message, extensions }] });
  return new ResponseClass(body, {
    status: http.status,
    headers: { ...http.headers, 'content-type': `${type}; charset=utf-8` },
  });
}
