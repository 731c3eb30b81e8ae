/**
 * Budgets that a request is charged to before any of it is parsed or read: those of its address
 * and, by a fingerprint, of its credential.
 */
import type { Plugin } from 'graphql-yoga';
import { currentDeadline } from '../database/deadline.ts';
import type { RequestError } from '../errors.ts';
import { errorFacts } from '../telemetry/error-facts.ts';
import { recordOf } from '../telemetry/request-record.ts';
import { holdBack, rateLimited, tooBusy } from './budget-refusal.ts';
import type { Charge, Outcome } from './budgets.ts';
import type { CallerBudgets } from './caller-budgets.ts';

function isOperation(request: Request, url: URL): boolean {
  return (
    request.method === 'POST' ||
    (request.method === 'GET' && /[?&](query|extensions|documentId)=/.test(url.search))
  );
}

/**
 * Counts requests to `path` on arrival, and failed authentications at the end. It must come before
 * the authentication plugin.
 */
export function arrival(path: string, limits: CallerBudgets): Plugin {
  const { budgets, known, arrivals } = limits;

  /** Synchronous unless a counter is shared or the credential is new. */
  const count = (request: Request, serverContext: object): Outcome | Promise<Outcome> => {
    const address = limits.clientAddress(
      peerOf(serverContext),
      request.headers.get('x-forwarded-for'),
    );
    const authorization = request.headers.get('authorization');
    const fingerprint = authorization === null ? undefined : known.fingerprint(authorization);
    const accepted = fingerprint === undefined ? undefined : known.find(fingerprint);
    // The caller is looked up over a connection of the pool, for which tenants queue separately.
    const deadline = currentDeadline();
    if (deadline) deadline.tenant = accepted?.tree ?? `adr:${address}`;
    arrivals.set(request, { address, fingerprint, accepted, isAuthenticated: false });
    const ofAddress: Charge = { budget: 'addressRequests', key: address, points: 1 };
    if (fingerprint === undefined)
      return budgets.spend([ofAddress, { budget: 'anonymousRequests', key: address, points: 1 }]);
    if (accepted)
      return budgets.spend([
        ofAddress,
        { budget: 'credentialRequests', key: accepted.key, points: 1 },
      ]);
    return countUnknown(address, ofAddress);
  };

  const countUnknown = async (address: string, ofAddress: Charge): Promise<Outcome> => {
    const failed = await budgets.exhausted('failedAuthentications', address);
    return failed
      ? { refused: failed }
      : budgets.spend([ofAddress, { budget: 'unverifiedCredentials', key: address, points: 1 }]);
  };

  /** Returns why the request is refused; undefined if it is not. */
  const refusalOf = (request: Request, outcome: Outcome): RequestError | undefined => {
    if ('refused' in outcome) return rateLimited(outcome.refused);
    const arrived = arrivals.get(request);
    if (arrived?.accepted === undefined) return undefined;
    const place = limits.admission.arrive(arrived.accepted.key, arrived.accepted.tree);
    if ('refused' in place) return tooBusy(place);
    currentDeadline()?.atEnd(() => place.leave());
    return undefined;
  };

  return {
    onRequest({ request, url, serverContext, endResponse, fetchAPI }) {
      if (url.pathname !== path || !isOperation(request, url)) return undefined;
      const refuse = async (error: RequestError): Promise<void> => {
        recordOf(request).code = 'RATE_LIMITED';
        await holdBack(request.signal);
        endResponse(answer(fetchAPI.Response, request, error));
      };
      const decide = (outcome: Outcome): Promise<void> | undefined => {
        const error = refusalOf(request, outcome);
        return error && refuse(error);
      };
      const counted = count(request, serverContext);
      return counted instanceof Promise ? counted.then(decide) : decide(counted);
    },

    onResponse({ request, response }) {
      if (response.status !== 401) return undefined;
      const arrived = arrivals.get(request);
      if (!arrived || arrived.isAuthenticated || arrived.fingerprint === undefined)
        return undefined;
      // With `Retry-After` it is our fault: sessions could not be verified.
      if (response.headers.has('retry-after')) return undefined;
      known.remove(arrived.fingerprint);
      return budgets.count({ budget: 'failedAuthentications', key: arrived.address, points: 1 });
    },
  };
}

/** The other end of the socket. A request without one counts as local. */
function peerOf(serverContext: object): string {
  const { req } = serverContext as { req?: { socket?: { remoteAddress?: string } } };
  return req?.socket?.remoteAddress ?? '127.0.0.1';
}

/** Turns a refusal into the response to a request that was not processed. */
function answer(ResponseClass: typeof Response, request: Request, error: RequestError): Response {
  const { http, ...extensions } = error.extensions as {
    http: { status: number; headers: Record<string, string> };
    code?: unknown;
  };
  const accepts = request.headers.get('accept') ?? '';
  const type = accepts.includes('application/graphql-response+json')
    ? 'application/graphql-response+json'
    : 'application/json';
  const facts = errorFacts(extensions['code'], recordOf(request));
  const body = JSON.stringify({
    errors: [{ message: error.message, extensions: { ...extensions, ...facts } }],
  });
  return new ResponseClass(body, {
    status: http.status,
    headers: { ...http.headers, 'content-type': `${type}; charset=utf-8` },
  });
}
