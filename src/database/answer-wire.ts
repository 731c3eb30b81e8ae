/**
 * Reads the answers to `AnswerQuery` off a connection, past the driver: it would decode each text,
 * and pass each message on as an object and an event. Whatever else the server sends goes to the
 * driver, which also gets what follows it until the statement is over.
 */
import { EventEmitter } from 'node:events';
import type pg from 'pg';
import { AnswerQuery, type AnswerRow, type QueryConnection } from './answer-query.ts';
import { connectionOf } from './address-client.ts';
import type { Utf8 } from './utf8.ts';

/** A message is a letter, and the length of all that follows the letter. */
const HEADER_BYTES = 5;

/** The answer and the time. */
const COLUMNS = 2;

/** The messages that an answer consists of, by their letters. */
const BIND_COMPLETE = 0x32;
const CLOSE_COMPLETE = 0x33;
const DATA_ROW = 0x44;
const COMMAND_COMPLETE = 0x43;
const READY_FOR_QUERY = 0x5a;

const READY_FOR_QUERY_BYTES = 5;

/** What is used of a client of the driver, and of its connection. */
interface DriverClient {
  _activeQuery: unknown;
}
interface DriverConnection extends Pick<QueryConnection, 'parsedStatements'> {
  attachListeners(stream: EventEmitter): void;
  emit(event: 'readyForQuery', message: { name: string; length: number; status: string }): void;
}

/** Reads the answers of a client past the driver. To be called before it is connected. */
export function readAnswers(client: pg.Client): void {
  const connection = connectionOf(client) as unknown as DriverConnection;
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    const driver = new EventEmitter();
    attach(driver);
    const wire = new AnswerWire(client as unknown as DriverClient, connection, driver);
    stream.on('data', (chunk: Buffer) => wire.read(chunk));
    stream.on('end', () => driver.emit('end'));
  };
}

class AnswerWire {
  readonly #client: DriverClient;
  readonly #connection: DriverConnection;
  readonly #driver: EventEmitter;
  readonly #drivers = new MessageBounds();
  #query: AnswerQuery | undefined;
  /** Whether the driver reads what is sent for `#query`. */
  #isDrivers = false;
  /** What has arrived of a message, and how many bytes it takes to look at it again. */
  #begun: Buffer[] = [];
  #arrived = 0;
  #awaited = 0;

  constructor(client: DriverClient, connection: DriverConnection, driver: EventEmitter) {
    this.#client = client;
    this.#connection = connection;
    this.#driver = driver;
  }

  read(chunk: Buffer): void {
    const query = this.#client._activeQuery;
    if (!(query instanceof AnswerQuery)) return this.#pass(chunk);
    if (query !== this.#query) {
      this.#query = query;
      this.#isDrivers = !query.isPrepared(this.#connection) || !this.#drivers.isAtEnd;
    }
    if (this.#isDrivers) return this.#pass(chunk);
    const whole = this.#whole(chunk);
    if (whole) this.#readMessages(query, whole);
  }

  /** Hands on what has arrived, with the beginning of a message that came before. */
  #pass(chunk: Buffer): void {
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([...this.#begun, chunk]);
    this.#begun = [];
    this.#drivers.follow(bytes);
    this.#driver.emit('data', bytes);
  }

  /** What has arrived, once there is enough of it. */
  #whole(chunk: Buffer): Buffer | undefined {
    if (this.#begun.length === 0) return chunk;
    this.#begun.push(chunk);
    this.#arrived += chunk.length;
    if (this.#arrived < this.#awaited) return undefined;
    const whole = Buffer.concat(this.#begun, this.#arrived);
    this.#begun = [];
    return whole;
  }

  #readMessages(query: AnswerQuery, bytes: Buffer): void {
    let at = 0;
    let end = HEADER_BYTES;
    for (; end <= bytes.length; at = end, end = at + HEADER_BYTES) {
      const code = bytes[at];
      end = at + 1 + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) break;
      const row = code === DATA_ROW ? rowAt(bytes, at + HEADER_BYTES) : undefined;
      if (row) query.take(row);
      else if (code === READY_FOR_QUERY) {
        const status = bytes.toString('latin1', at + HEADER_BYTES, end);
        const message = { name: 'readyForQuery', length: READY_FOR_QUERY_BYTES, status };
        this.#connection.emit('readyForQuery', message);
      } else if (code !== BIND_COMPLETE && code !== CLOSE_COMPLETE && code !== COMMAND_COMPLETE) {
        this.#isDrivers = true;
        return this.#pass(bytes.subarray(at));
      }
    }
    if (at === bytes.length) return;
    this.#begun = [bytes.subarray(at)];
    this.#arrived = bytes.length - at;
    this.#awaited = end - at;
  }
}

/** The row of an answer and a time; undefined if it is any other. */
function rowAt(bytes: Buffer, start: number): AnswerRow | undefined {
  if (bytes.readUInt16BE(start) !== COLUMNS) return undefined;
  const answer = start + 2 + 4;
  const length = bytes.readInt32BE(answer - 4);
  const now = answer + Math.max(length, 0) + 4;
  return {
    answer: length < 0 ? null : (bytes.toString('latin1', answer, answer + length) as Utf8),
    now: Number(bytes.toString('latin1', now, now + bytes.readInt32BE(now - 4))),
  };
}

/** Finds out whether what was sent so far ends with the end of a message. */
class MessageBounds {
  /** The bytes of the last message that are still to come. */
  #rest = 0;
  /** What has arrived of the header after it. */
  #header = Buffer.alloc(0);

  get isAtEnd(): boolean {
    return this.#rest === 0 && this.#header.length === 0;
  }

  follow(chunk: Buffer): void {
    const bytes = this.#header.length === 0 ? chunk : Buffer.concat([this.#header, chunk]);
    let at = this.#rest;
    while (at + HEADER_BYTES <= bytes.length) at += 1 + bytes.readUInt32BE(at + 1);
    this.#rest = Math.max(at - bytes.length, 0);
    this.#header = Buffer.from(bytes.subarray(at));
  }
}
