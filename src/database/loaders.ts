/** Batching: the reads of all fields on one level become one statement. */
import DataLoader from 'dataloader';
import type { RawBuilder } from 'kysely';
import type { Principal } from '../authorization/principal.ts';
import { RequestError } from '../errors.ts';
import { traced } from '../telemetry/traces/span.ts';
import { ByteMeter } from './bytes.ts';
import type { Database } from './connect.ts';
import { batchStatement } from './batch-statements.ts';

/** The caller and the time of the request. */
export interface Viewer {
  principal: Principal;
  now: Date;
}

/** What a batch can use. */
export interface ReadRequest extends Viewer {
  db: Database;
}

/**
 * A read for many keys at once. `load` returns the values in the order of the keys, with one
 * statement.
 */
export interface Batch<Args, Value> {
  /** The name, unique among batches. */
  name: string;
  load(
    request: ReadRequest,
    keys: readonly string[],
    args: Args,
    /** The arguments as a text, for those who have it already. */
    text?: string,
  ): Promise<readonly Value[]>;
}

/** The arguments of a batch as a text that identifies them. */
export function argumentsText(args: unknown): string {
  return args === null ? '' : JSON.stringify(args);
}

/** The loaders of one operation. Nothing they cache outlives it. */
export class Loaders {
  #request: ReadRequest;
  /** By batch, and by the arguments. */
  readonly #loaders = new Map<object, Map<string, DataLoader<string, unknown>>>();

  #rows: ByteMeter | undefined;

  constructor(request: ReadRequest) {
    this.#request = request;
  }

  /**
   * Limits the total bytes of rows, and of texts made from them, to `bytesMax` from now on. Without
   * this call they are not counted.
   */
  bound(bytesMax: number): void {
    this.#rows = new ByteMeter(bytesMax);
  }

  /** Whether rows, or texts made from them, exceeded the limit. */
  get isOverBound(): boolean {
    return this.#rows?.isOver ?? false;
  }

  /**
   * Counts a value that was made for the response, and returns it. Throws `LIMIT_EXCEEDED` once the
   * total exceeds the limit.
   */
  count<Value>(value: Value): Value {
    if (!this.#rows || this.#rows.add(value)) return value;
    throw new RequestError(
      'LIMIT_EXCEEDED',
      `The operation reads more than ${this.#rows.max} bytes. Ask for smaller pages.`,
      {
        limit: 'rowBytes',
        maximum: this.#rows.max,
      },
    );
  }

  /** Clears the cache and the count of bytes, and reads from `db` from now on. */
  readFrom(db: Database): void {
    this.#request = { ...this.#request, db };
    this.#loaders.clear();
    if (this.#rows) this.#rows = new ByteMeter(this.#rows.max);
  }

  /** Clears the cache, and reads for `principal` from now on. */
  renew(principal: Principal): void {
    this.#request = { ...this.#request, principal };
    this.#loaders.clear();
  }

  /**
   * Loads the value for `key`, in one statement with all other keys that are requested with the
   * same arguments.
   */
  load<Args, Value>(batch: Batch<Args, Value>, args: Args, key: string): Promise<Value> {
    return this.#loaderOf(batch, args).load(key) as Promise<Value>;
  }

  /** Caches `value` for `key`, so that it is not read. */
  prime<Args, Value>(batch: Batch<Args, Value>, args: Args, key: string, value: Value): void {
    this.#loaderOf(batch, args).prime(key, value);
  }

  #loaderOf<Args, Value>(batch: Batch<Args, Value>, args: Args): DataLoader<string, unknown> {
    let ofBatch = this.#loaders.get(batch);
    if (!ofBatch) this.#loaders.set(batch, (ofBatch = new Map()));
    const text = argumentsText(args);
    let loader = ofBatch.get(text);
    if (!loader) {
      loader = new DataLoader<string, unknown>(async (keys) =>
        this.count(
          await traced(
            `load ${batch.name}`,
            () => ({ 'banyan.batch.keys': keys.length }),
            () => batch.load(this.#request, keys, args, text),
          ),
        ),
      );
      ofBatch.set(text, loader);
    }
    return loader;
  }
}

/** The keys in a statement: values, or the SQL of an array of them. */
export type Keys = readonly string[] | RawBuilder<unknown>;

/** The statement of a batch: the rows for many keys, relative to nothing but its parameters. */
export type KeyedStatement<Args, Row> = (viewer: Viewer, keys: Keys, args: Args) => RawBuilder<Row>;

/** A batch whose rows come from one statement, which can be part of a larger one. */
export interface StatementBatch<Args, Row, Value> extends Batch<Args, Value> {
  statement: KeyedStatement<Args, Row>;
  /** The values in the order of the keys, from the rows that the statement returned for them. */
  valuesOf(rows: readonly Row[], keys: readonly string[]): readonly Value[];
}

function statementBatch<Args, Row, Value>(
  name: string,
  statement: KeyedStatement<Args, Row>,
  valuesOf: (rows: readonly Row[], keys: readonly string[]) => readonly Value[],
): StatementBatch<Args, Row, Value> {
  return {
    name,
    statement,
    valuesOf,
    load: async (request, keys, args, text = argumentsText(args)) => {
      const { db } = request;
      const query = batchStatement(name, text, request, keys, (viewer, given) =>
        statement(viewer, given, args),
      );
      return valuesOf((await db.executeQuery(query)).rows, keys);
    },
  };
}

/**
 * Creates a batch with one row per key. Rows may come in any order; a key without a row gets
 * `null`.
 */
export function rowBatch<Args, Row>(
  name: string,
  keyOf: (row: Row) => string,
  statement: KeyedStatement<Args, Row>,
): StatementBatch<Args, Row, Row | null> {
  return statementBatch(name, statement, (rows, keys) => {
    const byKey = new Map(rows.map((row) => [keyOf(row), row]));
    return keys.map((key) => byKey.get(key) ?? null);
  });
}

/** Creates a batch with a bounded list of rows per key, in the order of the statement. */
export function listBatch<Args, Row>(
  name: string,
  keyOf: (row: Row) => string,
  statement: KeyedStatement<Args, Row>,
): StatementBatch<Args, Row, Row[]> {
  return statementBatch(name, statement, (rows, keys) => {
    const byKey = Map.groupBy(rows, keyOf);
    return keys.map((key) => byKey.get(key) ?? []);
  });
}

/** Creates a batch that tells which keys the statement returns, as `key`. */
export function flagBatch(
  name: string,
  statement: KeyedStatement<null, { key: string }>,
): StatementBatch<null, { key: string }, boolean> {
  return statementBatch(name, statement, (rows, keys) => {
    const flagged = new Set(rows.map(({ key }) => key));
    return keys.map((key) => flagged.has(key));
  });
}
