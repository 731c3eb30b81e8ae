/**
 * Host names under which the gateway answers. Without this check, another site could point its own
 * name at the gateway.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Plugin } from 'graphql-yoga';
import { errorFacts } from '../../telemetry/error-facts.ts';
import { recordOf } from '../../telemetry/request-record.ts';

/**
 * Returns the host of the `Host` header in lower case, without port and brackets; empty if there is
 * none.
 */
export function hostOf(header: string | null | undefined): string {
  return (header ?? '')
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

/** Whether a host name or an address can only mean this machine. */
export function isLoopback(host: string): boolean {
  const plain = host.replace(/^::ffff:/, '');
  return host === 'localhost' || host === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/** Whether the connection comes from this machine and, as far as it tells, not through a proxy. */
export function isFromThisMachine(serverContext: object): boolean {
  const { req } = serverContext as { req?: IncomingMessage };
  if (
    !req ||
    ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some(
      (name) => req.headers[name] !== undefined,
    )
  )
    return false;
  return isLoopback(req.socket.remoteAddress ?? '');
}

/**
 * Refuses requests under other names with 421. Without names, all are accepted. Probes come by
 * address and are exempt.
 */
export function hosts(allowed: readonly string[]): Plugin {
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  return {
    onRequest({ request, url, endResponse, fetchAPI }) {
      if (
        names.size === 0 ||
        names.has(hostOf(request.headers.get('host'))) ||
        ['/health', '/ready'].includes(url.pathname)
      )
        return;
      const message = 'This host is not served here; ALLOWED_HOSTS names those that are.';
      const code = 'BAD_USER_INPUT';
      const record = recordOf(request);
      record.code = code;
      const error = {
        message,
        extensions: { code, argument: 'Host', ...errorFacts(code, record) },
      };
      endResponse(fetchAPI.Response.json({ errors: [error] }, { status: 421 }));
    },
  };
}
