/** Errors that callers may see, and what errors of the database mean. */
import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';

/** The closed list of `extensions.code`. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'ORGANIZATION_REQUIRED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'INVALID_WINDOW'
  | 'LIMIT_EXCEEDED'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'PERSISTED_DOCUMENT_NOT_FOUND'
  | 'PERSISTED_DOCUMENT_REQUIRED'
  | 'INTERNAL_SERVER_ERROR';

/**
 * An error whose message and extensions are written for the caller. Anything else that is thrown is
 * masked.
 */
export class RequestError extends GraphQLError {
  constructor(code: ErrorCode, message: string, extensions: GraphQLErrorExtensions = {}) {
    super(message, { extensions: { code, ...extensions } });
  }
}

/**
 * No credential, or one that is malformed, unknown, expired or revoked. All of them get the same
 * answer, with HTTP 401.
 */
export function unauthenticated(): RequestError {
  return new RequestError(
    'UNAUTHENTICATED',
    'A valid credential is required: Authorization: Bearer <token>.',
    {
      http: { status: 401, headers: { 'www-authenticate': 'Bearer realm="banyan"' } },
    },
  );
}

/**
 * Sessions cannot be verified right now. The code is the same as for an invalid credential, since
 * the caller is unknown in both cases.
 */
export function sessionsUnavailable(): RequestError {
  return new RequestError(
    'UNAUTHENTICATED',
    'Sessions cannot be checked at the moment, because the keys of the identity provider are not available. API keys and personal tokens work.',
    {
      http: {
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="banyan"', 'retry-after': '5' },
      },
    },
  );
}

/** An API key was used for something that only a person can do. */
export function personRequired(): RequestError {
  return new RequestError(
    'FORBIDDEN',
    'Only a person can do this: use a personal token or a session.',
    { requiredScopes: [] },
  );
}

/** The operation needs an organization to act in, but the request does not name one. */
export function organizationRequired(header: string): RequestError {
  return new RequestError(
    'ORGANIZATION_REQUIRED',
    `Name the organization to act in with the ${header} header.`,
    { header },
  );
}

/**
 * The target is outside the caller's subtree, deleted or missing. The message does not repeat the
 * id, so the three cases cannot be told apart.
 */
export function notFound(): RequestError {
  return new RequestError('NOT_FOUND', 'Nothing that you may see has this id.');
}

/** Returns the row, or throws `notFound()` if there is none. */
export function orNotFound<Row>(row: Row | null | undefined): Row {
  if (row == null) throw notFound();
  return row;
}

/** The caller may see the target, but does not hold any of the required scopes on it. */
export function forbidden(requiredScopes: readonly string[]): RequestError {
  return new RequestError(
    'FORBIDDEN',
    `This requires the scope ${requiredScopes.join(' or ')} on this organization.`,
    {
      requiredScopes,
    },
  );
}

/** An argument outside its bounds. `bound` says in words what is accepted. */
export function badInput(argument: string, bound: string): RequestError {
  return new RequestError('BAD_USER_INPUT', `The argument "${argument}" ${bound}.`, {
    argument,
    bound,
  });
}

/** One field of bad input, as in `extensions.fields`. */
interface BadField {
  field: string;
  message: string;
}

/**
 * Runs all checks of an input and returns their results. If any of them fail, throws one error with
 * the message and argument of the first, and with every field that is out of its bounds in
 * `fields`.
 */
export function parseAll<Values extends readonly unknown[]>(
  ...checks: { [At in keyof Values]: () => Values[At] }
): Values {
  const refused: RequestError[] = [];
  const values = checks.map((check) => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof RequestError) || error.extensions['code'] !== 'BAD_USER_INPUT')
        throw error;
      refused.push(error);
      return undefined;
    }
  });
  const [first] = refused;
  if (first)
    throw new RequestError('BAD_USER_INPUT', first.message, {
      ...first.extensions,
      fields: refused.flatMap(badFieldsOf),
    });
  return values as unknown as Values;
}

/** Returns the fields that an error of bad input is about. */
export function badFieldsOf({ message, extensions }: GraphQLError): BadField[] {
  const { fields, argument, bound } = extensions;
  if (Array.isArray(fields)) return fields as BadField[];
  return typeof argument === 'string'
    ? [{ field: argument, message: typeof bound === 'string' ? bound : message }]
    : [];
}

/** A usage window that is refused, with the reason. */
export function invalidWindow(argument: 'from' | 'to', reason: string): RequestError {
  return new RequestError(
    'INVALID_WINDOW',
    `The usage window is refused: "${argument}" ${reason}.`,
    { argument, bound: reason },
  );
}

/** The request asks for more than one response may contain. */
export function limitExceeded(argument: string, bound: string): RequestError {
  return new RequestError('LIMIT_EXCEEDED', `The argument "${argument}" ${bound}.`, {
    argument,
    bound,
  });
}

/** An error that keeps the process from starting. The message is one sentence for the operator. */
export class ConfigurationError extends Error {}

/** PostgreSQL's SQLSTATE of an error thrown by the driver, if it is one. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)
    ? error.code
    : undefined;
}

/** Messages of `pg`, without a code, for a connection that could not be opened or was lost. */
const CONNECTION_TROUBLE =
  /^(timeout exceeded when trying to connect|timeout expired|Query read timeout|Connection terminated|Client was closed|Client has encountered a connection error|Postgres connection has been discarded|No host fits|No password)/;
const SOCKET_TROUBLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * SQLSTATEs of a server that cannot serve right now: the connection was lost (class 08); it is out
 * of connections, disk or memory (53); it is shutting down or starting (57P); it cannot write its
 * files (58030); it is read-only (25006), such as a former primary; or it refuses the user or the password
 * (28), which may be about to be replaced.
 */
const SERVER_TROUBLE = /^(08...|28...|53[0-3]..|57P..|58030|25006)$/;

/**
 * Whether a prepared statement was refused because a migration has changed its result type ("cached
 * plan must not change result type"). The check looks at the server function that raised the error,
 * since the message may be translated.
 */
export function isStalePlan(error: unknown): boolean {
  return error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery';
}

/**
 * Whether the database could not be reached in time or cannot serve right now. It is not the
 * caller's fault, and a retry may succeed.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof OutcomeUnknown) return true;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== undefined && SERVER_TROUBLE.test(state)) return true;
  if ('code' in error && SOCKET_TROUBLE.has(String(error.code))) return true;
  if (isStalePlan(error)) return true;
  return CONNECTION_TROUBLE.test(error.message);
}

/** A commit was sent but not answered, so it is unknown whether the change was made. */
export class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('a commit was sent and not answered', { cause });
  }
}

/** Whether a requested change may have been made; `extensions.outcome` of `UNAVAILABLE`. */
export type UnavailableOutcome = 'NOTHING_CHANGED' | 'UNKNOWN';

/** The error for a database that is unavailable. */
export function unavailable(outcome: UnavailableOutcome): RequestError {
  const message =
    outcome === 'UNKNOWN'
      ? 'The database cannot be reached in time. The change may have been made: send the request again with the same idempotencyKey, or check whether it was.'
      : 'The database cannot be reached in time. Nothing was changed; try again in a moment.';
  return new RequestError('UNAVAILABLE', message, { outcome });
}
