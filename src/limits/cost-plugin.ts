/** Refuses operations that ask for too much, before they run, and answers that are too long, before they are written. */
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { PublicError } from '../errors.ts';
import { ByteMeter } from './bytes.ts';
import { Estimator } from './estimate.ts';
import { overLimit } from './refusal.ts';
import type { RequestLimits } from './settings.ts';

type Limits = Pick<RequestLimits, 'nodes' | 'cost' | 'responseBytes'>;

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

function refusalOf({ nodes, cost }: ReturnType<Estimator['estimate']>, limits: Limits): PublicError | undefined {
  if (nodes > limits.nodes) return overLimit('nodes', limits.nodes, nodes);
  return cost > limits.cost ? overLimit('cost', limits.cost, cost) : undefined;
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
