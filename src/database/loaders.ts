/** Batching: what the fields of one level ask for becomes one statement. */
import DataLoader from 'dataloader';
import type { Principal } from '../authorization/principal.ts';
import { PublicError } from '../errors.ts';
import { ByteMeter } from './bytes.ts';
import type { Database } from './connect.ts';

/** What a batch may use. */
export interface ReadRequest {
  db: Database;
  principal: Principal;
  /** Instant of the request. */
  now: Date;
}

/** A read for many keys at once. `load` answers in the order of the keys, with one statement. */
export interface Batch<Args, Value> {
  /** Unique among batches. */
  name: string;
  load(request: ReadRequest, keys: readonly string[], args: Args): Promise<readonly Value[]>;
}

/** The loaders of one operation. Nothing that they hold outlives it. */
export class Loaders {
  #request: ReadRequest;
  readonly #loaders = new Map<string, DataLoader<string, unknown>>();

  #rows: ByteMeter | undefined;

  constructor(request: ReadRequest) {
    this.#request = request;
  }

  /** From now on, rows and texts made of them may have `bytesMax` bytes together. Without it they are not counted. */
  bound(bytesMax: number): void {
    this.#rows = new ByteMeter(bytesMax);
  }

  /** Whether rows, or texts made of them, went over the bound. */
  get isOverBound(): boolean {
    return this.#rows?.isOver ?? false;
  }

  /** Counts what was made for the answer, and returns it. Throws LIMIT_EXCEEDED once all of it is over the bound. */
  count<Value>(value: Value): Value {
    if (!this.#rows || this.#rows.add(value)) return value;
    throw new PublicError('LIMIT_EXCEEDED', `The operation reads more than ${this.#rows.max} bytes. Ask for smaller pages.`, {
      limit: 'rowBytes',
      maximum: this.#rows.max,
    });
  }

  /** Forgets everything and reads for `principal` from now on. */
  renew(principal: Principal): void {
    this.#request = { ...this.#request, principal };
    this.#loaders.clear();
  }

  /** The value for `key`, from a statement shared with every other key that is asked for with the same arguments. */
  load<Args, Value>(batch: Batch<Args, Value>, args: Args, key: string): Promise<Value> {
    return this.#loaderOf(batch, args).load(key) as Promise<Value>;
  }

  /** Makes `value` known for `key`, so that it is not read. */
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

/** A batch over one row a key: rows come in any order, and `null` stands for a key without a row. */
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

/** A batch over a bounded list of rows a key, in the order of the statement. */
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
