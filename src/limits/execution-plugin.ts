/**
 * Runs the checks around the execution of every operation in one hook, because each hook costs more
 * per request than most of these checks.
 */
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../graphql/context.ts';
import type { CallerBudgets } from './caller-budgets.ts';
import type { CostLimits } from './cost-limits.ts';
import { refuseIntrospection, type IntrospectionPolicy } from './introspection-policy.ts';
import { executeWithinBudgets } from './spending.ts';

/**
 * Executes an operation, if it can; otherwise the resolvers do. Its responses are never longer than
 * the limit.
 */
export type Shortcut = (
  args: ExecutionArgs,
  context: Context,
) => Promise<ExecutionResult | undefined>;

/** What is checked before an operation is executed, and how it is. What is absent is not checked. */
export interface ExecutionOptions {
  introspection: IntrospectionPolicy;
  cost: CostLimits | undefined;
  budgets: CallerBudgets | undefined;
  /** Tried first. */
  shortcut: Shortcut | undefined;
  /** Around the resolvers; absent if there is nothing to do. */
  around: Around | undefined;
}

/** Prepares the context for the resolvers, executes the operation with them, and cleans up. */
export type Around = (
  args: ExecutionArgs,
  context: Context,
  resolve: () => ExecutionResult | Promise<ExecutionResult>,
) => Promise<ExecutionResult>;

/**
 * Checks, in this order, the cost of an operation, its introspection and its budgets, and executes
 * it.
 */
export function execution({
  introspection,
  cost,
  budgets,
  shortcut,
  around,
}: ExecutionOptions): Plugin<Context> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args): Promise<ExecutionResult> => {
        const context = args.contextValue as Context & { request: Request };
        const costed = cost?.check(args, context);
        if (costed && 'refused' in costed) return costed.refused;
        refuseIntrospection(introspection, args.document, context);
        const executeAll = () => {
          context.record.path = 'resolvers';
          return executeFn(args) as ExecutionResult | Promise<ExecutionResult>;
        };
        const resolve = around ? () => around(args, context, executeAll) : executeAll;
        const execute = shortcut
          ? async () => (await shortcut(args, context)) ?? resolve()
          : resolve;
        const result = await (budgets
          ? executeWithinBudgets(budgets, args, context, execute)
          : execute());
        return cost && costed ? cost.finish(costed, result, context) : result;
      });
    },
  };
}
