/**
 * Runs the checks around the execution of every operation in one hook, because each hook costs more
 * per request than most of these checks.
 */
import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../graphql/context.ts';
import type { CallerBudgets } from './caller-budgets.ts';
import type { CostLimits } from './cost-limits.ts';
import { refuseIntrospection, type IntrospectionPolicy } from './introspection-policy.ts';
import { executeWithinBudgets } from './spending.ts';

/**
 * Checks, in this order, the cost of an operation, its introspection and its budgets. What is
 * absent is not checked.
 */
export function execution(introspection: IntrospectionPolicy, cost?: CostLimits, budgets?: CallerBudgets): Plugin<Context> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args): Promise<ExecutionResult> => {
        const context = args.contextValue as Context & { request: Request };
        const costed = cost?.check(args, context);
        if (costed && 'refused' in costed) return costed.refused;
        refuseIntrospection(introspection, args.document, context);
        const execute = () => executeFn(args) as ExecutionResult | Promise<ExecutionResult>;
        const result = await (budgets ? executeWithinBudgets(budgets, args, context, execute) : execute());
        return cost && costed ? cost.finish(costed, result, context) : result;
      });
    },
  };
}
