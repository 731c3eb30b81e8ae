/**
 * Budgets that a request is charged to before any of it is parsed or read: those of its address
 * and, by a fingerprint, of its credential.
 */
import type { Plugin } from 'graphql-yoga';
import { fingerprintOf } from '../authentication/secret.ts';
import type { RequestError } from '../errors.ts';
import { errorFacts } from '../telemetry/error-facts.ts';
import { recordOf } from '../telemetry/request-record.ts';
import { arrive } from './arrival.ts';
import { holdBack } from './budget-refusal.ts';
import type { Arrival, CallerBudgets } from './caller-budgets.ts';

function isOperation(request: Request, url: URL): boolean {
  return (
    request.method === 'POST' ||
    (request.method === 'GET' && /[?&](query|extensions|documentId)=/.test(url.search))
  );
}

/**
 * Counts requests to `path` on arrival, unless that is done already, and failed authentications at
 * the end. It must come before the authentication plugin.
 */
export function arrivals(path: string, limits: CallerBudgets): Plugin {
  const { budgets, known } = limits;
  return {
    onRequest({ request, url, serverContext, endResponse, fetchAPI }) {
      if (url.pathname !== path || !isOperation(request, url)) return undefined;
      const refuse = async (refusal: RequestError): Promise<void> => {
        const budget = String(refusal.extensions['budget']);
        Object.assign(recordOf(request), { code: 'RATE_LIMITED', budget });
        await holdBack(request.signal);
        endResponse(answer(fetchAPI.Response, request, refusal));
      };
      const keep = (arrival: Arrival): Promise<void> | undefined => {
        limits.arrivals.set(request, arrival);
        return arrival.refusal && refuse(arrival.refusal);
      };
      const authorization = request.headers.get('authorization');
      const arrived =
        limits.arrivals.get(request) ??
        arrive(limits, {
          peer: peerOf(serverContext),
          forwardedFor: request.headers.get('x-forwarded-for'),
          fingerprint: authorization === null ? undefined : fingerprintOf(authorization),
        });
      return arrived instanceof Promise ? arrived.then(keep) : keep(arrived);
    },

    onResponse({ request, response }) {
      if (response.status !== 401) return undefined;
      const arrived = limits.arrivals.get(request);
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
