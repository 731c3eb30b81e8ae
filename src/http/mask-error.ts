/** The one place that turns an unknown failure into a safe answer. */
import { GraphQLError, Kind } from 'graphql';
import { OutcomeUnknown, RequestError, isUnavailable, sqlState, unavailable } from '../errors.ts';
import { variablePath } from './input-path.ts';

function rootCause(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError
    ? rootCause(error.originalError)
    : error;
}

/** The variable or argument that a coercion error is about, if any. */
function argumentOf({ nodes }: GraphQLError): string | undefined {
  const [node] = nodes ?? [];
  if (node?.kind === Kind.VARIABLE_DEFINITION) return node.variable.name.value;
  if (!node?.loc || !node.kind.endsWith('Value')) return undefined;
  return /(\w+)\s*:\s*\[?\s*$/.exec(node.loc.source.body.slice(0, node.loc.start))?.[1];
}

/**
 * Whether an error is about the document or its variables, rather than about what happened during
 * execution.
 */
function isAboutDocument(error: unknown, cause: unknown): error is GraphQLError {
  if (!(error instanceof GraphQLError)) return false;
  const [node] = error.nodes ?? [];
  // A value that its scalar rejected, whatever the scalar throws.
  if (
    node?.kind === Kind.VARIABLE_DEFINITION ||
    (error.path === undefined && node?.kind.endsWith('Value'))
  )
    return true;
  if (!(cause instanceof GraphQLError) || cause.extensions['unexpected']) return false;
  if (cause instanceof RequestError) return false;
  // An error at a field is about a value that we returned, such as null for a non-null field.
  return error.path === undefined || node?.kind !== Kind.FIELD;
}

const MESSAGE_LENGTH_MAX = 500;

/**
 * Returns the error as the caller may see it. A `RequestError` and errors of parsing, validation and
 * coercion keep their message. Everything else becomes one constant sentence, and `report` receives
 * the original.
 */
export function maskError(error: unknown, report: (cause: unknown) => void): GraphQLError {
  const cause = rootCause(error);
  const where =
    error instanceof GraphQLError
      ? { nodes: error.nodes, path: error.path, source: error.source, positions: error.positions }
      : {};
  if (isAboutDocument(error, cause)) {
    // Suggestions would reveal names from the schema to anyone who guesses.
    const message = error.message.replace(/ Did you mean .*\?$/s, '').slice(0, MESSAGE_LENGTH_MAX);
    const http = error.extensions['http'];
    const argument = argumentOf(error);
    const path = variablePath(error);
    // A scalar's own message does not say which argument it was about.
    const named =
      argument === undefined ||
      message.includes(`"${argument}"`) ||
      message.includes(`"$${argument}"`)
        ? message
        : `The argument "${argument}" is refused: ${message}`;
    return new GraphQLError(named, {
      ...where,
      extensions: {
        code: 'BAD_USER_INPUT',
        ...(argument && { argument }),
        ...(path && { path }),
        ...(http ? { http } : {}),
      },
    });
  }
  if (cause instanceof RequestError)
    return new GraphQLError(cause.message, { ...where, extensions: { ...cause.extensions } });
  if (sqlState(cause)?.startsWith('22')) {
    // PostgreSQL cannot store the value (class 22, data exception). It came from the caller,
    // whatever path it took.
    report(cause);
    return new GraphQLError('A value in the request cannot be used.', {
      ...where,
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  if (sqlState(cause) === '57014') {
    // Cancelled by the statement timeout: the operation asks for more than one response may cost.
    report(cause);
    return new GraphQLError('The operation takes longer than the server allows.', {
      ...where,
      extensions: { code: 'LIMIT_EXCEEDED' },
    });
  }
  if (isUnavailable(cause)) {
    report(cause);
    const { message, extensions } = unavailable(
      cause instanceof OutcomeUnknown ? 'UNKNOWN' : 'NOTHING_CHANGED',
    );
    return new GraphQLError(message, { ...where, extensions });
  }
  if (cause instanceof RangeError && cause.message.includes('call stack')) {
    return new GraphQLError('The operation is nested too deeply.', {
      ...where,
      extensions: { code: 'LIMIT_EXCEEDED' },
    });
  }
  report(cause);
  return new GraphQLError('Something went wrong on our side.', {
    ...where,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });
}
