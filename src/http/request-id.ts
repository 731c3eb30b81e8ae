/** The id of a request: ours in every answer and record, and beside it the one that the client chose. */
import { randomUUID } from 'node:crypto';

/** What the log says about a request. */
export interface RequestIds {
  requestId: string;
  /** The client's own `X-Request-Id`, if it has the form of one. Whoever calls chooses it, so nothing may rest on it. */
  clientRequestId?: string;
}

const known = new WeakMap<Request, RequestIds>();

/** The ids of a request. */
export function requestIdsOf(request: Request): RequestIds {
  let ids = known.get(request);
  if (ids === undefined) {
    const given = request.headers.get('x-request-id');
    ids = {
      requestId: randomUUID(),
      ...(given !== null && /^[\w.-]{1,64}$/.test(given) && { clientRequestId: given }),
    };
    known.set(request, ids);
  }
  return ids;
}
