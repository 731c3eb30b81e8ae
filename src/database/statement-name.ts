/** Names of prepared statements, and how many a connection keeps. */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type pg from 'pg';

/** The maximum number of characters of all texts whose names are kept. */
const CHARACTERS_MAX = 8 * 1_024 * 1_024;

/**
 * The maximum number of statements that a connection keeps prepared. Resolvers send some 250 texts;
 * compiled operations any number, and the server keeps a plan of each in memory.
 */
export const PREPARED_MAX = 400;

/** Names are hashes of the text, so every connection prepares each text once. */
const statementNames = new LRUCache<string, string>({
  maxSize: CHARACTERS_MAX,
  sizeCalculation: (_name, text) => text.length + 1,
});

/** Returns the name of a statement; the same text always has the same name. */
export function statementName(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    statementNames.set(text, name);
  }
  return name;
}

/**
 * The maximum number of characters of all statements that a connection keeps prepared. The server
 * keeps 150 to 270 bytes per character in each connection, for the plan most of all.
 */
export const PREPARED_CHARACTERS_MAX = 1_000_000;

/** The statements that a connection has prepared, in the order of their last use. */
export class PreparedStatements {
  readonly #lengths = new Map<string, number>();
  #characters = 0;

  /** Records a use. Returns the names of statements that have to go, if there are too many. */
  use(name: string, length: number): string[] {
    this.#forget(name);
    this.#lengths.set(name, length);
    this.#characters += length;
    const spare: string[] = [];
    for (const oldest of this.#lengths.keys()) {
      const isWithin =
        this.#lengths.size <= PREPARED_MAX && this.#characters <= PREPARED_CHARACTERS_MAX;
      if (isWithin || oldest === name) break;
      this.#forget(oldest);
      spare.push(oldest);
    }
    return spare;
  }

  #forget(name: string): void {
    this.#characters -= this.#lengths.get(name) ?? 0;
    this.#lengths.delete(name);
  }
}

/** Closes a prepared statement of a connection; the server answers together with the next one. */
export function closePrepared(client: pg.Client, name: string): void {
  const { connection } = client as unknown as {
    connection: { parsedStatements: Record<string, string>; close(statement: object): void };
  };
  delete connection.parsedStatements[name];
  connection.close({ type: 'S', name });
}
