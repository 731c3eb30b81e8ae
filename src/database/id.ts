/** Ids made by the server (UUIDv7), for rows whose id has to be known before they are written. */
import { sql } from 'kysely';
import type { Database } from './connect.ts';
import { one } from './rows.ts';

/** A new id. */
export async function newId(db: Database): Promise<string> {
  return (await one(db, sql<{ id: string }>`select uuidv7() as id`)).id;
}
