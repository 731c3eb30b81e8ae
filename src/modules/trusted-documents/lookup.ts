/** Looks registered documents up, so that made-up hashes neither fill memory nor keep the database busy. */
import { LRUCache } from 'lru-cache';
import { PublicError } from '../../errors.ts';

/** Bytes that all remembered documents may take. */
const CACHE_BYTES_MAX = 16 * 1_024 * 1_024;
/** Hashes that are remembered as unknown. */
const UNKNOWN_MAX = 10_000;
/** For how long an answer of the database counts: as long as an addition or a removal takes to be known everywhere. */
const KNOWN_FOR_MS = 5_000;
/** Hashes in one statement, and hashes that wait for the next one. */
const STATEMENT_HASHES_MAX = 500;
const WAITING_MAX = 2_000;
/** What an entry takes beside its text. */
const ENTRY_BYTES = 256;

/** Reads documents by hash (lower-case hex) from wherever they are registered. */
export type ReadDocuments = (hashes: readonly string[]) => Promise<ReadonlyMap<string, string>>;

interface Waiting {
  promise: Promise<string | undefined>;
  resolve(document: string | undefined): void;
  reject(error: unknown): void;
}

/**
 * The registered documents of one gateway. Hashes that are asked for meanwhile share the next statement, and one
 * statement runs at a time, whatever callers send.
 */
export class TrustedDocuments {
  readonly #read: ReadDocuments;
  readonly #known = new LRUCache<string, string>({
    maxSize: CACHE_BYTES_MAX,
    sizeCalculation: (document) => document.length * 2 + ENTRY_BYTES,
    ttl: KNOWN_FOR_MS,
    // Kept until it is read again, so that a flood of made-up hashes cannot get into its way.
    noDeleteOnStaleGet: true,
  });
  readonly #unknown = new LRUCache<string, true>({ max: UNKNOWN_MAX, ttl: KNOWN_FOR_MS });
  readonly #waiting = new Map<string, Waiting>();
  #reading = false;

  constructor(read: ReadDocuments) {
    this.#read = read;
  }

  /**
   * The document with the hash, or undefined if none is registered. Throws `RATE_LIMITED` when more hashes wait to be
   * looked up than the gateway keeps.
   */
  find(hash: string): Promise<string | undefined> {
    const known = this.#known.get(hash);
    if (known !== undefined) return Promise.resolve(known);
    if (this.#unknown.has(hash)) return Promise.resolve(undefined);
    const waiting = this.#waiting.get(hash);
    if (waiting) return waiting.promise;
    if (this.#waiting.size >= WAITING_MAX && this.#known.peek(hash, { allowStale: true }) === undefined) {
      throw new PublicError('RATE_LIMITED', 'Too many unknown documents are being looked up. Try again in a moment.', {
        limit: 'documentLookups',
        maximum: WAITING_MAX,
        http: { status: 429, headers: { 'retry-after': '1' } },
      });
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
      const found = await this.#read(batch.map(([hash]) => hash));
      for (const [hash, { resolve }] of batch) {
        const document = found.get(hash);
        if (document === undefined) {
          this.#known.delete(hash);
          this.#unknown.set(hash, true);
        } else this.#known.set(hash, document);
        resolve(document);
      }
    } catch (error) {
      for (const [, { reject }] of batch) reject(error);
    } finally {
      for (const [hash] of batch) this.#waiting.delete(hash);
    }
  }
}
