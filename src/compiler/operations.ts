/**
 * Executes queries as one statement each. A query is planned once per document, and written once per
 * shape: the kind of caller, their scopes, and the arguments that decide about the text of the
 * statement. Everything else is a parameter.
 */
import { hash } from 'node:crypto';
import {
  getOperationAST,
  getVariableValues,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableValues,
} from 'graphql';
import { CompiledQuery } from 'kysely';
import { LRUCache } from 'lru-cache';
import { isUnavailable, RequestError } from '../errors.ts';
import type { Database } from '../database/connect.ts';
import type { Context } from '../graphql/context.ts';
import { prepareAll } from './arguments.ts';
import { Unsupported } from './forms.ts';
import { operationIn, planOf, type Operation, type OperationPlan } from './operation.ts';
import {
  argumentShape,
  callerInSql,
  principalShape,
  proofShape,
  Slot,
  symbolicPrincipal,
  withSharedSlots,
  type RequestValues,
} from './slots.ts';
import { REFUSED, StatementWriter } from './statement.ts';

/**
 * Why an operation was not executed as one statement. `new` is one whose shape was not seen lately:
 * to write and plan a statement takes several times as long as the resolvers, and pays off only if
 * it is used again.
 */
export type Fall = 'new' | 'mutation' | 'unsupported' | 'arguments' | 'refused' | 'failed';

/** The text of `data` and the time of the database, or why the resolvers have to find it. */
export type Outcome = { data: string; now: Date } | Fallen;

/** Why the resolvers have to execute an operation. */
export interface Fallen {
  fall: Fall;
  detail: string;
  /** What a statement failed with. */
  error?: unknown;
}

/** An operation of a document with its variables. */
export type OperationArguments = Pick<
  ExecutionArgs,
  'document' | 'operationName' | 'variableValues'
>;

/** A statement with its parameters, or with slots for them. */
export interface Statement {
  text: string;
  parameters: readonly unknown[];
}

/** The maximum number of bytes of all statements that are kept. */
const STATEMENT_BYTES_MAX = 32 * 1_024 * 1_024;
/**
 * The maximum number of characters of one statement. The server takes some 5 ms per 1,000 of them to
 * plan it, and 270 bytes per character to keep it in each connection.
 */
export const STATEMENT_CHARACTERS_MAX = 50_000;
/**
 * The maximum number of fields of all plans that are kept, some 150 bytes each. An operation has a
 * plan for each choice of its directives, so their number alone is no bound.
 */
const PLANNED_FIELDS_MAX = 200_000;

/** The maximum number of shapes that are remembered before their statement is written. */
const SHAPES_MAX = 10_000;

/** What bounds the compiled queries of a gateway. */
export interface CompilerOptions {
  /** The maximum number of bytes of an answer. */
  bytesMax: number;
  /** Whether a statement is written for the first request of its shape; otherwise for the second. */
  atOnce: boolean;
}

/** Queries of one schema. What is made for a document is kept as long as the document. */
export class CompiledOperations {
  readonly #schema: GraphQLSchema;
  readonly #options: CompilerOptions;
  readonly #shapes = new LRUCache<string, true>({ max: SHAPES_MAX });
  readonly #operations = new WeakMap<OperationDefinitionNode, Operation>();
  readonly #plans = new LRUCache<string, OperationPlan | string>({
    maxSize: PLANNED_FIELDS_MAX,
    sizeCalculation: (plan) => (typeof plan === 'string' ? 1 : plan.size),
  });
  readonly #statements = new LRUCache<string, Statement | string>({
    maxSize: STATEMENT_BYTES_MAX,
    sizeCalculation: (statement) =>
      (typeof statement === 'string' ? statement : statement.text).length * 2 + 1_000,
  });
  #operationCount = 0;

  constructor(schema: GraphQLSchema, options: CompilerOptions) {
    this.#options = options;
    this.#schema = schema;
  }

  /** Executes a valid operation, or says why it cannot. Rejects if the database is unavailable. */
  async run(args: ExecutionArgs, { db, principal, now }: Context): Promise<Outcome> {
    const request = this.prepare(args, { principal, now, proof: null }, db);
    return 'fall' in request ? request : executed(request, db);
  }

  /**
   * A valid operation of a caller as one statement, or why it has none. The statement authenticates
   * the caller, if it is given a proof.
   */
  prepare(
    { document, operationName, variableValues }: OperationArguments,
    viewer: Pick<RequestValues, 'principal' | 'now' | 'proof'>,
    db: Database,
  ): Statement | Fallen {
    const operation = this.#operationOf(document, operationName ?? '');
    if (!operation) return { fall: 'mutation', detail: '' };
    const { variableValues: variables } = getVariableValues(
      this.#schema,
      operation.node.variableDefinitions ?? [],
      variableValues ?? {},
    );
    if (!variables) return { fall: 'arguments', detail: 'variables' };
    const plan = this.#planOf(operation, variables);
    if (typeof plan === 'string') return { fall: 'unsupported', detail: plan };
    let values: RequestValues;
    try {
      values = { ...viewer, prepared: prepareAll(plan.prepared, variables, viewer) };
    } catch (error) {
      return { fall: 'arguments', detail: String(error) };
    }
    const statement = this.#statementOf(plan, values, db);
    if (statement === undefined) return { fall: 'new', detail: '' };
    if (typeof statement === 'string') return { fall: 'unsupported', detail: statement };
    const parameters = statement.parameters.map((value) =>
      value instanceof Slot ? value.read(values) : value,
    );
    return parameters.every(isStorable)
      ? { text: statement.text, parameters }
      : { fall: 'arguments', detail: 'a text that is not Unicode' };
  }

  #operationOf(document: DocumentNode, name: string): Operation | undefined {
    const node = getOperationAST(document, name === '' ? null : name);
    if (node?.operation !== OperationTypeNode.QUERY) return undefined;
    let operation = this.#operations.get(node);
    if (!operation)
      this.#operations.set(node, (operation = operationIn(document, node, this.#operationCount++)));
    return operation;
  }

  #planOf(operation: Operation, variables: VariableValues): OperationPlan | string {
    const id = [
      operation.id,
      ...operation.switches.map((name) => String(variables.coerced[name])),
    ].join();
    let plan = this.#plans.get(id);
    if (plan === undefined)
      this.#plans.set(id, (plan = planOf(this.#schema, id, operation, variables)));
    return plan;
  }

  /** The statement for a request, or why there is none; undefined if its shape is new. */
  #statementOf(
    plan: OperationPlan,
    values: RequestValues,
    db: Database,
  ): Statement | string | undefined {
    const shapes = values.prepared.map((each, index) =>
      argumentShape(each, plan.prepared[index]?.form?.structural ?? []),
    );
    const parts = [plan.id, principalShape(values.principal), ...shapes];
    // Shapes can be long, and many are remembered.
    const shape = hash('sha256', parts.join('\n'), 'base64url');
    const key = `${shape} ${proofShape(values.proof)}`;
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      if (!this.#options.atOnce && !this.#shapes.has(shape)) {
        this.#shapes.set(shape, true);
        return undefined;
      }
      statement = writeStatement(plan, values, this.#options.bytesMax, db);
      this.#statements.set(key, statement);
    }
    return statement;
  }
}

/** Executes a statement. Rejects if the database is unavailable. */
export async function executed({ text, parameters }: Statement, db: Database): Promise<Outcome> {
  try {
    const query = CompiledQuery.raw(text, [...parameters]);
    const { rows } = await db.executeQuery<{ answer: string; now: number }>(query);
    const [row] = rows;
    return row === undefined || row.answer.includes(REFUSED)
      ? { fall: 'refused', detail: '' }
      : { data: row.answer, now: new Date(row.now) };
  } catch (error) {
    if (isUnavailable(error)) throw error;
    const detail = String(error);
    // The time of the request is over, or its client has gone: the statement is not at fault.
    return { fall: 'failed', detail, ...(error instanceof RequestError ? {} : { error }) };
  }
}

function writeStatement(
  { fields, prepared: takers }: OperationPlan,
  { principal, proof, prepared }: RequestValues,
  bytesMax: number,
  db: Database,
): Statement | string {
  try {
    const caller = symbolicPrincipal(principal, proof !== null);
    const forms = takers.map(({ form }) => form);
    const isCaller = proof ? callerInSql(caller, proof) : undefined;
    const { sql, parameters } = new StatementWriter(caller, prepared, forms)
      .write(fields, bytesMax, isCaller)
      .compile(db);
    return sql.length > STATEMENT_CHARACTERS_MAX
      ? `more than ${STATEMENT_CHARACTERS_MAX} characters`
      : withSharedSlots(sql, parameters);
  } catch (error) {
    // A form that looks at a value instead of passing it on fails in its own words.
    if (error instanceof Unsupported || error instanceof TypeError) return error.message;
    throw error;
  }
}

/** Whether PostgreSQL takes a parameter, if it is a text or an array of texts, and returns it unchanged. */
function isStorable(parameter: unknown): boolean {
  if (Array.isArray(parameter)) return parameter.every(isStorable);
  return typeof parameter !== 'string' || (parameter.isWellFormed() && !parameter.includes('\0'));
}
