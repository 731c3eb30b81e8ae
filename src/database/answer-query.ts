/**
 * The statement of a compiled operation, as the driver sends it: prepared under a name, and with one
 * row of an answer and a time. It knows its columns, so the server need not describe them; its
 * messages are one write; and the answer stays the bytes that it is (`utf8.ts`).
 */
import pg from 'pg';
import { utf8Of, type Utf8 } from './utf8.ts';

/** The row of such a statement. */
export interface AnswerRow {
  /** Null where the statement refuses. */
  answer: Utf8 | null;
  /** The time of the database, in milliseconds since 1970. */
  now: number;
}

/** A statement under the name that it is prepared as. */
export interface NamedStatement {
  name: string;
  text: string;
  values: readonly unknown[];
}

/** What is used of the driver's connection. */
export interface QueryConnection {
  stream: { write(text: string, encoding: 'latin1'): void; cork(): void; uncork(): void };
  parsedStatements: Record<string, string>;
  parse(statement: { name: string; text: string }): void;
  sync(): void;
}

/** How the driver writes a value as text; a `Buffer` is sent as it is. */
const { prepareValue } = (
  pg as unknown as { utils: { prepareValue(value: unknown): string | Buffer | null } }
).utils;

const written = new WeakMap<object, string | Buffer | null>();

/** A value as it is sent. What cannot change is written once. */
function sentAs(value: unknown): string | Buffer | null {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || !Object.isFrozen(value)) return prepareValue(value);
  let found = written.get(value);
  if (found === undefined) written.set(value, (found = prepareValue(value)));
  return found;
}

/** Signed integers of the protocol, as bytes. */
const int16 = (value: number): string => String.fromCharCode((value >> 8) & 0xff, value & 0xff);
const int32 = (value: number): string => int16(value >> 16) + int16(value);

const NULL = int32(-1);
const AS_TEXT = int16(0);
const AS_BYTES = int16(1);

/** Executes the portal that was bound last, and ends the exchange. */
const EXECUTE_AND_SYNC = `E${int32(9)}\0${int32(0)}S${int32(4)}`;

/** The messages that bind the values to a statement and execute it. */
function boundTo({ name, values }: NamedStatement): string {
  let formats = '';
  let all = '';
  for (const value of values) {
    const sent = sentAs(value);
    formats += sent === null || typeof sent === 'string' ? AS_TEXT : AS_BYTES;
    if (sent === null) all += NULL;
    else {
      const bytes = typeof sent === 'string' ? utf8Of(sent) : sent.toString('latin1');
      all += int32(bytes.length) + bytes;
    }
  }
  const count = int16(values.length);
  // The portal has no name; all columns are sent as text.
  const body = `\0${name}\0${count}${formats}${count}${all}\0\0`;
  return `B${int32(body.length + 4)}${body}${EXECUTE_AND_SYNC}`;
}

/** Called with an error, or with null and the row, if there is one. */
type Callback = (error: Error | null, row?: AnswerRow) => void;

/** A statement to be submitted to a client of the driver, which calls the methods. */
export class AnswerQuery {
  readonly name: string;
  readonly text: string;
  readonly #values: readonly unknown[];
  #row: AnswerRow | undefined;
  /** Set by the driver too, while it gives up a connection. */
  callback: Callback;

  constructor({ name, text, values }: NamedStatement, callback: Callback) {
    this.name = name;
    this.text = text;
    this.#values = values;
    this.callback = callback;
  }

  /** Whether the connection has prepared it, so that its messages are those of an answer only. */
  isPrepared({ parsedStatements }: Pick<QueryConnection, 'parsedStatements'>): boolean {
    return parsedStatements[this.name] !== undefined;
  }

  submit(connection: QueryConnection): Error | null {
    const { name, text } = this;
    let messages: string;
    try {
      messages = boundTo({ name, text, values: this.#values });
    } catch (error) {
      return error as Error;
    }
    if (this.isPrepared(connection)) connection.stream.write(messages, 'latin1');
    else {
      connection.stream.cork();
      connection.parse({ name, text });
      connection.stream.write(messages, 'latin1');
      connection.stream.uncork();
    }
    return null;
  }

  /** Takes the row as it was read off the connection. */
  take(row: AnswerRow): void {
    this.#row = row;
  }

  /** Takes the row as the driver read it. */
  handleDataRow({ fields: [answer, now] }: { fields: (string | null)[] }): void {
    this.#row = { answer: answer == null ? null : utf8Of(answer), now: Number(now) };
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    const row = this.#row;
    // The connection remembers its last statement.
    this.#row = undefined;
    this.callback(null, row);
  }

  handleError(error: Error): void {
    this.callback(error);
  }
}
