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
import { LRUCache } from 'lru-cache';
import type { Database } from '../database/connect.ts';
import type { Replicas } from '../database/replicas.ts';
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
import { executed, type Fallen, type Outcome, type Statement } from './outcome.ts';
import { StatementWriter } from './statement.ts';

/** An operation of a document with its variables. */
export type OperationArguments = Pick<
  ExecutionArgs,
  'document' | 'operationName' | 'variableValues'
>;

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

/** The maximum length of a shape; longer ones are hashed. */
const SHAPE_LENGTH_MAX = 500;

/** The maximum number of shapes that are remembered before their statement is written. */
const SHAPES_MAX = 10_000;

/** What bounds the compiled queries of a gateway. */
export interface CompilerOptions {
  /** The maximum number of bytes of an answer. */
  bytesMax: number;
  /** Whether a statement is written for the first request of its shape; otherwise for the second. */
  atOnce: boolean;
}

/** Who a statement is prepared for. */
type PreparedFor = Pick<RequestValues, 'principal' | 'now' | 'proof'>;

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

  /** The bytes of all statements that are kept. */
  get statementBytes(): number {
    return this.#statements.calculatedSize;
  }

  /** Executes a valid operation, or says why it cannot. Rejects if the database is unavailable. */
  async run(
    args: ExecutionArgs,
    { db, principal, now }: Context,
    replicas?: Replicas,
  ): Promise<Outcome> {
    const request = this.prepare(args, { principal, now, proof: null }, db);
    return 'fall' in request ? request : executed(request, db, replicas);
  }

  /**
   * A valid operation of a caller as one statement, or why it has none. The statement authenticates
   * the caller, if it is given a proof.
   */
  prepare(args: OperationArguments, viewer: PreparedFor, db: Database): Statement | Fallen {
    return this.#prepare(args, viewer, db) ?? { fall: 'new', detail: '' };
  }

  /** As `prepare`, but undefined if an operation would have to be planned, or a statement written. */
  find(args: OperationArguments, viewer: PreparedFor): Statement | Fallen | undefined {
    return this.#prepare(args, viewer, undefined);
  }

  /** `db` is undefined where nothing may be planned or written. */
  #prepare(
    { document, operationName, variableValues }: OperationArguments,
    viewer: PreparedFor,
    db: Database | undefined,
  ): Statement | Fallen | undefined {
    const operation = this.#operationOf(document, operationName ?? '');
    if (!operation) return { fall: 'mutation', detail: '' };
    const { variableValues: variables } = getVariableValues(
      this.#schema,
      operation.node.variableDefinitions ?? [],
      variableValues ?? {},
    );
    if (!variables) return { fall: 'arguments', detail: 'variables' };
    const plan = this.#planOf(operation, variables, db !== undefined);
    if (plan === undefined) return undefined;
    if (typeof plan === 'string') return { fall: 'unsupported', detail: plan };
    let values: RequestValues;
    try {
      values = { ...viewer, prepared: prepareAll(plan.prepared, variables, viewer) };
    } catch (error) {
      return { fall: 'arguments', detail: String(error) };
    }
    const statement = this.#statementOf(plan, values, db);
    if (statement === undefined) return undefined;
    if (typeof statement === 'string') return { fall: 'unsupported', detail: statement };
    const parameters: unknown[] = [];
    for (const parameter of statement.parameters) {
      const value = parameter instanceof Slot ? parameter.read(values) : parameter;
      if (!isStorable(value)) return { fall: 'arguments', detail: 'a text that is not Unicode' };
      parameters.push(value);
    }
    return { text: statement.text, parameters };
  }

  #operationOf(document: DocumentNode, name: string): Operation | undefined {
    const node = getOperationAST(document, name === '' ? null : name);
    if (node?.operation !== OperationTypeNode.QUERY) return undefined;
    let operation = this.#operations.get(node);
    if (!operation)
      this.#operations.set(node, (operation = operationIn(document, node, this.#operationCount++)));
    return operation;
  }

  #planOf(
    operation: Operation,
    variables: VariableValues,
    mayPlan: boolean,
  ): OperationPlan | string | undefined {
    const id = [
      operation.id,
      ...operation.switches.map((name) => String(variables.coerced[name])),
    ].join();
    let plan = this.#plans.get(id);
    if (plan === undefined && mayPlan)
      this.#plans.set(id, (plan = planOf(this.#schema, id, operation, variables)));
    return plan;
  }

  /**
   * The statement for a request, or why there is none; undefined if its shape is new. Nothing is
   * written without `db`.
   */
  #statementOf(
    plan: OperationPlan,
    values: RequestValues,
    db: Database | undefined,
  ): Statement | string | undefined {
    const shapes = values.prepared.map((each, index) =>
      argumentShape(each, plan.prepared[index]?.form?.structural ?? []),
    );
    const parts = [plan.id, principalShape(values.principal), ...shapes];
    const long = parts.join('\n');
    // Many shapes are remembered.
    const shape = long.length <= SHAPE_LENGTH_MAX ? long : hash('sha256', long, 'base64url');
    const key = `${shape} ${proofShape(values.proof)}`;
    let statement = this.#statements.get(key);
    if (statement === undefined && db) {
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
