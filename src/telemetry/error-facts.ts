/** What every top-level error contains besides its code: its class, its time, and the id of the request. */
import type { ErrorCode } from '../errors.ts';
import type { RequestRecord } from './request-record.ts';

/** The class of an error, for clients that do not distinguish codes. */
export type ErrorType =
  | 'AUTHENTICATION'
  | 'AUTHORIZATION'
  | 'NOT_FOUND'
  | 'INPUT'
  | 'LIMIT'
  | 'AVAILABILITY'
  | 'INTERNAL';

const TYPES: Readonly<Record<ErrorCode, ErrorType>> = {
  UNAUTHENTICATED: 'AUTHENTICATION',
  ORGANIZATION_REQUIRED: 'INPUT',
  FORBIDDEN: 'AUTHORIZATION',
  NOT_FOUND: 'NOT_FOUND',
  BAD_USER_INPUT: 'INPUT',
  INVALID_WINDOW: 'INPUT',
  LIMIT_EXCEEDED: 'LIMIT',
  RATE_LIMITED: 'LIMIT',
  UNAVAILABLE: 'AVAILABILITY',
  PERSISTED_DOCUMENT_NOT_FOUND: 'INPUT',
  PERSISTED_DOCUMENT_REQUIRED: 'INPUT',
  INTERNAL_SERVER_ERROR: 'INTERNAL',
};

/**
 * Returns the facts for `extensions`. The time is the database's if the request has it, otherwise
 * the gateway's.
 */
export function errorFacts(
  code: unknown,
  { requestId, now }: Pick<RequestRecord, 'requestId' | 'now'>,
) {
  const type = TYPES[code as ErrorCode] ?? TYPES.INTERNAL_SERVER_ERROR;
  return { type, timestamp: (now ?? new Date()).toISOString(), requestId };
}
