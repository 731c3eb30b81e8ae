/** Paths other than GraphQL: liveness, readiness, and the redirect from the root to GraphiQL. */
import type { Plugin } from 'graphql-yoga';
import type { ReadinessReport } from '../../database/readiness.ts';
import { recordOf } from '../../telemetry/request-record.ts';

/**
 * Answers `/health`, `/ready` and `/`. `/ready` is the report as JSON, with 503 unless its status is
 * `ready`.
 */
export function probes(endpoint: string, ready: () => Promise<ReadinessReport>): Plugin {
  return {
    async onRequest({ url, request, endResponse, fetchAPI: { Response } }) {
      if (url.pathname === endpoint || !['GET', 'HEAD'].includes(request.method)) return;
      if (url.pathname === '/')
        endResponse(new Response(null, { status: 302, headers: { location: endpoint } }));
      if (url.pathname === '/health' || url.pathname === '/ready') recordOf(request).isProbe = true;
      if (url.pathname === '/health') endResponse(new Response('ok\n', { status: 200 }));
      if (url.pathname === '/ready') {
        const report = await ready();
        endResponse(
          new Response(`${JSON.stringify(report)}\n`, {
            status: report.status === 'ready' ? 200 : 503,
            headers: { 'content-type': 'application/json' },
          }),
        );
      }
    },
  };
}
