/** The refusal of a request that is over a limit. */
import { PublicError } from '../errors.ts';

const UNITS: Record<string, string> = {
  bodyBytes: 'bytes of body',
  documentBytes: 'bytes of document',
  tokens: 'tokens in a document',
  operations: 'operations in a document',
  depth: 'levels of fields',
  rootFields: 'fields at the top of an operation',
  aliases: 'aliases in an operation',
  fields: 'fields in an operation',
  selectionSets: 'fields with fields of their own in an operation',
  directives: 'directives in a document',
  directivesPerLocation: 'directives at one place',
  variables: 'variables',
  variableDepth: 'levels in a variable',
  nodes: 'rows that its answer may hold',
  cost: 'points of cost',
};

const ADVICE: Record<string, string> = {
  nodes: ' Ask for smaller pages, shorter windows or fewer metrics.',
  cost: ' Ask for smaller pages, shorter windows or fewer fields.',
};

/**
 * `LIMIT_EXCEEDED` with `limit`, `maximum` and `actual` (what the request uses). `status` is that of the answer;
 * without one it is 400, and 200 for clients that accept only `application/json`, as for a document that is not valid.
 */
export function overLimit(limit: string, maximum: number, actual: number, status?: number): PublicError {
  const message = `The request has ${actual} ${UNITS[limit] ?? limit}; the limit "${limit}" is ${maximum}.${ADVICE[limit] ?? ''}`;
  const http = status === undefined ? { spec: true, status: 400 } : { status };
  return new PublicError('LIMIT_EXCEEDED', message, { limit, maximum, actual, http });
}
