/** The two ways into the gateway, from a socket and without one: the fast path first, then Yoga. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reports } from '../telemetry/request-record.ts';
import { inSpan, type Tracer } from '../telemetry/traces/span.ts';
import { hasAddress, refuseAddress } from './address.ts';
import type { Answer } from './fast-answer.ts';
import type { FastPath } from './fast-path.ts';
import { fromRequest, fromSocket } from './incoming.ts';

/** A gateway. */
export interface Gateway {
  /** Answers a request from a socket. */
  (request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Answers a request without a socket. `context` is what Yoga's plugins may read. */
  fetch(input: string | URL | Request, init?: RequestInit, context?: object): Promise<Response>;
}

/** What is used of Yoga. `context` is what its plugins may read. */
export interface Yoga {
  handle(request: IncomingMessage, response: ServerResponse, context?: object): Promise<void>;
  fetch(request: Request, context: object): Response | Promise<Response>;
}

/** Puts the fast path, if there is one, in front of Yoga. */
export function inFrontOf(
  yoga: Yoga,
  fastPath: FastPath | undefined,
  options: Reports & { organizationHeader: string; tracer?: Tracer | undefined },
): Gateway {
  /** Answers a request, in a span if it is sampled. */
  const inTrace = <Result>(
    traceparent: string | string[] | null | undefined,
    answer: () => Promise<Result>,
  ): Promise<Result> => {
    const span = options.tracer?.start('request', 'server', traceparent?.toString());
    return span ? inSpan(span, answer) : answer();
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!hasAddress(request)) return refuseAddress(request, response, options);
    if (!fastPath) return yoga.handle(request, response);
    await fastPath.serve(
      fromSocket(request, response),
      ({ headers, body }) => void response.writeHead(200, headers).end(body, 'latin1'),
      (begun) => yoga.handle(request, response, { begun }),
    );
  };
  const listener = (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    inTrace(request.headers['traceparent'], () => serve(request, response));
  const fetch = async (
    input: string | URL | Request,
    init?: RequestInit,
    context: object = {},
  ): Promise<Response> => {
    const request = new Request(input, init);
    // The length is known to a socket only.
    if (init && typeof init.body === 'string')
      request.headers.set('content-length', String(Buffer.byteLength(init.body)));
    return inTrace(request.headers.get('traceparent'), async () =>
      fastPath
        ? fastPath.serve(fromRequest(request), respond, async (begun) =>
            yoga.fetch(request, { ...context, begun }),
          )
        : yoga.fetch(request, context),
    );
  };
  return Object.assign(listener, { fetch });
}

/** The answer as a `Response`. */
function respond({ headers, body }: Answer): Response {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : new Uint8Array(body);
  return new Response(bytes, { headers });
}
