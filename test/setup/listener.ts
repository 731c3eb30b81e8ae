/** A service elsewhere, as a plain HTTP server on a free port. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request that the service got. */
export interface Call {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What it answers with; `hang` never answers. */
export type Reply = { status: number; body: string; headers?: Record<string, string> } | 'hang';

export interface Listener {
  url: string;
  /** Every request, in order. */
  calls: Call[];
  /** Answers from now on. */
  reply: (call: Call) => Reply | Promise<Reply>;
  close(): Promise<void>;
}

/** Starts the service. */
export async function startListener(reply: Listener['reply']): Promise<Listener> {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: await text(request),
    };
    listener.calls.push(call);
    const answer = await listener.reply(call);
    if (answer !== 'hang')
      response
        .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
        .end(answer.body);
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const listener: Listener = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    reply,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return listener;
}
