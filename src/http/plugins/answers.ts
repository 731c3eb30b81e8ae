/** What every answer has in common: safe errors, a request id, and no way into a cache. */
import type { GraphQLFormattedError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import { maskError, unavailable } from '../../errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import { requestIdsOf } from '../request-id.ts';

/** Nothing of an answer of the API may be loaded, run or framed by a browser that is led to it. */
const API_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Whether an answer holds anything: a mutation that failed is a null of its own. */
function holdsData(data: unknown): boolean {
  return typeof data === 'object' && data !== null && Object.values(data).some((value) => value !== null);
}

/** Masks errors and sets the headers of all answers. */
export function answers(log: Logger, organizationHeader: string): Plugin<Context> {
  const contexts = new WeakMap<Request, Context>();
  return {
    onExecute({ args: { contextValue } }) {
      contexts.set(contextValue.request, contextValue);
    },
    onResultProcess({ request, result, setResult }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result || !('errors' in result) || !result.errors) return;
      const ids = requestIdsOf(request);
      // A status of its own only when there is no data: half an answer is still an answer.
      const hasData = 'data' in result && holdsData(result.data);
      const errors = result.errors.map((error) => {
        const masked = maskError(error, (cause) => log.error({ err: cause, ...ids }, 'a request failed'));
        const { code } = masked.extensions;
        if (code === 'INTERNAL_SERVER_ERROR') {
          masked.extensions['requestId'] = ids.requestId;
          if (!('data' in result)) masked.extensions['http'] = { status: 500 };
        }
        if (code !== 'UNAVAILABLE') return masked;
        // Below a mutation that has been made, it is the rest of its answer that could not be read.
        if ((error.path?.length ?? 0) > 1 && contexts.get(request)?.mutated) {
          const { message, extensions } = unavailable('UNKNOWN');
          masked.message = message;
          Object.assign(masked.extensions, extensions);
        }
        if (!hasData) {
          masked.extensions['http'] = { status: 503, headers: { 'retry-after': '1' } };
        }
        return masked;
      });
      setResult({ ...result, errors: errors as GraphQLFormattedError[] } as never);
    },
    onResponse({ request, response: { headers } }) {
      headers.set('x-request-id', requestIdsOf(request).requestId);
      headers.set('x-content-type-options', 'nosniff');
      headers.set('referrer-policy', 'no-referrer');
      headers.set('x-frame-options', 'DENY');
      if (!headers.has('content-security-policy')) headers.set('content-security-policy', API_CONTENT_POLICY);
      if (headers.has('cache-control')) return;
      headers.set('cache-control', 'no-store');
      headers.set('vary', `authorization, ${organizationHeader.toLowerCase()}, accept`);
    },
  };
}
