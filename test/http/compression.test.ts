import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import type { World } from '../setup/world.ts';

/** Asks without a client that takes compression apart by itself. */
function ask(
  world: World,
  query: string,
  acceptEncoding?: string,
): Promise<{ encoding: string | undefined; vary: string; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${world.token('key@acme')}`,
      ...(acceptEncoding !== undefined && { 'accept-encoding': acceptEncoding }),
    };
    const sent = request(world.endpoint, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        expect(Number(response.headers['content-length'])).toBe(bytes.byteLength);
        resolve({
          encoding: response.headers['content-encoding'],
          vary: String(response.headers.vary),
          bytes,
        });
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify({ query }));
  });
}

const LONG =
  '{ organization { descendants { nodes { slug name kind status createdAt updatedAt domainSetupStatus id } } } }';

describe('a long answer of a query', () => {
  it('is compressed as the client takes it, and says that it depends on that', async ({
    world,
  }) => {
    const plain = await ask(world, LONG);
    expect(plain.bytes.byteLength).toBeGreaterThan(1_024);
    expect(plain.encoding).toBeUndefined();
    const brotli = await ask(world, LONG, 'gzip, deflate, br');
    expect(brotli.encoding).toBe('br');
    expect(brotliDecompressSync(brotli.bytes)).toEqual(plain.bytes);
    const gzip = await ask(world, LONG, 'gzip;q=0.5, br;q=0');
    expect(gzip.encoding).toBe('gzip');
    expect(gunzipSync(gzip.bytes)).toEqual(plain.bytes);
    for (const { vary } of [plain, brotli, gzip]) expect(vary).toMatch(/accept-encoding/i);
    for (const none of ['identity', 'br;q=0, gzip;q=0', 'zstd'])
      expect((await ask(world, LONG, none)).encoding).toBeUndefined();
  });
});

describe('What is left as it is', () => {
  it('are short answers', async ({ world }) => {
    expect((await ask(world, '{ organization { id } }', 'br')).encoding).toBeUndefined();
  });

  it('are answers of mutations, which may hold a secret', async ({ world }) => {
    const keys = Array.from(
      { length: 5 },
      (
        _,
        n,
      ) => `k${n}: createApiKey(input: { organizationId: "${world.org('acme')}", name: "k", scopes: [] }) {
        __typename ... on CreateApiKeyPayload { secret apiKey { id name preview scopes createdAt } } }`,
    );
    const answer = await ask(world, `mutation { ${keys.join(' ')} }`, 'br, gzip');
    expect(answer.bytes.byteLength).toBeGreaterThan(1_024);
    expect(answer.encoding).toBeUndefined();
  });
});
