import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { gatewayOver } from '../setup/world.ts';

const SECRET = 'ak_the_credential_of_the_demonstration';

let database: TestDatabase;
const servers: Server[] = [];
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(async () => {
  for (const server of servers) server.close();
  await database.close();
});

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A gateway with GraphiQL on a free port; the returned function asks it, from the given address of this machine. */
async function serve(overrides: Parameters<typeof gatewayOver>[1] = {}) {
  const gateway = gatewayOver(database.db, {
    graphiql: { title: 'Banyan' },
    graphiqlLocal: { title: 'Banyan', headers: SECRET },
    ...overrides,
  });
  const server = createServer((request, response) => void gateway(request, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  return (path: string, headers: Record<string, string>, host = '127.0.0.1') =>
    new Promise<Answer>((resolve, reject) => {
      const request = httpRequest({ host, port, path, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      request.on('error', reject).end();
    });
}

const html = (host: string): Record<string, string> => ({ host, accept: 'text/html,*/*;q=0.8' });

describe('the page of GraphiQL', () => {
  it('holds the credential for browsers on this machine that ask under its own names, and for nobody else', async () => {
    const ask = await serve({ graphiqlHosts: ['banyan.example'] });
    for (const host of ['localhost', 'LOCALHOST:4000', '127.0.0.1:4000', '127.8.8.8', '[::1]:4000'])
      expect({ host, text: String((await ask('/graphql', html(host))).body) }).toEqual({
        host,
        text: expect.stringContaining(SECRET),
      });
    const shown = await ask('/graphql', html('banyan.example'));
    expect(shown.status).toBe(200);
    expect(String(shown.body)).not.toContain(SECRET);
    for (const host of [
      'attacker.example',
      'localhost.attacker.example',
      '127.0.0.1.attacker.example',
      'attacker.example:4000',
      '10.0.0.1',
    ]) {
      const answer = await ask('/graphql', html(host));
      expect({ host, status: answer.status }).toEqual({ host, status: 421 });
      expect(String(answer.body)).not.toContain(SECRET);
    }
  });

  it('does not hold the credential for those who come through a proxy', async () => {
    const ask = await serve();
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
      const { status, body } = await ask('/graphql', {
        ...html('localhost'),
        [header]: '203.0.113.9',
      });
      expect({ header, status }).toEqual({ header, status: 200 });
      expect(String(body)).not.toContain(SECRET);
    }
  });

  it('does not hold the credential for other machines, or where the address of the client is not known', async () => {
    const gateway = gatewayOver(database.db, {
      graphiql: { title: 'Banyan' },
      graphiqlLocal: { headers: SECRET },
    });
    const from = (remoteAddress: string) => ({ req: { headers: {}, socket: { remoteAddress } } });
    const page = async (context: object) =>
      (
        await gateway.fetch('http://localhost/graphql', { headers: html('localhost') }, context)
      ).text();
    for (const context of [{}, from('203.0.113.9'), from('::ffff:10.0.0.7'), from('2001:db8::1')]) {
      const text = await page(context);
      expect(text).toContain('<title>');
      expect({ context, holds: text.includes(SECRET) }).toEqual({ context, holds: false });
    }
    expect(await page(from('::ffff:127.0.0.1'))).toContain(SECRET);
  });

  it('may not be framed, runs no script but its own, and tells nobody where it was', async () => {
    const { headers } = await (await serve())('/graphql', html('localhost'));
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    const policy = headers['content-security-policy'];
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  });

  it('is a few kilobytes without inline scripts, and its files are compressed, cacheable for good, and 2.5 MB together', async () => {
    const ask = await serve();
    const { body } = await ask('/graphql', html('localhost'));
    expect(body.length).toBeLessThan(4_000);
    const page = String(body);
    const inline = [...page.matchAll(/<script(?![^>]*\bsrc=)([^>]*)>/g)].map(
      ([, attributes]) => attributes,
    );
    expect(inline).toEqual([' type="application/json" id="options"']);
    const paths = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
    expect(paths).toHaveLength(4);
    const start = await ask(paths.find((path) => path.includes('start')) ?? '', {
      host: 'localhost',
      'accept-encoding': 'gzip',
    });
    paths.push(
      ...[...String(gunzipSync(start.body)).matchAll(/"(\/graphiql\/[^"]+)"/g)].map(
        ([, path = '']) => path,
      ),
    );
    expect(paths).toHaveLength(7);
    const bytes = { br: 0, gzip: 0 };
    for (const path of paths) {
      for (const [encoding, decompress] of [
        ['br', brotliDecompressSync],
        ['gzip', gunzipSync],
      ] as const) {
        const file = await ask(path, {
          host: 'localhost',
          'accept-encoding': `deflate, ${encoding};q=0.9`,
        });
        expect({ path, status: file.status, ...file.headers }).toMatchObject({
          status: 200,
          'content-encoding': encoding,
          'cache-control': 'public, max-age=31536000, immutable',
          vary: 'accept-encoding',
        });
        expect(decompress(file.body).length).toBeGreaterThan(100);
        bytes[encoding] += file.body.length;
      }
    }
    process.stdout.write(
      `GraphiQL: page ${body.length} B, files ${(bytes.br / 1e6).toFixed(2)} MB with brotli, ${(bytes.gzip / 1e6).toFixed(2)} MB with gzip\n`,
    );
    expect(Math.max(bytes.br, bytes.gzip)).toBeLessThan(2_500_000);
    expect((await ask(paths[0] ?? '', { host: 'localhost' })).status).toBe(406);
    expect(
      (await ask('/graphiql/none.js', { host: 'localhost', 'accept-encoding': 'br' })).status,
    ).toBe(404);
  });

  it('stays whole whatever stands in its options', async () => {
    const ask = await serve({
      graphiqlLocal: { title: '<b>"&', headers: '</script><script>alert(1)</script>' },
    });
    const page = String((await ask('/graphql', html('localhost'))).body);
    expect(page).toContain('<title>&lt;b&gt;&quot;&amp;</title>');
    expect(page).not.toContain('alert(1)</script>');
    const [, options = ''] = /id="options">(.*?)<\/script>/s.exec(page) ?? [];
    expect(JSON.parse(options)).toMatchObject({ headers: '</script><script>alert(1)</script>' });
  });

  it('is not there when it is turned off', async () => {
    const ask = await serve({ graphiql: false });
    expect((await ask('/graphql', html('localhost'))).body.toString()).not.toContain('<html');
    expect((await ask('/graphiql/start.js', html('localhost'))).status).toBe(404);
  });
});

describe('host names', () => {
  it('that are not allowed are refused with 421 on every path but those of probes; without a list, the API takes any', async () => {
    const [open, closed] = [await serve(), await serve({ allowedHosts: ['api.example'] })];
    const status = async (ask: typeof open, host: string, path = '/graphql?query={__typename}') =>
      (await ask(path, { host })).status;
    expect(await status(open, 'anything.example')).toBe(200);
    expect(await status(closed, 'api.example')).toBe(200);
    expect(await status(closed, 'API.example:8443')).toBe(200);
    for (const host of ['anything.example', 'localhost', 'api.example.attacker.example']) {
      expect({ host, status: await status(closed, host) }).toEqual({ host, status: 421 });
      expect(await status(closed, host, '/')).toBe(421);
    }
    expect(await status(closed, '10.0.0.7', '/health')).toBe(200);
    expect(await status(closed, '10.0.0.7', '/ready')).toBe(200);
  });
});

describe('every answer of the API', () => {
  it('says that nothing in it may be loaded or framed', async () => {
    const { headers } = await (await serve())('/graphql?query={__typename}', { host: 'localhost' });
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  });
});
