/** What all responses have in common: safe errors, a request id, and no caching. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { badFieldsOf, isUnavailable, unavailable } from '../../errors.ts';
import type { Outage } from '../../telemetry/outage.ts';
import { errorFacts } from '../../telemetry/error-facts.ts';
import { recordOf, type Reports } from '../../telemetry/request-record.ts';
import { begunOf } from '../begun.ts';
import { withInputPaths } from '../input-path.ts';
import { maskError } from '../mask-error.ts';

/** A browser that opens an API response must not load, run or frame anything from it. */
const API_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Headers that every response has. */
const FIXED_HEADERS = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['x-frame-options', 'DENY'],
] as const;

/** What the response to an operation depends on. */
function varyOf(organizationHeader: string): string {
  return `authorization, ${organizationHeader.toLowerCase()}, accept`;
}

/** The headers of responses to operations, but for what differs between them. */
export function operationHeaders(organizationHeader: string): Record<string, string> {
  return {
    ...Object.fromEntries(FIXED_HEADERS),
    'content-security-policy': API_CONTENT_POLICY,
    'cache-control': 'no-store',
    // Responses are compressed for those who accept it.
    vary: `${varyOf(organizationHeader)}, accept-encoding`,
  };
}

/** Whether a response contains any data; a failed mutation is null. */
function holdsData(data: unknown): boolean {
  return (
    typeof data === 'object' && data !== null && Object.values(data).some((value) => value !== null)
  );
}

/**
 * The maximum number of errors of a request that was not executed. The executor names up to 50 bad
 * values of variables, each at a length that the caller chooses.
 */
const REQUEST_ERRORS_MAX = 20;

/** The errors to be told, and a last one for those that are not. */
function told(errors: readonly GraphQLError[], isExecuted: boolean): readonly GraphQLError[] {
  // Validation stops by itself, with a last error that says so.
  if (isExecuted || errors.length <= REQUEST_ERRORS_MAX + 1) return errors;
  return [
    ...errors.slice(0, REQUEST_ERRORS_MAX),
    new GraphQLError(`There are more errors than the first ${REQUEST_ERRORS_MAX}.`),
  ];
}

/**
 * Masks errors, sets the headers of all responses and reports each request. `database` is told about
 * requests that failed because of it.
 */
export function answers(reports: Reports, organizationHeader: string, database: Outage): Plugin {
  return {
    onResultProcess({ request, result, setResult }) {
      if (
        Array.isArray(result) ||
        Symbol.asyncIterator in result ||
        !('errors' in result) ||
        !result.errors
      )
        return;
      const record = recordOf(request);
      // Per request, only the first unexpected failure is logged in full, and a database failure is
      // counted once.
      let isReported = false;
      const report = (cause: unknown): void => {
        if (isUnavailable(cause)) {
          if (!record.lackedDatabase) database.failed(cause);
          record.lackedDatabase = true;
        } else if (!isReported) {
          isReported = true;
          reports.log.error({ err: cause, ...record.ids }, 'a request failed');
        }
      };
      // The status differs only if there is no data: a partial response is still a response.
      const hasData = 'data' in result && holdsData(result.data);
      const errors = told(result.errors, 'data' in result).map((error) => {
        const masked = maskError(error, report);
        const { code } = masked.extensions;
        if (code === 'INTERNAL_SERVER_ERROR' && !('data' in result))
          masked.extensions['http'] = { status: 500 };
        if (code !== 'UNAVAILABLE') return masked;
        // The mutation was committed; only the rest of its response could not be read.
        if ((error.path?.length ?? 0) > 1 && record.mutated) {
          const { message, extensions } = unavailable('UNKNOWN');
          masked.message = message;
          Object.assign(masked.extensions, extensions);
        }
        if (!hasData) {
          masked.extensions['http'] = { status: 503, headers: { 'retry-after': '1' } };
        }
        return masked;
      });
      for (const error of errors) {
        const { extensions } = error;
        const { code, path } = extensions;
        const bad = code === 'BAD_USER_INPUT' ? badFieldsOf(error) : [];
        // A variable that is refused says where its value stands; its path is known already.
        const fields = path === undefined ? bad : bad.map((one) => ({ ...one, path }));
        Object.assign(extensions, fields.length > 0 && { fields });
        // What the document itself is refused for is in no argument of a field.
        if (error.path) {
          const isInput = record.mutated && error.path.length === 1;
          Object.assign(extensions, withInputPaths(extensions, isInput));
        }
        Object.assign(extensions, errorFacts(code, record));
      }
      const [first] = errors;
      record.errors = errors.length;
      if (first) {
        record.code = String(first.extensions['code']);
        if (record.code === 'RATE_LIMITED') record.budget = String(first.extensions['budget']);
      }
      record.outcome = errors
        .map(({ extensions }) => extensions['outcome'])
        .find((outcome) => typeof outcome === 'string');
      setResult({ ...result, errors: errors as GraphQLFormattedError[] } as never);
    },
    onResponse({ request, response }) {
      const record = recordOf(request);
      const bytes = response.headers.get('content-length');
      record.finish(reports, request.method, {
        status: response.status,
        bytes: bytes === null ? null : Number(bytes),
        isAborted: request.signal.aborted || begunOf(request)?.gone?.aborted === true,
      });
      if (record.statements > 0 && !record.lackedDatabase) database.succeeded();
      const { headers } = response;
      headers.set('x-request-id', record.requestId);
      for (const [name, value] of FIXED_HEADERS) headers.set(name, value);
      if (!headers.has('content-security-policy'))
        headers.set('content-security-policy', API_CONTENT_POLICY);
      if (headers.has('cache-control')) return;
      headers.set('cache-control', 'no-store');
      headers.set('vary', varyOf(organizationHeader));
    },
  };
}
