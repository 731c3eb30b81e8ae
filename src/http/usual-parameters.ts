/** The parameters of requests that the fast path knows. It passes all others on. */
import type { GraphQLParams } from 'graphql-yoga';
import type { RequestRecord } from '../telemetry/request-record.ts';
import { DOCUMENT_ID, hashIn, type Registered } from './plugins/trusted-documents.ts';

/** The parameters that a request may have. */
const KNOWN: ReadonlySet<string> = new Set([
  'query',
  'operationName',
  'variables',
  'extensions',
  DOCUMENT_ID,
]);

/** Whether parameters are of the types that they should have. */
export function hasUsualForm({ operationName, variables, ...params }: GraphQLParams): boolean {
  return (
    // An empty name is one that no operation has.
    (operationName == null || (typeof operationName === 'string' && operationName !== '')) &&
    (variables == null || (typeof variables === 'object' && !Array.isArray(variables))) &&
    Object.keys(params).every((name) => KNOWN.has(name))
  );
}

/**
 * Returns the text of the document, as it was sent or as it is registered; undefined if it is for
 * Yoga to find it, or to refuse it. Throws `BAD_USER_INPUT` for a malformed hash.
 */
export function textOfDocument(
  params: GraphQLParams,
  registered: Registered | undefined,
  record: RequestRecord,
): string | undefined | Promise<string | undefined> {
  const { query, extensions } = params;
  const hash = registered ? hashIn(params) : null;
  if (registered && hash !== null) {
    if (query != null) return undefined;
    record.documentHash = hash;
    return registered.documents.find(hash);
  }
  const isRefused = registered ? registered.policy === 'require' : DOCUMENT_ID in params;
  return typeof query === 'string' && extensions == null && !isRefused ? query : undefined;
}
