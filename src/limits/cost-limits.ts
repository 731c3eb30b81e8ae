/** Refuses operations that ask for too much, before they run, and answers that are too long, before they are written. */
import { OperationTypeNode, locatedError, type ExecutionArgs, type ExecutionResult, type GraphQLError, type GraphQLSchema } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { PublicError } from '../errors.ts';
import { ByteMeter, bytesOf } from '../database/bytes.ts';
import { Estimator, type Estimated } from './estimate.ts';
import { overLimit } from './refusal.ts';
import type { RequestLimits } from './settings.ts';

type Limits = Pick<RequestLimits, 'nodes' | 'cost' | 'responseBytes'>;

/**
 * Bytes for each point of cost that an answer stays below, names of fields apart. The longest value that weighs one point
 * is an address of 2,048 characters; longer ones declare more.
 */
const BYTES_PER_POINT = 3_000;

/** The rows of an operation may have this many times the bytes of an answer: not all that is read is shown. */
const ROWS_FACTOR = 2;

/** An error without its value is short, but an answer can hold one for each of its rows. */
const ERROR_BYTES = 300;

/** An operation that may run, as far as its cost goes. */
export interface Costed {
  type: OperationTypeNode;
  /** Whether its answer can be longer than the limit. */
  isMeasured: boolean;
}

/** The limits on what operations of one schema cost. */
export class CostLimits {
  readonly #estimator: Estimator;
  readonly #limits: Limits;

  constructor(schema: GraphQLSchema, limits: Limits) {
    this.#estimator = new Estimator(schema, limits.cost);
    this.#limits = limits;
  }

  /** Puts the cost of the operation on the context; the operation may run, or it is refused. */
  check({ document, operationName, variableValues }: ExecutionArgs, context: Context): Costed | { refused: ExecutionResult } {
    const estimate = this.#estimator.estimate(document, operationName, variableValues ?? {});
    context.cost = { requested: estimate.cost, nodes: estimate.nodes };
    context.record.cost.requested = estimate.cost;
    context.record.operationType = estimate.operation;
    context.record.nameOperation(estimate.name);
    const refusal = refusalOf(estimate, this.#limits);
    if (refusal) return { refused: withCost({ errors: [refusal] }, context, this.#limits) };
    const { responseBytes } = this.#limits;
    // Nearly every answer is short for certain, and is not measured.
    const isMeasured = bytesAtMost(estimate) > responseBytes;
    if (isMeasured) context.loaders.bound(ROWS_FACTOR * responseBytes);
    return { type: estimate.operation, isMeasured };
  }

  /** The answer without what is too long, and with `extensions.cost`. */
  finish({ type, isMeasured }: Costed, result: ExecutionResult, context: Context): ExecutionResult {
    return withCost(isMeasured ? shortened(result, type, context, this.#limits) : result, context, this.#limits);
  }
}

/** The result with `extensions.cost`: what the operation was charged, and what the credential has left in this minute. */
function withCost(result: ExecutionResult, { principal, cost: { requested, balance } }: Context, limits: Limits): ExecutionResult {
  if (!principal.credential) return result;
  const charged = Math.max(1, requested);
  const cost = balance
    ? { requested: charged, charged, limit: balance.limit, remaining: balance.remaining, resetAt: new Date(balance.resetAt).toISOString() }
    : { requested, charged: requested, limit: limits.cost };
  return { ...result, extensions: { ...result.extensions, cost } };
}

function refusalOf({ nodes, cost }: Estimated, limits: Limits): PublicError | undefined {
  if (nodes > limits.nodes) return overLimit('nodes', limits.nodes, nodes);
  return cost > limits.cost ? overLimit('cost', limits.cost, cost) : undefined;
}

/**
 * Bytes that an answer cannot exceed. Each field costs a point at least, is answered under a name, and may have an error
 * whose path names the fields above.
 */
export function bytesAtMost({ cost, depth, nameLength }: Pick<Estimated, 'cost' | 'depth' | 'nameLength'>): number {
  return cost * (BYTES_PER_POINT + nameLength * (depth + 1));
}

/** The result, or what is left of it when it is longer than the limit. */
function shortened(
  result: ExecutionResult,
  operation: OperationTypeNode,
  { loaders }: Context,
  { responseBytes }: Limits,
): ExecutionResult {
  const { data, errors = [] } = result;
  const answer = new ByteMeter(responseBytes - errors.length * ERROR_BYTES);
  if (answer.add(data) && !loaders.isOverBound) return result;
  if (operation !== OperationTypeNode.MUTATION) return { data: null, errors: [tooLong(responseBytes)] };
  // Each mutation has taken effect, and its answer may hold a secret that is shown once: only the long ones are left out.
  const kept: Record<string, unknown> = { ...data };
  const refusals: GraphQLError[] = [];
  let left = responseBytes;
  for (const [name, value] of Object.entries(kept)) {
    const bytes = bytesOf(value, left);
    if (bytes <= left) left -= bytes;
    else {
      kept[name] = null;
      refusals.push(locatedError(tooLong(responseBytes), undefined, [name]));
    }
  }
  return { data: kept, errors: [...errors, ...refusals] };
}

/** The refusal of an answer that would be longer than the limit. */
function tooLong(responseBytes: number): PublicError {
  return new PublicError(
    'LIMIT_EXCEEDED',
    `The answer would be longer than ${responseBytes} bytes. Ask for smaller pages or fewer fields.`,
    { limit: 'responseBytes', maximum: responseBytes },
  );
}
