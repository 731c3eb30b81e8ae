/**
 * Looks up registered documents in such a way that made-up hashes neither fill memory nor keep the
 * database busy.
 */
import { LRUCache } from 'lru-cache';
import { RequestError } from '../../errors.ts';

/** The maximum number of bytes of all cached documents. */
const CACHE_BYTES_MAX = 16 * 1_024 * 1_024;
/** The maximum number of hashes that are cached as unknown. */
const UNKNOWN_MAX = 10_000;
/**
 * How long an answer of the database is valid. An addition or removal is known everywhere after
 * this time.
 */
const KNOWN_FOR_MS = 5_000;
/** The maximum number of hashes in one statement, and of hashes that wait for the next one. */
const STATEMENT_HASHES_MAX = 500;
const WAITING_MAX = 2_000;
/** The size of an entry in addition to its text. */
const ENTRY_BYTES = 256;

/** Reads documents by hash (lower-case hex) from where they are registered. */
export type ReadDocuments = (hashes: readonly string[]) => Promise<ReadonlyMap<string, string>>;

interface Waiting {
  promise: Promise<string | undefined>;
  resolve(document: string | undefined): void;
  reject(error: unknown): void;
}

/**
 * The registered documents of one gateway. One statement runs at a time, whatever callers send, and
 * hashes requested meanwhile share the next one.
 */
export class TrustedDocuments {
  readonly #read: ReadDocuments;
  readonly #documents = new LRUCache<string, string>({
    maxSize: CACHE_BYTES_MAX,
    sizeCalculation: (document) => document.length * 2 + ENTRY_BYTES,
    ttl: KNOWN_FOR_MS,
    // Stale entries are kept until they are read again, so that a flood of made-up hashes cannot
    // evict them.
    noDeleteOnStaleGet: true,
  });
  readonly #unknown = new LRUCache<string, true>({ max: UNKNOWN_MAX, ttl: KNOWN_FOR_MS });
  readonly #waiting = new Map<string, Waiting>();
  #reading = false;

  constructor(read: ReadDocuments) {
    this.#read = read;
  }

  /**
   * Returns the document with the hash, or undefined if none is registered. Throws `RATE_LIMITED`
   * if more hashes wait to be looked up than the gateway keeps.
   */
  find(hash: string): Promise<string | undefined> {
    const document = this.#documents.get(hash);
    if (document !== undefined) return Promise.resolve(document);
    if (this.#unknown.has(hash)) return Promise.resolve(undefined);
    const waiting = this.#waiting.get(hash);
    if (waiting) return waiting.promise;
    if (
      this.#waiting.size >= WAITING_MAX &&
      this.#documents.peek(hash, { allowStale: true }) === undefined
    ) {
      throw new RequestError(
        'RATE_LIMITED',
        'Too many unknown documents are being looked up. Try again in a moment.',
        {
          limit: 'documentLookups',
          maximum: WAITING_MAX,
          http: { status: 429, headers: { 'retry-after': '1' } },
        },
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    this.#waiting.set(hash, { promise, resolve, reject });
    void this.#readWaiting();
    return promise;
  }

  async #readWaiting(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#waiting.size > 0) {
        const batch = [...this.#waiting].slice(0, STATEMENT_HASHES_MAX);
        await this.#readBatch(batch);
      }
    } finally {
      this.#reading = false;
    }
  }

  async #readBatch(batch: readonly [string, Waiting][]): Promise<void> {
    try {
      const documents = await this.#read(batch.map(([hash]) => hash));
      for (const [hash, { resolve }] of batch) {
        const document = documents.get(hash);
        if (document === undefined) {
          this.#documents.delete(hash);
          this.#unknown.set(hash, true);
        } else this.#documents.set(hash, document);
        resolve(document);
      }
    } catch (error) {
      for (const [, { reject }] of batch) reject(error);
    } finally {
      for (const [hash] of batch) this.#waiting.delete(hash);
    }
  }
}
