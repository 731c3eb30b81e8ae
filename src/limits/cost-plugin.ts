/** Refuses operations that ask for too much, before they run, and answers that are too long, before they are written. */
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { PublicError } from '../errors.ts';
import { ByteMeter } from './bytes.ts';
import { Estimator } from './estimate.ts';
import type { Limits } from './limits.ts';

const DEPTH_MAX = 20;
const FIELDS_MAX = 1_000;

/** Puts the cost of the operation on the context, refuses it over a limit, and tells it in `extensions.cost`. */
export function costLimits(schema: GraphQLSchema, limits: Limits): Plugin<Context> {
  const estimator = new Estimator(schema, limits.cost);
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const { document, operationName, variableValues, contextValue: context } = args;
      const estimate = estimator.estimate(document, operationName, variableValues ?? {});
      context.cost = { requested: estimate.cost, nodes: estimate.nodes };
      const withCost = (result: ExecutionResult): ExecutionResult =>
        context.principal.credential ? { ...result, extensions: { ...result.extensions, cost: costExtension(context, limits) } } : result;
      const refusal = refusalOf(estimate, limits);
      if (refusal) {
        setResultAndStopExecution(withCost({ errors: [refusal] }));
        return undefined;
      }
      return {
        onExecuteDone({ result, setResult }) {
          if (Symbol.asyncIterator in result) return;
          setResult(withCost(isTooLong(result, context, limits) ? { data: null, errors: [tooLong(limits)] } : result));
        },
      };
    },
  };
}

/** What `extensions.cost` tells. */
function costExtension({ cost }: Context, limits: Limits): Record<string, number> {
  return { requested: cost.requested, charged: cost.requested, limit: limits.cost };
}

function refusalOf({ nodes, cost, fields, depth }: ReturnType<Estimator['estimate']>, limits: Limits): PublicError | undefined {
  if (depth > DEPTH_MAX)
    return overLimit('depth', DEPTH_MAX, depth, 'is nested in levels', 'Ask for the lower levels in an operation of their own.');
  if (fields > FIELDS_MAX) return overLimit('fields', FIELDS_MAX, fields, 'selects fields', 'Ask for fewer, or in several operations.');
  if (nodes > limits.nodes)
    return overLimit('nodes', limits.nodes, nodes, 'may answer rows', 'Ask for smaller pages, shorter windows or fewer metrics.');
  if (cost > limits.cost)
    return overLimit('cost', limits.cost, cost, 'may cost', 'Ask for smaller pages, shorter windows or fewer fields.');
  return undefined;
}

function overLimit(limit: string, maximum: number, actual: number, what: string, advice: string): PublicError {
  return new PublicError('LIMIT_EXCEEDED', `The operation ${what}: ${actual}, but at most ${maximum} are allowed. ${advice}`, {
    limit,
    maximum,
    actual,
  });
}

/** An error without its value is short, but an answer can hold one for each of its rows. */
const ERROR_BYTES = 300;

function isTooLong({ data, errors = [] }: ExecutionResult, { loaders }: Context, { responseBytes }: Limits): boolean {
  if (loaders.isOverBound) return true;
  const answer = new ByteMeter(responseBytes - errors.length * ERROR_BYTES);
  return !answer.add(data);
}

/** The refusal of an answer that would be longer than the limit. */
function tooLong({ responseBytes }: Limits): PublicError {
  return new PublicError(
    'LIMIT_EXCEEDED',
    `The answer would be longer than ${responseBytes} bytes. Ask for smaller pages or fewer fields.`,
    { limit: 'responseBytes', maximum: responseBytes },
  );
}
