/** The end of a command: its records, and the rows that the response shows. */
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../database/connect.ts';
import { many } from '../database/rows.ts';
import type { ResponseRead } from './spec.ts';

/**
 * Writes the records of a command, and reads the rows for the response. Both take one round trip if
 * the response shows rows of one kind, and one more for each further kind.
 *
 * The records are written together with the last read. They change nothing that a response shows,
 * so it does not matter that the read does not see them.
 */
export async function writeRecords(
  tx: Database,
  records: readonly RawBuilder<unknown>[],
  reads: readonly ResponseRead[],
): Promise<void> {
  for (const { statement, keep } of reads.slice(0, -1)) keep(await many(tx, statement));
  const last = reads.at(-1);
  if (!last && records.length === 0) return;
  const rows = last ? sql<object>`select * from (${last.statement}) as shown` : sql<object>`select`;
  const written = records.map((record, index) => sql`${sql.ref(`record${index}`)} as (${record})`);
  const withRecords = written.length > 0 ? sql`with ${sql.join(written)}` : sql``;
  const read = await many(tx, sql<object>`${withRecords} ${rows}`);
  last?.keep(read);
}
