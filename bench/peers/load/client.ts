/** The process that makes the load: reads a load per line, makes it, and prints what came of it. */
import { createInterface } from 'node:readline';
import { Connection } from './connection.ts';
import type { Load, LoadResult } from './protocol.ts';

const ERRORS = Buffer.from('"errors":');

type MakeRequest = (n: number) => Buffer | string;

/** Requests are made beforehand, as bytes, where they need not differ. */
function requestsOf({ url, headers, bodies, unique }: Load): MakeRequest {
  const { host, pathname } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const whole = (body: string): string =>
    `POST ${pathname} HTTP/1.1\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  if (unique === null) {
    const made = bodies.map((body) => Buffer.from(whole(body)));
    return (n) => made[n % made.length] ?? '';
  }
  const first = Date.now() * 1_000;
  return (n) =>
    whole(
      (bodies[n % bodies.length] ?? '').replaceAll(
        unique,
        (first + n).toString(36).padStart(unique.length, '0'),
      ),
    );
}

/** Where the next load goes on in the rotation. */
let next = 0;

async function make(load: Load): Promise<LoadResult> {
  const request = requestsOf(load);
  const times: number[] = [];
  let failed = 0;
  let failure: string | null = null;
  const begin = performance.now();
  const caller = async (): Promise<void> => {
    const connection = new Connection(new URL(load.url));
    while (performance.now() - begin < load.milliseconds) {
      const sent = performance.now();
      const { status, body } = await connection.send(request(next++));
      times.push(performance.now() - sent);
      if (status === 200 && !body.includes(ERRORS)) continue;
      failed++;
      failure ??= `${status} ${body.toString('utf8', 0, 300)}`;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: load.connections }, caller));
  const seconds = (performance.now() - begin) / 1_000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? NaN;
  return { requests: times.length, failed, failure, seconds, p50: at(0.5), p99: at(0.99) };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await make(JSON.parse(line) as Load)));
}
