/**
 * Refuses operations that ask for too much before they run, and responses that are too long before
 * they are written.
 */
import {
  OperationTypeNode,
  locatedError,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import type { Context } from '../graphql/context.ts';
import { RequestError } from '../errors.ts';
import { ByteMeter, bytesOf } from '../database/bytes.ts';
import type { Utf8 } from '../database/utf8.ts';
import { Estimator } from './estimate.ts';
import type { OperationArguments } from './spending.ts';
import type { Estimated } from './plan.ts';
import { overLimit } from './refusal.ts';
import type { RequestLimits } from './settings.ts';

type Limits = Pick<RequestLimits, 'nodes' | 'cost' | 'responseBytes'>;

/**
 * Upper bound of a response's bytes per point of cost, not counting field names. The longest value
 * that weighs one point is an address of 2,048 characters; longer ones declare more.
 */
const BYTES_PER_POINT = 3_000;

/**
 * Rows may have this many times the bytes of a response, since not everything that is read is
 * returned.
 */
const ROWS_FACTOR = 2;

/** The size of an error. It is short, but a response may contain one for each of its rows. */
const ERROR_BYTES = 300;

/** An operation whose cost is within the limits. */
export interface Costed {
  type: OperationTypeNode;
  /** Whether its response may exceed the limit. */
  isMeasured: boolean;
}

/** Cost limits for the operations of one schema. */
export class CostLimits {
  readonly #estimator: Estimator;
  readonly #limits: Limits;

  constructor(schema: GraphQLSchema, limits: Limits) {
    this.#estimator = new Estimator(schema, limits.cost);
    this.#limits = limits;
  }

  /** Stores the cost of the operation in the context. Returns it, and why it is refused if it is. */
  estimate(
    { document, operationName, variableValues }: OperationArguments,
    context: Pick<Context, 'cost' | 'record'>,
  ): { estimate: Estimated; refusal: RequestError | undefined } {
    const estimate = this.#estimator.estimate(document, operationName, variableValues ?? {});
    context.cost = { requested: estimate.cost, nodes: estimate.nodes };
    context.record.cost.requested = estimate.cost;
    context.record.operationType = estimate.operation;
    context.record.nameOperation(estimate.name);
    return { estimate, refusal: refusalOf(estimate, this.#limits) };
  }

  /** Stores the cost of the operation in the context. Returns whether it may run or is refused. */
  check(args: OperationArguments, context: Context): Costed | { refused: ExecutionResult } {
    const { estimate, refusal } = this.estimate(args, context);
    if (refusal) return { refused: withCost({ errors: [refusal] }, context, this.#limits) };
    const { responseBytes } = this.#limits;
    // Nearly every response is certainly short enough and need not be measured.
    const isMeasured = bytesAtMost(estimate) > responseBytes;
    if (isMeasured) context.loaders.bound(ROWS_FACTOR * responseBytes);
    return { type: estimate.operation, isMeasured };
  }

  /** Returns the text of `extensions`, which tells the cost; undefined if nobody is charged. */
  extensionsText(context: Pick<Context, 'principal' | 'cost'>): Utf8 | undefined {
    const cost = costOf(context, this.#limits);
    return cost && textOf(cost);
  }

  /** Returns the response without what is too long, and with `extensions.cost`. */
  finish({ type, isMeasured }: Costed, result: ExecutionResult, context: Context): ExecutionResult {
    return withCost(
      isMeasured ? shortened(result, type, context, this.#limits) : result,
      context,
      this.#limits,
    );
  }
}

/** The value of `extensions.cost`. */
interface CostReport {
  requested: number;
  charged: number;
  /** What an operation may cost; what the credential may spend per minute, if that is limited. */
  limit: number;
  /** The points that are left of it. */
  remaining?: number;
  /** The instant when all are there again. */
  resetAt?: string;
}

/** `extensions` in JSON. Written out, because it takes a tenth of the time: there is one per answer. */
function textOf({ requested, charged, limit, remaining, resetAt }: CostReport): Utf8 {
  const balance = remaining === undefined ? '' : `,"remaining":${remaining},"resetAt":"${resetAt}"`;
  // Numbers and an instant are ASCII.
  return `{"cost":{"requested":${requested},"charged":${charged},"limit":${limit}${balance}}}` as Utf8;
}

/** The last instant that was written. Answers within a minute tell the same end of it. */
let written = { at: NaN, text: '' };

function instantOf(at: number): string {
  if (written.at !== at) written = { at, text: new Date(at).toISOString() };
  return written.text;
}

/** Adds `extensions.cost`. */
function withCost(result: ExecutionResult, context: Context, limits: Limits): ExecutionResult {
  const cost = costOf(context, limits);
  return cost ? { ...result, extensions: { ...result.extensions, cost } } : result;
}

/** What an operation was charged, and what the credential has left in this minute. */
function costOf(
  { principal, cost: { requested, balance } }: Pick<Context, 'principal' | 'cost'>,
  limits: Limits,
): CostReport | undefined {
  if (!principal.credential) return undefined;
  if (!balance) return { requested, charged: requested, limit: limits.cost };
  const charged = Math.max(1, requested);
  return {
    requested: charged,
    charged,
    limit: balance.limit,
    remaining: balance.remaining,
    resetAt: instantOf(balance.resetAt),
  };
}

function refusalOf({ nodes, cost }: Estimated, limits: Limits): RequestError | undefined {
  if (nodes > limits.nodes) return overLimit('nodes', limits.nodes, nodes);
  return cost > limits.cost ? overLimit('cost', limits.cost, cost) : undefined;
}

/**
 * Returns an upper bound of the response's bytes. Each field costs at least one point, has a name,
 * and may have an error whose path names the fields above.
 */
export function bytesAtMost({
  cost,
  depth,
  nameLength,
}: Pick<Estimated, 'cost' | 'depth' | 'nameLength'>): number {
  return cost * (BYTES_PER_POINT + nameLength * (depth + 1));
}

/** Returns the result, or what is left of it if it exceeds the limit. */
function shortened(
  result: ExecutionResult,
  operation: OperationTypeNode,
  { loaders }: Context,
  { responseBytes }: Limits,
): ExecutionResult {
  const { data, errors = [] } = result;
  const answer = new ByteMeter(responseBytes - errors.length * ERROR_BYTES);
  if (answer.add(data) && !loaders.isOverBound) return result;
  if (operation !== OperationTypeNode.MUTATION)
    return { data: null, errors: [tooLong(responseBytes)] };
  // Every mutation has taken effect, and its response may contain a secret that is shown only once.
  // So only the long ones are left out.
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

/** The error for a response that would exceed the limit. */
function tooLong(responseBytes: number): RequestError {
  return new RequestError(
    'LIMIT_EXCEEDED',
    `The response would be longer than ${responseBytes} bytes. Ask for smaller pages or fewer fields.`,
    { limit: 'responseBytes', maximum: responseBytes },
  );
}
