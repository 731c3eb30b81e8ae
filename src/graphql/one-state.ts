/** Lets the resolvers of a query read one state of the database, where standbys answer. */
import {
  getOperationAST,
  OperationTypeNode,
  type ExecutionArgs,
  type ExecutionResult,
} from 'graphql';
import type { Database } from '../database/connect.ts';
import { currentDeadline } from '../database/deadline.ts';
import { ReadSnapshot } from '../database/read-snapshot.ts';
import type { Replicas } from '../database/replicas.ts';
import type { Context } from './context.ts';

/**
 * Executes queries within a snapshot. If a statement fails in it, no other can be read there either,
 * so the query is executed once more, statement by statement on the primary: an error stays with
 * the field that it belongs to.
 */
export function readingOneState(primary: Database, replicas: Replicas) {
  return async (
    { document, operationName }: ExecutionArgs,
    context: Context,
    resolve: () => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<ExecutionResult> => {
    if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.QUERY)
      return resolve();
    const snapshot = new ReadSnapshot(primary, replicas);
    readFrom(context, snapshot.db);
    let result: ExecutionResult;
    try {
      result = await resolve();
    } finally {
      await snapshot.close();
    }
    if (!snapshot.isBroken || currentDeadline()?.isOver) return result;
    readFrom(context, primary);
    return resolve();
  };
}

function readFrom(context: Context, db: Database): void {
  context.db = db;
  context.loaders.readFrom(db);
}
