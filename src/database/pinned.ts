/** One connection of a pool, held for several statements. */
import type { Database } from './connect.ts';

/** A connection that is held. Its statements run one after the other. */
export interface Pinned {
  db: Database;
  /** Gives the connection back to the pool. Later calls do nothing. */
  release(): void;
}

/** Takes a connection of the pool, and holds it until it is released. */
export function pin(db: Database): Promise<Pinned> {
  return new Promise((resolve, reject) => {
    db.connection()
      .execute((connection) => new Promise<void>((release) => resolve({ db: connection, release })))
      .catch(reject);
  });
}
