/** Authentication comes first: before the body is read, and before anything in it is looked at. */
import type { Plugin } from 'graphql-yoga';
import type { Caller } from '../../authentication/callers.ts';
import { currentDeadline } from '../../database/deadline.ts';
import { recordOf } from '../../telemetry/request-record.ts';

/** The callers of the requests in progress. */
export type Callers = Pick<WeakMap<Request, Caller>, 'get' | 'set'>;

/** Authenticates each request once. A credential that is refused ends the request. */
export function authentication(
  callers: Callers,
  identify: (request: Request) => Promise<Caller>,
): Plugin {
  return {
    async onRequestParse({ request }) {
      const caller = await identify(request);
      callers.set(request, caller);
      const record = recordOf(request);
      record.principal = caller.principal;
      record.now = caller.now;
      // From here on, the request queues for connections with its own tree.
      const { organization, user } = caller.principal;
      const tenant = organization?.lineage[0] ?? user?.id;
      const deadline = currentDeadline();
      if (deadline && tenant !== undefined) deadline.tenant = tenant;
    },
  };
}
