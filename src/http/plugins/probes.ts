/** Paths other than GraphQL: liveness, readiness, and the redirect from the root to GraphiQL. */
import type { Plugin } from 'graphql-yoga';
import type { DatabaseClock } from '../../database/clock.ts';
import type { SchemaVersion } from '../../database/schema-version.ts';
import { recordOf } from '../../telemetry/request-record.ts';

/**
 * Answers `/health`, `/ready` and `/`. `ready` tells whether the database can serve; `clock` and
 * `schema` are updated by it.
 */
export function probes(
  endpoint: string,
  ready: () => Promise<boolean>,
  clock: DatabaseClock,
  schema: SchemaVersion | undefined,
): Plugin {
  return {
    async onRequest({ url, request, endResponse, fetchAPI: { Response } }) {
      if (url.pathname === endpoint || !['GET', 'HEAD'].includes(request.method)) return;
      if (url.pathname === '/')
        endResponse(new Response(null, { status: 302, headers: { location: endpoint } }));
      if (url.pathname === '/health' || url.pathname === '/ready') recordOf(request).isProbe = true;
      if (url.pathname === '/health') endResponse(new Response('ok\n', { status: 200 }));
      if (url.pathname === '/ready') {
        const answer = (await ready())
          ? { status: 200, text: `ready\n${skewLine(clock)}${schema?.line ?? ''}` }
          : {
              status: 503,
              text: schema?.isUnusable ? schema.line : 'the database does not answer\n',
            };
        endResponse(new Response(answer.text, { status: answer.status }));
      }
    },
  };
}

/**
 * A clock difference does not make a gateway unready, since the database's clock is used, but an
 * operator wants to know.
 */
function skewLine({ isSkewed, skewMs }: DatabaseClock): string {
  if (!isSkewed) return '';
  return `the clock of this process is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs < 0 ? 'behind' : 'ahead of'} the database's\n`;
}
