/** The error for a request that exceeds a limit. */
import { RequestError } from '../errors.ts';

const UNITS: Record<string, string> = {
  bodyBytes: 'bytes of body',
  documentBytes: 'bytes of document',
  tokens: 'tokens in a document',
  operations: 'operations in a document',
  depth: 'levels of fields',
  rootFields: 'root fields in an operation',
  aliases: 'aliases in an operation',
  fields: 'fields in an operation',
  selectionSets: 'selection sets in an operation',
  directives: 'directives in a document',
  directivesPerLocation: 'directives at one location',
  variables: 'variables',
  variableDepth: 'levels in a variable',
  nodes: 'rows that its response may contain',
  cost: 'points of cost',
};

const ADVICE: Record<string, string> = {
  nodes: ' Ask for smaller pages, shorter windows or fewer metrics.',
  cost: ' Ask for smaller pages, shorter windows or fewer fields.',
};

/**
 * Creates a `LIMIT_EXCEEDED` error with `limit`, `maximum` and `actual` (what the request uses).
 * `status` is the status of the response. By default it is 400, or 200 for clients that accept only
 * `application/json`, as for an invalid document.
 */
export function overLimit(
  limit: string,
  maximum: number,
  actual: number,
  status?: number,
): RequestError {
  const message = `The request has ${actual} ${UNITS[limit] ?? limit}; the limit "${limit}" is ${maximum}.${ADVICE[limit] ?? ''}`;
  const http = status === undefined ? { spec: true, status: 400 } : { status };
  return new RequestError('LIMIT_EXCEEDED', message, { limit, maximum, actual, http });
}
