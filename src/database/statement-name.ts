/** Names of prepared statements, and how many a connection keeps. */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** The maximum number of characters of all texts whose names are kept. */
const CHARACTERS_MAX = 8 * 1_024 * 1_024;

/**
 * The maximum number of statements that a connection keeps prepared. Resolvers send some 250 texts;
 * compiled operations any number, and the server keeps a plan of each in memory.
 */
export const PREPARED_MAX = 400;

/** Names are hashes of the text, so every connection prepares each text once. */
const statementNames = new LRUCache<string, string>({ maxSize: CHARACTERS_MAX, sizeCalculation: (_name, text) => text.length + 1 });

/** Returns the name of a statement; the same text always has the same name. */
export function statementName(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    statementNames.set(text, name);
  }
  return name;
}

/** The statements that a connection has prepared, in the order of their last use. */
export class PreparedStatements {
  readonly #names = new Set<string>();

  /** Records a use. Returns the name of a statement that has to go, if there are too many. */
  use(name: string): string | undefined {
    this.#names.delete(name);
    this.#names.add(name);
    if (this.#names.size <= PREPARED_MAX) return undefined;
    const [oldest] = this.#names;
    if (oldest !== undefined) this.#names.delete(oldest);
    return oldest;
  }
}
