/**
 * Accepts only JSON bodies: forms and plain text could be sent across sites without a preflight.
 */
import type { Plugin } from 'graphql-yoga';
import { errorFacts } from '../../telemetry/error-facts.ts';
import { recordOf } from '../../telemetry/request-record.ts';

/** Refuses other content types with 415. */
export function jsonOnly(): Plugin {
  return {
    onRequest({ request, endResponse, fetchAPI }) {
      const type = request.headers.get('content-type') ?? '';
      if (request.method === 'POST' && !/^application\/(json|graphql\+json)\s*(;|$)/i.test(type)) {
        const code = 'BAD_USER_INPUT';
        const record = recordOf(request);
        record.code = code;
        const extensions = { code, ...errorFacts(code, record) };
        const body = { errors: [{ message: 'The body must be application/json.', extensions }] };
        endResponse(fetchAPI.Response.json(body, { status: 415 }));
      }
    },
  };
}
