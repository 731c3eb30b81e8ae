/** Gateways on a port with their log lines, and requests as they are sent. */
import {
  createServer,
  request as send,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Database } from '../../src/database/connect.ts';
import type { Gateway, GatewayOptions } from '../../src/http/gateway.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { gatewayOver } from '../setup/world.ts';

/** A gateway on a port. */
export interface Served {
  url: URL;
  gateway: Gateway;
  server: Server;
  /** The lines of its log. */
  lines: Line[];
  close(): void;
}

/** A line of its log. */
export interface Line {
  msg: string;
  status: number;
  execution?: string;
  statements: number;
  [name: string]: unknown;
}

/** A request. */
export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** A response, with its text as it was before it was compressed. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Serves a gateway over a database. */
export async function serveOver(db: Database, options: Partial<GatewayOptions>): Promise<Served> {
  const lines: Line[] = [];
  const log = createLogger('info', {
    write: (line: string) => void lines.push(JSON.parse(line) as Line),
  });
  const gateway = gatewayOver(db, { log, ...options });
  const server = createServer((request, response) => void gateway(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
  return {
    url,
    gateway,
    server,
    lines,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Sends a request as it is. */
export async function ask({ url }: Pick<Served, 'url'>, asked: Asked): Promise<Answer> {
  const body = typeof asked.body === 'object' ? asked.body : Buffer.from(asked.body ?? '');
  const request = send(url, {
    method: asked.method ?? 'POST',
    headers: {
      'content-type': 'application/json',
      ...(asked.headers?.['transfer-encoding'] ? {} : { 'content-length': body.length }),
      ...asked.headers,
    },
  });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject).end(body);
  });
  let bytes = await buffer(response);
  if (response.headers['content-encoding'] === 'gzip') bytes = gunzipSync(bytes);
  if (response.headers['content-encoding'] === 'br') bytes = brotliDecompressSync(bytes);
  return { status: response.statusCode ?? 0, headers: response.headers, text: bytes.toString() };
}

/** What differs from request to request. */
const OWN = /,"type":"[A-Z_]+","timestamp":"[^"]+","requestId":"[^"]+"/g;

/** What is the same whoever answers. */
export function comparable({ status, headers, text }: Answer) {
  const others = { ...headers, date: '', 'x-request-id': '' };
  return { status, headers: others, text: text.replaceAll(OWN, '') };
}

export const bodyOf = (query: string, variables?: Record<string, unknown>): string =>
  JSON.stringify({ query, variables });

export const bearer = (token: string): Record<string, string> => ({
  authorization: `Bearer ${token}`,
});
