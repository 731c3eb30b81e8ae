/** Speaks just enough of PostgreSQL's protocol (version 3) to be taken for an older server: every query gives one row. */
import { createServer, type Server } from 'node:net';

function message(type: string, ...parts: (Buffer | string | number)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(`${part}\0`);
      if (typeof part !== 'number') return part;
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(part);
      return bytes;
    }),
  );
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

const short = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

/** A server that answers each simple query with the given columns of text or whole numbers. Listens on a free port. */
export async function oldServer(
  row: Record<string, string | number>,
): Promise<{ server: Server; port: number }> {
  const columns = Object.entries(row);
  const description = columns.flatMap(([name, value]) => [
    name,
    0,
    short(0),
    typeof value === 'number' ? 23 : 25,
    short(0xffff),
    0xffffffff | 0,
    short(0),
  ]);
  const data = columns.flatMap(([, value]) => [String(value).length, Buffer.from(String(value))]);
  const ready = message('Z', Buffer.from('I'));
  const server = createServer((socket) => {
    let greeted = false;
    socket
      .on('error', () => undefined)
      .on('data', (bytes) => {
        if (!greeted) {
          greeted = true;
          socket.write(Buffer.concat([message('R', 0), ready]));
        } else if (bytes[0] === 'Q'.charCodeAt(0)) {
          socket.write(
            Buffer.concat([
              message('T', short(columns.length), ...description),
              message('D', short(columns.length), ...data),
              message('C', 'SELECT 1'),
              ready,
            ]),
          );
        } else socket.end();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { server, port };
}
