/** Compiled operations as a step of the execution. */
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Replicas } from '../database/replicas.ts';
import { textOfUtf8, type Utf8 } from '../database/utf8.ts';
import type { Context } from '../graphql/context.ts';
import type { CompiledOperations } from './operations.ts';
import type { Outcome } from './outcome.ts';

/** A result whose `data` is a text already. */
interface WrittenResult extends ExecutionResult {
  stringify(result: ExecutionResult): string;
}

/** Executes operations as one statement; returns undefined for those that the resolvers have to execute. */
export function compiledExecution(
  operations: CompiledOperations,
  onOutcome: (outcome: Outcome) => void = () => undefined,
  replicas?: Replicas,
) {
  return async (args: ExecutionArgs, context: Context): Promise<ExecutionResult | undefined> => {
    // It was tried in front of the executor already.
    if (context.record.execution !== undefined) return undefined;
    const outcome = await operations.run(args, context, replicas);
    onOutcome(outcome);
    const isCompiled = 'data' in outcome;
    context.record.execution = isCompiled ? 'compiled' : outcome.fall;
    if (!isCompiled) return undefined;
    context.record.path = 'compiled';
    return written(textOfUtf8(outcome.data));
  };
}

function written(data: string): WrittenResult {
  return {
    data: {},
    stringify: ({ extensions }) => textOf(data, extensions && JSON.stringify(extensions)),
  };
}

/** A result with these texts of `data` and of `extensions`. */
export function utf8OfResult(data: Utf8, extensions: Utf8 | undefined): Utf8 {
  return textOf(data, extensions) as Utf8;
}

function textOf(data: string, extensions: string | undefined): string {
  return extensions === undefined
    ? `{"data":${data}}`
    : `{"data":${data},"extensions":${extensions}}`;
}
