/** Batching: the reads of all fields on one level become one statement. */
import DataLoader from 'dataloader';
import type { Principal } from '../authorization/principal.ts';
import { RequestError } from '../errors.ts';
import { ByteMeter } from './bytes.ts';
import type { Database } from './connect.ts';

/** What a batch can use. */
export interface ReadRequest {
  db: Database;
  principal: Principal;
  /** The time of the request. */
  now: Date;
}

/**
 * A read for many keys at once. `load` returns the values in the order of the keys, with one
 * statement.
 */
export interface Batch<Args, Value> {
  /** The name, unique among batches. */
  name: string;
  load(request: ReadRequest, keys: readonly string[], args: Args): Promise<readonly Value[]>;
}

/** The loaders of one operation. Nothing they cache outlives it. */
export class Loaders {
  #request: ReadRequest;
  readonly #loaders = new Map<string, DataLoader<string, unknown>>();

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
    throw new RequestError('LIMIT_EXCEEDED', `The operation reads more than ${this.#rows.max} bytes. Ask for smaller pages.`, {
      limit: 'rowBytes',
      maximum: this.#rows.max,
    });
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
    const id = `${batch.name} ${JSON.stringify(args)}`;
    let loader = this.#loaders.get(id);
    if (!loader) {
      loader = new DataLoader<string, unknown>(async (keys) => this.count(await batch.load(this.#request, keys, args)));
      this.#loaders.set(id, loader);
    }
    return loader;
  }
}

/**
 * Creates a batch with one row per key. Rows may come in any order; a key without a row gets
 * `null`.
 */
export function rowBatch<Args, Row>(
  name: string,
  keyOf: (row: Row) => string,
  rows: (request: ReadRequest, keys: readonly string[], args: Args) => Promise<readonly Row[]>,
): Batch<Args, Row | null> {
  return {
    name,
    async load(request, keys, args) {
      const byKey = new Map((await rows(request, keys, args)).map((row) => [keyOf(row), row]));
      return keys.map((key) => byKey.get(key) ?? null);
    },
  };
}

/** Creates a batch with a bounded list of rows per key, in the order of the statement. */
export function listBatch<Args, Row>(
  name: string,
  keyOf: (row: Row) => string,
  rows: (request: ReadRequest, keys: readonly string[], args: Args) => Promise<readonly Row[]>,
): Batch<Args, Row[]> {
  return {
    name,
    async load(request, keys, args) {
      const byKey = Map.groupBy(await rows(request, keys, args), keyOf);
      return keys.map((key) => byKey.get(key) ?? []);
    },
  };
}
