import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPONENT_STYLES } from '../../src/http/console/policy.ts';
import type { ConsoleOptions } from '../../src/http/console/options.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { gatewayOver } from '../setup/world.ts';
import { ask, type Asked } from './served.ts';

const SECRET = 'pat_the_credential_of_the_demonstration';
const PAGE = `<!doctype html><title>Banyan</title>${' '.repeat(2_000)}`;
const SCRIPT = `const text = '${'a'.repeat(2_000)}';\n`;

let database: TestDatabase;
/** A folder that looks like a build, in a folder with a file that is no part of it. */
let folder: string;
const servers: Server[] = [];
beforeAll(async () => {
  database = await createDatabase();
  const outside = await mkdtemp(path.join(tmpdir(), 'banyan-console-'));
  folder = path.join(outside, 'console');
  await mkdir(path.join(folder, '_files'), { recursive: true });
  await writeFile(path.join(outside, 'secret.js'), 'outside');
  await writeFile(path.join(folder, 'index.html'), PAGE);
  await writeFile(path.join(folder, 'index.html.br'), brotliCompressSync(PAGE));
  await writeFile(path.join(folder, 'index.html.gz'), gzipSync(PAGE));
  const script = path.join(folder, '_files', 'main-abc.js');
  await writeFile(script, SCRIPT);
  await writeFile(`${script}.br`, brotliCompressSync(SCRIPT));
  await writeFile(`${script}.gz`, gzipSync(SCRIPT));
  await writeFile(path.join(folder, '_files', 'icon-abc.svg'), '<svg/>');
});
afterAll(async () => {
  for (const server of servers) server.close();
  await database.close();
  await rm(path.dirname(folder), { recursive: true });
});

/** A gateway with a console on a free port; the returned function sends a request as it is. */
async function serve(options: ConsoleOptions | false = { folder }) {
  const gateway = gatewayOver(database.db, { console: options });
  const server = createServer((request, response) => void gateway(request, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return (target: string, asked: Asked = {}) =>
    ask({ url: new URL(target, `http://127.0.0.1:${port}`) }, { method: 'GET', ...asked });
}

const html = { accept: 'text/html,*/*;q=0.8' };

describe('the page of the console', () => {
  it('is answered at every address below, and revalidated each time', async () => {
    const get = await serve();
    for (const target of [
      '/console/',
      '/console/acme',
      '/console/acme/organizations/north/members?search=ada',
      '/console/_/sign-in',
      '/console/main.js',
    ]) {
      const { status, text, headers } = await get(target);
      expect({ target, status, text }).toEqual({ target, status: 200, text: PAGE });
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        vary: 'accept-encoding',
      });
    }
  });

  it('is where the root and the path without a slash lead browsers to', async () => {
    const get = await serve();
    for (const [target, location] of [
      ['/', '/console/'],
      ['/console', '/console/'],
      ['/console?a=b', '/console/?a=b'],
    ] as const) {
      const { status, headers } = await get(target, { headers: html });
      expect({ target, status, location: headers.location }).toEqual({
        target,
        status: 302,
        location,
      });
    }
    expect((await get('/')).headers.location).toBe('/graphql');
  });

  it('may load, run and reach nothing but what is of the gateway and the identity provider', async () => {
    const get = await serve();
    const { headers } = await get('/console/acme');
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
    });
    const parts = String(headers['content-security-policy']).split('; ');
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ])
      expect(parts).toContain(part);
    expect(String(headers['content-security-policy'])).not.toContain('unsafe');
    const signIn = {
      issuer: 'https://login.example/tenant',
      clientId: 'console',
      scope: 'openid',
      audience: 'console',
    };
    const withProvider = await (await serve({ folder, signIn }))('/console/');
    expect(String(withProvider.headers['content-security-policy'])).toContain(
      "connect-src 'self' https://login.example;",
    );
  });

  it('allows exactly the style elements that its components write', async () => {
    const texts = await Promise.all(
      ['interactions/usePress.mjs', 'overlays/usePreventScroll.mjs'].map((file) =>
        readFile(
          new URL(`../../node_modules/react-aria/dist/private/${file}`, import.meta.url),
          'utf8',
        ),
      ),
    );
    const written = texts.map((text) => {
      const attribute = /PRESSABLE_ATTRIBUTE = '([^']+)'/.exec(text)?.[1] ?? '';
      const [, style = ''] = /style\.textContent = `([^`]+)`\.trim\(\)/.exec(text) ?? [];
      return style.replace(/\$\{[^}]+\}/, attribute).trim();
    });
    expect(written).toEqual([...COMPONENT_STYLES]);
  });
});

describe('the files of the console', () => {
  it('are sent as the build compressed them, and kept by browsers for good', async () => {
    const get = await serve();
    for (const [accept, encoding] of [
      ['gzip, deflate, br', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip', 'gzip'],
      ['identity', undefined],
    ] as const) {
      const { status, text, headers } = await get('/console/_files/main-abc.js', {
        headers: { 'accept-encoding': accept },
      });
      expect({ accept, status, text }).toEqual({ accept, status: 200, text: SCRIPT });
      expect(headers['content-encoding']).toBe(encoding);
      expect(headers).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
      });
    }
    // Too short to be compressed.
    const icon = await get('/console/_files/icon-abc.svg', {
      headers: { 'accept-encoding': 'br' },
    });
    expect(icon).toMatchObject({ status: 200, text: '<svg/>' });
    expect(icon.headers['content-encoding']).toBeUndefined();
  });

  it('are only those of the build: whatever the path is, nothing else is read', async () => {
    const get = await serve();
    for (const target of [
      '/console/_files/missing.js',
      '/console/_files/main-abc.js.br',
      '/console/_files/',
      '/console/_files/..%2findex.html',
      '/console/_files/%2e%2e%2f%2e%2e%2fsecret.js',
      '/console/_files/..%5c..%5csecret.js',
      '/console/_files//etc/passwd',
      '/console/_files/main-abc.js%00',
    ]) {
      const { status, text, headers } = await get(target);
      expect({ target, status, text }).toEqual({ target, status: 404, text: 'File not found.\n' });
      expect(headers['cache-control']).toBe('no-store');
    }
  });
});

describe('the console', () => {
  it('is only read: HEAD has no body, and other methods are refused', async () => {
    const get = await serve();
    for (const target of ['/console/acme', '/console/_files/main-abc.js', '/console/config.json']) {
      const whole = await get(target);
      const head = await get(target, { method: 'HEAD' });
      expect(head.text).toBe('');
      expect({ ...head.headers, date: '', 'x-request-id': '' }).toEqual({
        ...whole.headers,
        date: '',
        'x-request-id': '',
      });
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const { status, headers } = await get('/console/acme', { method });
      expect({ method, status }).toEqual({ method, status: 405 });
      expect(headers.allow).toBe('GET, HEAD');
    }
  });

  it('is not there when it is off', async () => {
    const get = await serve(false);
    for (const target of ['/console', '/console/', '/console/config.json', '/console/_files/x.js'])
      expect({ target, status: (await get(target, { headers: html })).status }).toEqual({
        target,
        status: 404,
      });
    expect((await get('/', { headers: html })).headers.location).toBe('/graphql');
  });

  it('says so where it was not built, without a script, and is served once it is', async () => {
    const later = await mkdtemp(path.join(tmpdir(), 'banyan-console-'));
    try {
      const get = await serve({ folder: later });
      const notice = await get('/console/acme');
      expect(notice.status).toBe(200);
      expect(notice.text).toContain('npm run build:console');
      expect(notice.text).not.toContain('<script');
      expect(notice.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
      });
      expect((await get('/console/_files/main-abc.js')).status).toBe(404);
      await mkdir(path.join(later, '_files'));
      await writeFile(path.join(later, 'index.html'), PAGE);
      expect((await get('/console/acme')).text).toBe(PAGE);
    } finally {
      await rm(later, { recursive: true });
    }
  });
});

describe('the configuration of the console', () => {
  const demonstration = { token: SECRET, organization: 'acme' };
  const config = '/console/config.json';

  it('tells the path of the API, the header and how people sign in, and is kept nowhere', async () => {
    const signIn = {
      issuer: 'https://login.example',
      clientId: 'console',
      scope: 'openid email',
      audience: 'api',
    };
    const { headers, text } = await (await serve({ folder, signIn }))(config);
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(JSON.parse(text)).toEqual({
      endpoint: '/graphql',
      organizationHeader: 'X-Organization',
      takesHashes: false,
      signIn,
      demonstration: null,
    });
  });

  it('tells the credential of the demonstration to browsers on this machine that ask under its own names', async () => {
    const get = await serve({ folder, demonstration });
    const told = async (headers: Record<string, string>) =>
      (JSON.parse((await get(config, { headers })).text) as { demonstration: unknown })
        .demonstration;
    for (const host of ['localhost', 'LOCALHOST:4000', '127.0.0.1:4000', '127.8.8.8', '[::1]:4000'])
      expect({ host, told: await told({ host }) }).toEqual({ host, told: demonstration });
    for (const host of [
      'attacker.example',
      'localhost.attacker.example',
      '127.0.0.1.attacker.example',
      'banyan.example:4000',
      '10.0.0.1',
      '0.0.0.0',
    ])
      expect({ host, told: await told({ host }) }).toEqual({ host, told: null });
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])
      expect(await told({ host: 'localhost', [header]: '203.0.113.9' })).toBeNull();
    for (const site of ['cross-site', 'same-site'])
      expect(await told({ host: 'localhost', 'sec-fetch-site': site })).toBeNull();
    expect(await told({ host: 'localhost', 'sec-fetch-site': 'same-origin' })).toEqual(
      demonstration,
    );
  });

  it('tells no credential to other machines', async () => {
    const gateway = gatewayOver(database.db, { console: { folder, demonstration } });
    const from = async (remoteAddress: string) => {
      const context = { req: { headers: {}, socket: { remoteAddress } } };
      const url = `http://localhost${config}`;
      const answer = await gateway.fetch(url, { headers: { host: 'localhost' } }, context);
      return answer.text();
    };
    for (const address of ['203.0.113.9', '::ffff:10.0.0.7', '2001:db8::1'])
      expect(await from(address)).toContain('"demonstration":null');
    expect(await from('::ffff:127.0.0.1')).toContain(SECRET);
  });
});
