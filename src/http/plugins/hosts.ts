/** The names under which the gateway answers; any other would let a page elsewhere point its own name at it. */
import { isIP } from 'node:net';
import type { Plugin } from 'graphql-yoga';
import { errorFacts } from '../../telemetry/error-facts.ts';
import { recordOf } from '../../telemetry/request-record.ts';

/** The host of the `Host` header, without port and brackets, in lower case; empty when there is none. */
export function hostOf(request: Request): string {
  const header = request.headers.get('host') ?? '';
  return header
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

/** Whether a host name or an address can only mean this machine. */
export function isLoopback(host: string): boolean {
  const plain = host.replace(/^::ffff:/, '');
  return host === 'localhost' || host === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/** Refuses requests under other names with 421; with no names, all are answered. Probes come by address and are excepted. */
export function hosts(allowed: readonly string[]): Plugin {
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  return {
    onRequest({ request, url, endResponse, fetchAPI }) {
      if (names.size === 0 || names.has(hostOf(request)) || ['/health', '/ready'].includes(url.pathname)) return;
      const message = 'This host is not served here; ALLOWED_HOSTS names those that are.';
      const code = 'BAD_USER_INPUT';
      const record = recordOf(request);
      record.code = code;
      const error = { message, extensions: { code, argument: 'Host', ...errorFacts(code, record) } };
      endResponse(fetchAPI.Response.json({ errors: [error] }, { status: 421 }));
    },
  };
}
