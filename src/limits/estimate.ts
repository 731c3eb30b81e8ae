/**
 * Computes the most that an operation can return, from its document and variables, before anything
 * runs.
 */
import {
  getOperationAST,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Given } from '../graphql/cost.ts';
import { Compiler } from './compiler.ts';
import { EMPTY, evaluate, type Estimated, type Plan } from './plan.ts';

/**
 * Estimates operations of one schema. What it computes for a document is kept as long as the
 * document.
 */
export class Estimator {
  readonly #schema: GraphQLSchema;
  readonly #costMax: number;
  /** By operation, not by the name that a request gives, which may be any. */
  readonly #plans = new WeakMap<OperationDefinitionNode, Plan>();

  /** Counts introspection fields until they cost more than `costMax`. */
  constructor(schema: GraphQLSchema, costMax: number) {
    this.#schema = schema;
    this.#costMax = costMax;
  }

  /** Estimates an operation of a valid document. */
  estimate(
    document: DocumentNode,
    operationName: string | null | undefined,
    variables: Given,
  ): Estimated {
    return evaluate(this.#planOf(document, operationName ?? ''), variables);
  }

  #planOf(document: DocumentNode, operationName: string): Plan {
    const operation = getOperationAST(document, operationName === '' ? null : operationName);
    if (!operation) return EMPTY;
    let plan = this.#plans.get(operation);
    if (!plan)
      this.#plans.set(
        operation,
        (plan = new Compiler(this.#schema, document, this.#costMax).compile(operation)),
      );
    return plan;
  }
}
