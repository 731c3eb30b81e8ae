/** Who calls is settled first: before the body is read, and before anything in it is looked at. */
import type { Plugin } from 'graphql-yoga';
import type { Caller } from '../../credential/authenticate.ts';
import { recordOf } from '../../telemetry/request-record.ts';

/** The callers of the requests under way. */
export type Callers = Pick<WeakMap<Request, Caller>, 'get' | 'set'>;

/** Authenticates each request once; a credential that is refused ends the request. */
export function authentication(callers: Callers, identify: (request: Request) => Promise<Caller>): Plugin {
  return {
    async onRequestParse({ request }) {
      callers.set(request, await identify(request));
      recordOf(request).principal = callers.get(request)?.principal;
    },
  };
}
