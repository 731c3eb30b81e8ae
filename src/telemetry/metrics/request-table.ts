/** Requests, added up. This is all that a request costs: one look-up, and a few additions. */
import { Histogram } from './histogram.ts';
import { CountTable, Table, type Count, type Labels } from './table.ts';

/** The bounds of durations, in seconds: those of the convention for HTTP, with finer ones below. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** The bounds of the numbers of statements. */
const STATEMENTS = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89];

/** The maximum number of trusted documents that are told apart. */
const NAMES_MAX = 200;

/** Methods that are told apart; a caller may send any word. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE']);

/** How an operation was executed: before Yoga, as one statement, by resolvers, or not at all. */
export type Path = 'fast' | 'compiled' | 'resolvers' | 'none';

/** What is counted of a request. Each text is one of a list of ours. */
export interface EndedRequest {
  operationType: string | undefined;
  path: Path;
  /** Whether the operation was one statement, or why it was not. */
  execution: string | undefined;
  /** The code of the first error or failure. */
  code: string | undefined;
  /** The budget that refused it. */
  budget: string | undefined;
  /** The name of the operation, if its document is a trusted one. */
  trustedName: string | undefined;
  statements: number;
  cost: { charged: number };
  auditEntries: number;
}

/** What requests of one kind, with one way and one end, add up to. */
interface Kind {
  duration: Histogram;
  statements: Histogram | undefined;
  outcome: Count;
}

/** The requests of a gateway. Labels are words of our own, and names of trusted documents. */
export class RequestTable {
  readonly #kinds = new Map<string, Kind>();
  /** Seconds, by method, status, type of operation and path. */
  readonly durations = new Table(() => new Histogram(SECONDS));
  /** Requests, by type of operation, path and code. */
  readonly outcomes = new CountTable();
  /** Statements of operations that were executed, by type of operation and path. */
  readonly statements = new Table(() => new Histogram(STATEMENTS));
  /** Queries that were left to the resolvers, by reason. */
  readonly falls = new CountTable();
  /** Refusals, by budget. */
  readonly refusals = new CountTable();
  /** Seconds of trusted documents, by the name of their operation. */
  readonly operations = new Table(() => new Histogram(SECONDS), NAMES_MAX);
  /** Points that were charged to budgets. */
  cost = 0;
  /** Entries of the audit log that were written. */
  auditEntries = 0;

  /** Adds a request that was answered in so many seconds. */
  add(request: EndedRequest, method: string, status: number, seconds: number): void {
    const { execution, path, code, cost, budget, trustedName } = request;
    const type = request.operationType ?? 'none';
    const key = `${method} ${status} ${type} ${path} ${code ?? ''}`;
    const kind =
      this.#kinds.get(key) ??
      this.#kindOf(key, METHODS.has(method) ? method : '_OTHER', status, type, path, code);
    kind.duration.record(seconds);
    kind.outcome.total++;
    kind.statements?.record(request.statements);
    this.cost += cost.charged;
    this.auditEntries += request.auditEntries;
    if (execution !== undefined && execution !== 'compiled')
      this.falls.add(execution, () => ({ 'banyan.reason': execution }));
    if (budget !== undefined) this.refusals.add(budget, () => ({ 'banyan.budget': budget }));
    if (trustedName !== undefined)
      this.operations
        .of(trustedName, () => ({ 'graphql.operation.name': trustedName }))
        .record(seconds);
  }

  #kindOf(
    key: string,
    method: string,
    status: number,
    type: string,
    path: string,
    code: string | undefined,
  ): Kind {
    const operation: Labels = { 'graphql.operation.type': type, 'banyan.path': path };
    const http = { 'http.request.method': method, 'http.response.status_code': status };
    const error: Labels = code === undefined ? {} : { 'error.type': code };
    const kind = {
      duration: this.durations.of(`${method} ${status} ${type} ${path}`, () => ({
        ...http,
        ...operation,
      })),
      outcome: this.outcomes.of(`${type} ${path} ${code ?? ''}`, () => ({
        ...operation,
        ...error,
      })),
      statements:
        path === 'none' ? undefined : this.statements.of(`${type} ${path}`, () => operation),
    };
    // Methods are the caller's words: what is looked up by them is remembered for ours only.
    if (method !== '_OTHER') this.#kinds.set(key, kind);
    return kind;
  }
}
