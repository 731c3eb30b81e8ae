/** Brings the rows of a file into a temporary table, and refuses a file that is not whole. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ConfigurationError, sqlState } from '../errors.ts';
import { parseEnd, parseHeader, readLines, type End, type Header } from './file.ts';
import { TRANSFER_TABLES } from './tables.ts';

const NEWLINE = Buffer.from('\n');

/** Errors of PostgreSQL about data that it cannot read. */
const UNREADABLE = /^(22|54)/;

export interface Staged {
  header: Header;
  end: End;
}

/**
 * Reads the file into `import_rows`, which the transaction drops at its end. `accept` is called with
 * the first line, and may throw. Throws a `ConfigurationError` if a line is missing or altered.
 */
export async function stageFile(
  client: pg.Client,
  file: string,
  accept: (header: Header) => Promise<void>,
): Promise<Staged> {
  const lines = readLines(file);
  try {
    return await stage(client, file, lines, accept);
  } finally {
    // Closes the file, wherever reading ended.
    await lines.return(undefined);
  }
}

async function stage(
  client: pg.Client,
  file: string,
  lines: ReturnType<typeof readLines>,
  accept: (header: Header) => Promise<void>,
): Promise<Staged> {
  await client.query(
    `create temp table import_rows (number bigint, "table" text collate "C", row jsonb) on commit drop`,
  );
  const damaged = (what: string): ConfigurationError =>
    new ConfigurationError(`Nothing was imported: ${file} ${what}.`);
  const first = await lines.next();
  const header = parseHeader(file, first.done ? '' : first.value.toString());
  await accept(header);
  const stream = client.query(
    copyFrom(
      `copy import_rows from stdin (format csv, quote e'\\x01', delimiter e'\\x02', encoding 'UTF8')`,
    ),
  );
  const failed = new Promise<never>((_, reject) => stream.once('error', reject));
  failed.catch(() => undefined);
  const hash = createHash('sha256');
  const rows: Record<string, number> = {};
  let number = 1;
  let end: End | undefined;
  try {
    for await (const line of lines) {
      number++;
      if (end) throw damaged('goes on after its last line');
      const row = rowOf(line);
      if (!row) {
        end = parseEnd(line.toString());
        if (end) continue;
        throw damaged(`has no row of a table in line ${number}`);
      }
      hash.update(line).update(NEWLINE);
      rows[row.table] = (rows[row.table] ?? 0) + 1;
      if (
        !stream.write(
          Buffer.concat([Buffer.from(`${number}\x02${row.table}\x02`), row.json, NEWLINE]),
        )
      )
        await Promise.race([once(stream, 'drain'), failed]);
    }
    if (!end) throw damaged('is cut off: it has no last line');
    const finished = once(stream, 'finish');
    stream.end();
    await Promise.race([finished, failed]);
  } catch (error) {
    stream.destroy();
    throw UNREADABLE.test(sqlState(error) ?? '')
      ? damaged(`has a row that is no JSON: ${(error as Error).message}`)
      : error;
  }
  const counted = Object.entries(end.rows).filter(([table, count]) => count !== (rows[table] ?? 0));
  if (counted.length > 0)
    throw damaged(
      `has not as many rows as its last line says, in ${counted.map(([table]) => table).join(', ')}`,
    );
  if (hash.digest('hex') !== end.sha256) throw damaged('was altered: its checksum differs');
  await client.query('create index on import_rows ("table", number)');
  await client.query('analyze import_rows');
  return { header, end };
}

const known = new Set<string>(TRANSFER_TABLES.map(({ name }) => name));
const START = '{"table":"';
const MIDDLE = '","row":';
/** Bytes that would be read as ends of columns and rows. JSON has none of them. */
const ENDS = [1, 2, 13];

/** The parts of a line with a row; undefined for any other line. */
function rowOf(line: Buffer): { table: string; json: Buffer } | undefined {
  const start = line.subarray(0, 100).toString('latin1');
  const middle = start.indexOf(MIDDLE);
  if (!start.startsWith(START) || middle < 0 || line.at(-1) !== 125) return undefined;
  const table = start.slice(START.length, middle);
  if (!known.has(table) || ENDS.some((byte) => line.includes(byte))) return undefined;
  return { table, json: line.subarray(middle + MIDDLE.length, -1) };
}
