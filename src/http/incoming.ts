/** Requests as the fast path reads them, whether they come from a socket or as a `Request`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { clientGone } from '../database/deadline.ts';

/** A request. */
export interface Incoming {
  method: string;
  /** Path and query. */
  path: string;
  /** The other end of the socket. */
  peer: string;
  /** The value of a header, by its name in lower case; null if it is absent. */
  header(name: string): string | null;
  /** Reads the body, which has a length. Rejects if the client disconnects before all of it is sent. */
  text(): Promise<string>;
  /** Calls `listener` if the client disconnects before it is answered. */
  onGone(listener: () => void): void;
}

/** A request from a socket. */
export function fromSocket(request: IncomingMessage, response: ServerResponse): Incoming {
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    // As for the budgets of other requests: one without an address counts as local.
    peer: request.socket.remoteAddress ?? '127.0.0.1',
    header(name) {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
    text: () => textOf(request),
    onGone(listener) {
      response.on('close', () => {
        if (!response.writableFinished) listener();
      });
    },
  };
}

/** A request without a socket, which counts as local. */
export function fromRequest(request: Request): Incoming {
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    path: pathname + search,
    peer: '127.0.0.1',
    header: (name) => request.headers.get(name),
    text: () => request.text(),
    onGone: (listener) => request.signal.addEventListener('abort', listener, { once: true }),
  };
}

/** The body as text. Cheaper than to iterate over the stream, and most bodies are one chunk. */
function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    let isRead = false;
    request.on('end', () => {
      isRead = true;
      const [first] = chunks;
      resolve((first && chunks.length === 1 ? first : Buffer.concat(chunks)).toString());
    });
    // Every request is closed in the end, after an error too. To make an error of our own for each
    // would take longer than to read it.
    const gone = (): void => {
      if (!isRead) reject(clientGone());
    };
    request.on('close', gone);
    // What it would tell was told before anybody listened.
    if (request.destroyed) gone();
  });
}
