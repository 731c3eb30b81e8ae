/** Loads many rows at once with PostgreSQL's COPY. */
import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** A column value; null is SQL's null, arrays are not supported. */
export type Cell = string | number | boolean | Date | null;

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function encode(cell: Cell): string {
  if (cell === null) return '\\N';
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === 'string'
    ? cell.replaceAll(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character)
    : String(cell);
}

const CHUNK_ROWS = 2_000;

/**
 * Streams `rows` into the columns of a table and returns their number. One statement: all rows
 * arrive or none.
 */
export async function copyRows(
  client: pg.Client,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly Cell[]>,
): Promise<number> {
  const stream = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`));
  const failed = new Promise<never>((_, reject) => stream.once('error', reject));
  let lines: string[] = [];
  let count = 0;
  const flush = async (): Promise<void> => {
    if (!stream.write(lines.join(''))) await Promise.race([once(stream, 'drain'), failed]);
    lines = [];
  };
  for (const row of rows) {
    lines.push(`${row.map(encode).join('\t')}\n`);
    count++;
    if (lines.length === CHUNK_ROWS) await flush();
  }
  await flush();
  const finished = once(stream, 'finish');
  stream.end();
  await Promise.race([finished, failed]);
  return count;
}
