/**
 * What callers are answered while the gateway starts or stops, and how requests in progress finish.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { errorFacts } from '../telemetry/error-facts.ts';
import type { Logger } from '../telemetry/log.ts';
import { LinkedList } from '../values/linked-list.ts';

/**
 * How long connections stay open for one more request, so that it gets an error response rather
 * than a reset.
 */
const REFUSE_IN_WORDS_MS = 500;

const MESSAGES = {
  starting: 'The gateway is starting. Nothing was done. Try again in a moment.',
  stopping: 'The gateway is stopping. Nothing was done. Try again in a moment.',
};

/**
 * Sits between the HTTP server and the gateway. Before `open` and after `drain`, it refuses
 * requests itself and logs each refusal.
 */
export class Lifecycle {
  /** The listener for the HTTP server. */
  readonly listener: RequestListener = (request, response) => this.#receive(request, response);
  #gateway: RequestListener | undefined;
  #stage: 'starting' | 'open' | 'leaving' | 'stopping' = 'starting';
  readonly #underWay = new LinkedList<ServerResponse>();
  readonly #refusals = new LinkedList<ServerResponse>();
  readonly #log: Logger;
  #received = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Number of requests that the gateway has received. */
  get requestsReceived(): number {
    return this.#received;
  }

  /** Number of requests that the gateway has not answered yet. */
  get requestsUnderWay(): number {
    return this.#underWay.size;
  }

  /** Passes all requests to the gateway from now on. */
  open(gateway: RequestListener): void {
    this.#gateway = gateway;
    this.#stage = 'open';
  }

  /**
   * Answers `/ready` with 503 and everything else as before, for `delayMs` or until `cut` resolves:
   * balancers that ask it send requests elsewhere before any is refused.
   */
  async leave(delayMs: number, cut: Promise<unknown>): Promise<void> {
    if (delayMs === 0) return;
    this.#stage = 'leaving';
    await Promise.race([pause(delayMs), cut]);
  }

  /**
   * Refuses new requests, lets running ones finish until `grace` is aborted, and closes the server.
   * It keeps listening until then, so that `/ready` is answered. Resolves with the number of
   * requests that were cut off.
   */
  async drain(server: Server, grace: AbortSignal): Promise<number> {
    this.#stage = 'stopping';
    // Responses whose headers are not written yet tell the client that the connection will close.
    for (const response of this.#underWay) response.shouldKeepAlive = false;
    const over = aborted(grace);
    const refusing =
      (await connections(server)) > 0 ? Promise.race([pause(REFUSE_IN_WORDS_MS), over]) : undefined;
    await Promise.race([Promise.all([allClosed(this.#underWay), refusing]), over]);
    const closed = new Promise((resolve) => server.close(resolve));
    await Promise.race([allClosed(this.#refusals), pause(REFUSE_IN_WORDS_MS), over]);
    const cut = this.#underWay.size;
    // Includes connections on which nothing was ever sent, which Node does not count as idle.
    server.closeAllConnections();
    await closed;
    return cut;
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const isRefused =
      this.#stage === 'leaving' ? pathOf(request) === '/ready' : this.#stage !== 'open';
    const responses = isRefused ? this.#refusals : this.#underWay;
    const entry = responses.add(response);
    response.once('close', () => responses.delete(entry));
    if (isRefused)
      this.#refuse(this.#stage === 'starting' ? 'starting' : 'stopping', request, response);
    else {
      this.#received++;
      this.#gateway?.(request, response);
    }
  }

  #refuse(stage: keyof typeof MESSAGES, request: IncomingMessage, response: ServerResponse): void {
    if (this.#stage === 'stopping') response.shouldKeepAlive = false;
    const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
    const answer = (): void => {
      const path = pathOf(request);
      if (path === '/health') {
        response.writeHead(200, { ...headers, 'content-type': 'text/plain' }).end('ok\n');
      } else if (path === '/ready') {
        response
          .writeHead(503, { ...headers, 'content-type': 'application/json', 'retry-after': '1' })
          .end(`${JSON.stringify({ status: stage })}\n`);
      } else {
        const code = 'UNAVAILABLE';
        const requestId = randomUUID();
        this.#log.info({ requestId, method: request.method, status: 503, code, stage }, 'request');
        const error = {
          message: MESSAGES[stage],
          extensions: { code, ...errorFacts(code, { requestId, now: undefined }) },
        };
        response.writeHead(503, {
          ...headers,
          'x-request-id': requestId,
          'content-type': 'application/json',
          'retry-after': '1',
        });
        response.end(JSON.stringify({ errors: [error] }));
      }
    };
    // Closing a connection with unread bytes resets it, and the response would be lost.
    request.resume().once('end', answer);
  }
}

const pathOf = (request: IncomingMessage): string | undefined => request.url?.split('?', 1)[0];

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds).unref());

/** Resolves once the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}

/** Resolves once all responses are written or their connections are gone. */
async function allClosed(responses: LinkedList<ServerResponse>): Promise<void> {
  for (let next = responses.first; next; next = responses.first)
    await new Promise((resolve) => next.value.once('close', resolve));
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
}
