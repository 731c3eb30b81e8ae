/** Authentication comes first: before the body is read, and before anything in it is looked at. */
import type { Plugin } from 'graphql-yoga';
import type { AssumedCallers } from '../../authentication/assumed-callers.ts';
import { tokenProof } from '../../authentication/authenticate.ts';
import type { Caller } from '../../authentication/callers.ts';
import { fingerprintOf } from '../../authentication/secret.ts';
import { tenantOf } from '../../authorization/principal.ts';
import { currentDeadline } from '../../database/deadline.ts';
import { isUnavailable, RequestError } from '../../errors.ts';
import { recordOf } from '../../telemetry/request-record.ts';
import { begunOf } from '../begun.ts';

/** Whether a session was refused already. To verify it again could take as long again. */
function isUnauthenticated(failure: unknown): failure is RequestError {
  return failure instanceof RequestError && failure.extensions['code'] === 'UNAUTHENTICATED';
}

/** The callers of the requests in progress. */
export type Callers = Pick<WeakMap<Request, Caller>, 'get' | 'set'>;

/**
 * Authenticates each request once. A credential that is refused ends the request. Remembers who it
 * belonged to in `assumed`, which is absent where nobody is assumed.
 */
export function authentication(
  callers: Callers,
  identify: (request: Request) => Promise<Caller>,
  assumed: AssumedCallers | undefined,
  organizationHeader: string,
): Plugin {
  return {
    async onRequestParse({ request }) {
      const { failure } = begunOf(request) ?? {};
      // Nobody can be authenticated now.
      if (failure !== undefined && (isUnavailable(failure) || currentDeadline()?.isOver))
        throw failure;
      const authorization = request.headers.get('authorization');
      const organization = request.headers.get(organizationHeader);
      const fingerprint =
        assumed && authorization !== null ? fingerprintOf(authorization) : undefined;
      let caller: Caller;
      try {
        if (isUnauthenticated(failure)) throw failure;
        caller = await identify(request);
      } catch (error) {
        if (fingerprint !== undefined) assumed?.remove(fingerprint, organization);
        throw error;
      }
      const { principal } = caller;
      if (authorization !== null && fingerprint !== undefined) {
        const proof = tokenProof(authorization, organization, organizationHeader);
        assumed?.add(fingerprint, organization, { principal, proof });
      }
      callers.set(request, caller);
      const record = recordOf(request);
      record.principal = principal;
      record.now = caller.now;
      // From here on, the request queues for connections with its own tree.
      const tenant = tenantOf(principal);
      const deadline = currentDeadline();
      if (deadline && tenant !== undefined) deadline.tenant = tenant;
      if (failure !== undefined) throw failure;
    },
  };
}
