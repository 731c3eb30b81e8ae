/**
 * Accepts only JSON bodies: forms and plain text could be sent across sites without a preflight.
 */
import type { Plugin } from 'graphql-yoga';
import { errorFacts } from '../../telemetry/error-facts.ts';
import { recordOf } from '../../telemetry/request-record.ts';

/** Whether a content type is that of a JSON body. */
export function isJson(contentType: string | null): boolean {
  return (
    contentType === 'application/json' ||
    /^application\/(json|graphql\+json)\s*(;|$)/i.test(contentType ?? '')
  );
}

/** Refuses other content types with 415. */
export function jsonOnly(): Plugin {
  return {
    onRequest({ request, endResponse, fetchAPI }) {
      if (request.method === 'POST' && !isJson(request.headers.get('content-type'))) {
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
