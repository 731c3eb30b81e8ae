/** Documents that were parsed and found valid, by their text, within a number of bytes. */
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** The maximum number of bytes of all cached documents. */
const CACHE_BYTES_MAX = 16 * 1_024 * 1_024;
/** Measured upper bounds of the size of a parsed document (docs/decisions/0018-edge-limits.md). */
const BYTES_PER_TOKEN = 512;
const BYTES_PER_CHARACTER = 8;
/** Returns an upper bound of the bytes of a parsed document. Comments are tokens here. */
function weightOf(document: DocumentNode): number {
  let tokens = 1;
  for (let token = document.loc?.startToken.next; token; token = token.next) tokens++;
  return tokens * BYTES_PER_TOKEN + (document.loc?.source.body.length ?? 0) * BYTES_PER_CHARACTER;
}

/** The valid documents of one gateway. */
export class DocumentCache {
  readonly #documents = new LRUCache<string, DocumentNode>({
    maxSize: CACHE_BYTES_MAX,
    maxEntrySize: CACHE_BYTES_MAX / 16,
    sizeCalculation: weightOf,
  });
  readonly #valid = new WeakSet<DocumentNode>();

  /** Returns the document with this text; undefined if it was not seen lately. */
  find(text: string): DocumentNode | undefined {
    return this.#documents.get(text);
  }

  /** An upper bound of the bytes of all documents. */
  get bytes(): number {
    return this.#documents.calculatedSize;
  }

  /** Whether the document was added. */
  has(document: DocumentNode): boolean {
    return this.#valid.has(document);
  }

  /** Adds a valid document. */
  add(document: DocumentNode): void {
    const text = document.loc?.source.body;
    if (text === undefined) return;
    this.#valid.add(document);
    this.#documents.set(text, document);
  }
}
