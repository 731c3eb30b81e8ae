/** The statements of compiled operations, whose answers are read off the connection past the driver. */
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { connect, readAnswer } from '../../src/database/connect.ts';
import { Deadline, underDeadline } from '../../src/database/deadline.ts';
import { RequestPool } from '../../src/database/pool.ts';
import { textOfUtf8, utf8Of } from '../../src/database/utf8.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { it } from '../setup/fixtures.ts';

const AN_ANSWER = 'select $1::text as answer, $2::float8 as now';

const log = createLogger('silent');

/** A server in front of the database that passes on what it answers in pieces of so many bytes. */
async function inPieces(url: string, size: number): Promise<{ url: string; close(): void }> {
  const { hostname, port } = new URL(url);
  const server = net.createServer((client) => {
    const upstream = net.connect({ host: hostname, port: Number(port) });
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += size)
        client.write(Buffer.from(chunk.subarray(at, at + size)));
    });
    client.setNoDelay(true);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = new URL(url);
  address.hostname = '127.0.0.1';
  address.port = String((server.address() as AddressInfo).port);
  return { url: address.href, close: () => server.close() };
}

describe('the answer of a compiled operation', () => {
  it('is the text that the statement wrote, and the time', async ({ database }) => {
    for (const text of [
      '',
      '{"a":1}',
      'Zürich 東京 🌳',
      'x'.repeat(300_000),
      '東'.repeat(50_000),
    ]) {
      // Parsed at first, and then by its name.
      for (let n = 0; n < 3; n++) {
        const row = await readAnswer(database.gatewayDb, AN_ANSWER, [text, 1.5 + n]);
        expect(textOfUtf8(row?.answer ?? utf8Of('nothing'))).toBe(text);
        expect(row?.answer?.length).toBe(Buffer.byteLength(text));
        expect(row?.now).toBe(1.5 + n);
      }
    }
  });

  it('is null where the statement has none, and undefined without a row', async ({ database }) => {
    for (let n = 0; n < 2; n++) {
      expect(await readAnswer(database.gatewayDb, AN_ANSWER, [null, 1])).toEqual({
        answer: null,
        now: 1,
      });
      const none = `${AN_ANSWER} where $2 < 0`;
      expect(await readAnswer(database.gatewayDb, none, ['x', 1])).toBeUndefined();
    }
  });

  it('depends on parameters of every kind as for the query builder', async ({ database }) => {
    const at = new Date('2026-11-30T12:34:56.789Z');
    const text = `
      select concat_ws(' ', $1::text[], $2::timestamptz at time zone 'UTC', encode($3::bytea, 'hex'), $4::int, $5::boolean,
        $6::text) as answer, 1 as now`;
    const values = [['a"b', 'ü\\'], at, Buffer.from([0, 255, 16]), 7, true, null];
    const row = await readAnswer(database.gatewayDb, text, values);
    expect(textOfUtf8(row?.answer ?? utf8Of(''))).toBe(
      String.raw`{"a\"b","ü\\"} 2026-11-30 12:34:56.789 00ff10 7 t`,
    );
    const frozen = [Object.freeze(['a"b', 'ü\\']), ...values.slice(1)];
    for (let n = 0; n < 2; n++)
      expect(await readAnswer(database.gatewayDb, text, frozen)).toEqual(row);
  });

  it('is whole, in whatever pieces it arrives', async ({ database }) => {
    for (const size of [1, 7, 4_096]) {
      const server = await inPieces(database.gatewayUrl, size);
      const db = connect({ url: server.url, poolSize: 1, log });
      for (const length of [0, 3, 5_000]) {
        const text = 'ü'.repeat(length);
        for (let n = 0; n < 2; n++) {
          const row = await readAnswer(db, AN_ANSWER, [text, length]);
          expect(row).toEqual({ answer: utf8Of(text), now: length });
        }
        // What the driver reads in between leaves nothing behind.
        const { rows } = await sql`select n from generate_series(1, ${300}::int) as n`.execute(db);
        expect(rows).toHaveLength(300);
      }
      await db.destroy();
      server.close();
    }
  });

  it('is an error where the statement fails, and its connection serves the next one', async ({
    database,
  }) => {
    const db = connect({ url: database.gatewayUrl, poolSize: 1, log });
    const text = `select (1 / $1::int)::text as answer, 1 as now`;
    expect(await readAnswer(db, text, [1])).toEqual({ answer: '1', now: 1 });
    await expect(readAnswer(db, text, [0])).rejects.toThrow('division by zero');
    await expect(readAnswer(db, text, ['x'])).rejects.toThrow('invalid input syntax');
    await expect(readAnswer(db, 'select nothing as answer, $1', [1])).rejects.toThrow('nothing');
    expect(await readAnswer(db, text, [1])).toEqual({ answer: '1', now: 1 });
    await db.destroy();
  });

  it('comes although the server says something else meanwhile', async ({ database }) => {
    const db = connect({ url: database.gatewayUrl, poolSize: 1, log });
    const text = `
      select set_config('application_name', $1, false) || set_config('client_min_messages', 'debug1', false) as answer, 1 as now`;
    for (const name of ['one', 'two', 'three'])
      expect(await readAnswer(db, text, [name])).toEqual({ answer: `${name}debug1`, now: 1 });
    await db.destroy();
  });

  it('is not awaited longer than its request has time', async ({ database }) => {
    const db = connect({ url: database.gatewayUrl, poolSize: 1, log });
    const text = `select pg_sleep($1)::text as answer, 1 as now`;
    await readAnswer(db, text, [0]);
    const deadline = new Deadline(200);
    await expect(underDeadline(deadline, () => readAnswer(db, text, [30]))).rejects.toMatchObject({
      message: expect.stringContaining('200 ms') as unknown,
    });
    deadline.close();
    expect(await readAnswer(db, text, [0])).toEqual({ answer: '', now: 1 });
    await db.destroy();
  });
});

describe('connections that are kept spare', () => {
  it('serve whoever comes next, and are closed with the pool', async ({ database }) => {
    const pool = new RequestPool({
      connectionString: database.gatewayUrl,
      max: 2,
      connectionTimeoutMillis: 5_000,
    });
    await Promise.all([1, 2].map((n) => pool.readAnswer(AN_ANSWER, ['x', n])));
    expect(pool.state).toEqual({ max: 2, idle: 2, used: 0, waiting: 0, turns: 0 });
    const [one, other] = await Promise.all([pool.connect(), pool.connect()]);
    expect(pool.state).toMatchObject({ idle: 0, used: 2 });
    const waiting = pool.readAnswer(AN_ANSWER, ['y', 3]);
    one.release();
    expect(await waiting).toEqual({ answer: 'y', now: 3 });
    other.release();
    await pool.end();
    expect(pool.totalCount).toBe(0);
  });

  it('are replaced if they were lost meanwhile', async ({ database }) => {
    const pool = new RequestPool({
      connectionString: database.gatewayUrl,
      max: 1,
      connectionTimeoutMillis: 5_000,
    });
    const pid = 'select pg_backend_pid()::text as answer, $1::int as now';
    const first = await pool.readAnswer(pid, [1]);
    const lost = new Promise((resolve) => pool.once('connect', resolve));
    await sql`select pg_terminate_backend(${Number(first?.answer)}::int)`.execute(database.db);
    const second = await pool.readAnswer(pid, [1]).catch(() => pool.readAnswer(pid, [1]));
    await lost;
    expect(second?.answer).not.toBe(first?.answer);
    await pool.end();
  });
});
