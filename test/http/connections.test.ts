/** What the process does with clients that take many connections, or send nothing on them. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, describe, expect } from 'vitest';
import { serve, type RunningGateway } from '../cli/run.ts';
import { it } from '../setup/fixtures.ts';

const CONNECTIONS = 4;

let gateway: RunningGateway;
it.beforeAll(async ({ world }) => {
  gateway = await serve({
    DATABASE_URL: world.url,
    LOG_LEVEL: 'silent',
    WORKER: 'separate',
    MAX_CONNECTIONS: String(CONNECTIONS),
  });
});
afterAll(async () => {
  await gateway.end('SIGTERM');
});

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Everything that the other end sends until it closes the connection. */
async function untilClosed(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  // A connection that is reset has an error as well, which `once` of events would throw.
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

const HEAD = 'GET /health HTTP/1.1\r\nhost: localhost\r\n';

describe('connections', () => {
  it('beyond the bound are closed at once, and there is room again when one ends', async () => {
    const held = await Promise.all(Array.from({ length: CONNECTIONS }, open));
    // An answer on each of them: they are held by the process, and not only by its kernel.
    for (const socket of held) {
      socket.write(`${HEAD}\r\n`);
      await once(socket, 'data');
    }
    const refused = await open();
    refused.write(`${HEAD}connection: close\r\n\r\n`);
    expect(await untilClosed(refused)).toBe('');
    for (const socket of held) socket.destroy();
    await expect
      .poll(async () => {
        const socket = await open();
        socket.write(`${HEAD}connection: close\r\n\r\n`);
        return untilClosed(socket);
      })
      .toMatch(/^HTTP\/1.1 200 /);
  });

  it('on which the headers do not come are ended with 408 after ten seconds', async () => {
    const socket = await open();
    const begin = performance.now();
    socket.write(HEAD);
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 408 /);
    expect(performance.now() - begin).toBeGreaterThan(9_000);
    expect(performance.now() - begin).toBeLessThan(20_000);
  });
});
