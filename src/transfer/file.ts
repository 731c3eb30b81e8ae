/**
 * The file of a tree: NDJSON with a first line about where it is from, a line per row, and a last
 * line by which a reader knows that nothing is missing or altered.
 */
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { ConfigurationError } from '../errors.ts';

/** Changes when a reader of before could not read the file. */
export const FORMAT = 1;

/** The maximum length of a line in bytes. The longest rows are of the audit log, far below. */
const LINE_BYTES_MAX = 16 * 2 ** 20;

const headerForm = z.object({
  format: z.literal(FORMAT),
  product: z.literal('banyan'),
  version: z.string(),
  /** The last migration of the source. */
  migration: z.string(),
  /** The instant of the snapshot. */
  at: z.string(),
  organization: z.object({ id: z.uuid(), slug: z.string() }),
  /** From when on the source has single events of usage. */
  usageEventsFrom: z.string(),
});

const endForm = z.object({
  /** Rows by table. */
  rows: z.record(z.string(), z.number().int()),
  /** Totals of usage by metric. */
  usage: z.record(z.string(), z.string()),
  /** SHA-256 of the lines of rows, with their line ends. */
  sha256: z.string(),
});

export type Header = z.infer<typeof headerForm>;
export type End = z.infer<typeof endForm>;

/** Reads the first line. Throws a `ConfigurationError` if the file is none of these. */
export function parseHeader(file: string, line: string): Header {
  const { success, data } = headerForm.safeParse(parsed(line));
  if (success) return data;
  throw new ConfigurationError(`${file} is no export of a tree in format ${FORMAT}.`);
}

/** Reads a line if it is the last one. */
export function parseEnd(line: string): End | undefined {
  if (!line.startsWith('{"end":')) return undefined;
  return z.object({ end: endForm }).safeParse(parsed(line)).data?.end;
}

/** The first line. */
export const printHeader = (header: Header): string => `${JSON.stringify(header)}\n`;

/** The last line. */
export const printEnd = (end: End): string => `${JSON.stringify({ end })}\n`;

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * Reads a file line by line, without the line ends; what follows the last one counts as a line.
 * Throws a `ConfigurationError` if the file cannot be read or a line has more than 16 MiB.
 */
export async function* readLines(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 18 })) {
      let bytes = chunk as Buffer;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
        yield Buffer.concat([...rest, bytes.subarray(0, end)]);
        [rest, length] = [[], 0];
        bytes = bytes.subarray(end + 1);
      }
      rest.push(bytes);
      length += bytes.length;
      if (length > LINE_BYTES_MAX)
        throw new ConfigurationError(`${file} has a line of more than ${LINE_BYTES_MAX} bytes.`);
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new ConfigurationError(`${file} cannot be read: ${error.message}.`);
    throw error;
  }
  if (length > 0) yield Buffer.concat(rest);
}
