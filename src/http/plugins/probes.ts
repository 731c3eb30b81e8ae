/** What is not GraphQL: liveness, readiness, and the way from the root to GraphiQL. */
import type { Plugin } from 'graphql-yoga';
import { recordOf } from '../../telemetry/request-record.ts';

/** Answers `/health`, `/ready` and `/`. `ready` tells whether the database answers. */
export function probes(endpoint: string, ready: () => Promise<boolean>): Plugin {
  return {
    async onRequest({ url, request, endResponse, fetchAPI: { Response } }) {
      if (url.pathname === endpoint || !['GET', 'HEAD'].includes(request.method)) return;
      if (url.pathname === '/') endResponse(new Response(null, { status: 302, headers: { location: endpoint } }));
      if (url.pathname === '/health' || url.pathname === '/ready') recordOf(request).isProbe = true;
      if (url.pathname === '/health') endResponse(new Response('ok\n', { status: 200 }));
      if (url.pathname === '/ready') {
        const answer = (await ready()) ? { status: 200, text: 'ready\n' } : { status: 503, text: 'the database does not answer\n' };
        endResponse(new Response(answer.text, { status: answer.status }));
      }
    },
  };
}
