/** Ids made by the server (UUIDv7), for rows whose id has to be known before they are written. */
import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** A new id. */
export async function newId(db: Database): Promise<string> {
  const { rows } = await sql<{ id: string }>`select uuidv7() as id`.execute(db);
  const [row] = rows;
  if (!row) throw new RangeError('the database made no id');
  return row.id;
}
