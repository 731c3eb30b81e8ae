import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/read.ts';
import type { TrustedDocumentsPolicy } from '../../src/http/plugins/trusted-documents.ts';
import type { Gateway } from '../../src/http/gateway.ts';
import { run, runHere } from '../cli/run.ts';
import { createWorld, gatewayOver, type World } from '../setup/world.ts';

const MANIFEST = new URL('../generated/persisted-documents.json', import.meta.url);
const FREE = '{ viewer { scopes } }';

let world: World;
let folder: string;
/** Key and text of the document `Viewer` in the manifest of the tests. */
let viewer: [id: string, text: string];
const gateways = new Map<TrustedDocumentsPolicy, Gateway>();

beforeAll(async () => {
  world = await createWorld();
  folder = await mkdtemp(path.join(tmpdir(), 'banyan-manifest-'));
  for (const policy of ['off', 'allow', 'require'] as const) {
    gateways.set(policy, gatewayOver(world.gatewayDb, { trustedDocuments: policy }));
  }
  const documents = Object.entries(
    JSON.parse(await readFile(MANIFEST, 'utf8')) as Record<string, string>,
  );
  const found = documents.find(([, text]) => text.startsWith('query Viewer '));
  if (!found) throw new RangeError('the manifest has no document Viewer');
  viewer = found;
  const added = await run(['documents', 'add', fileURLToPath(MANIFEST), '--client', 'web'], {
    DATABASE_URL: world.url,
  });
  expect(added).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `Registered ${documents.length} documents for web; 0 were registered already.\n`,
  });
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

/** Does what `banyan documents` does, without a process for each call. */
function documentsCommand(what: 'add' | 'list' | 'remove', file = '', client = 'default') {
  const rest = { add: [file, '--client', client], list: [], remove: ['--client', client] };
  return runHere(['documents', what, ...rest[what]], { DATABASE_URL: world.url });
}
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Answer {
  status: number;
  code: string | undefined;
  data: Record<string, unknown> | null | undefined;
  retryAfter: string | null;
}

interface Asked {
  by?: 'POST' | 'GET';
  anonymous?: boolean;
}

/** Sends the parameters to the gateway with the policy. */
async function ask(
  policy: TrustedDocumentsPolicy,
  params: Record<string, unknown>,
  { by = 'POST', anonymous = false }: Asked = {},
) {
  const gateway = gateways.get(policy);
  if (!gateway) throw new RangeError('there is no such gateway');
  const headers: Record<string, string> = { accept: 'application/graphql-response+json' };
  if (!anonymous) headers['authorization'] = `Bearer ${world.token('key@acme')}`;
  const url = new URL('http://127.0.0.1/graphql');
  if (by === 'GET') {
    for (const [name, value] of Object.entries(params)) {
      url.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
  } else headers['content-type'] = 'application/json';
  const response = await gateway.fetch(url.href, {
    method: by,
    headers,
    ...(by === 'POST' && { body: JSON.stringify(params) }),
  });
  const body = JSON.parse(await response.text()) as {
    data?: Answer['data'];
    errors?: { extensions: { code: string } }[];
  };
  const answer: Answer = {
    status: response.status,
    code: body.errors?.[0]?.extensions.code,
    data: body.data,
    retryAfter: response.headers.get('retry-after'),
  };
  return answer;
}

const persisted = (id: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: id.replace('sha256:', '') } },
});

describe('A registered document', () => {
  it('is answered under its documentId and under its persistedQuery hash, by POST and by GET', async () => {
    for (const policy of ['allow', 'require'] as const) {
      for (const params of [{ documentId: viewer[0] }, persisted(viewer[0])]) {
        for (const by of ['POST', 'GET'] as const) {
          const { status, code, data } = await ask(policy, params, { by });
          expect({ policy, by, status, code, data }).toMatchObject({
            status: 200,
            code: undefined,
            data: { viewer: {} },
          });
        }
      }
    }
  });

  it('is asked for by its hash, however often its text was valid', async () => {
    const [id, query] = viewer;
    for (let n = 0; n < 3; n++) {
      expect(await ask('require', { documentId: id })).toMatchObject({ status: 200 });
      expect(await ask('require', { query })).toMatchObject({
        code: 'PERSISTED_DOCUMENT_REQUIRED',
      });
    }
  });

  it('takes variables and an operation name', async () => {
    const text =
      'query One($slug: String) { organization(slug: $slug) { slug } } query Two { __typename }';
    const file = await manifestOf({ [`sha256:${sha256(text)}`]: text });
    expect(await documentsCommand('add', file, 'named')).toMatchObject({ code: 0 });
    const params = {
      documentId: `sha256:${sha256(text)}`,
      operationName: 'One',
      variables: { slug: 'north' },
    };
    expect(await ask('require', params)).toMatchObject({
      status: 200,
      data: { organization: { slug: 'north' } },
    });
  });

  it('that changes something is refused as a GET', async () => {
    const manifest = JSON.parse(await readFile(MANIFEST, 'utf8')) as Record<string, string>;
    const [id] =
      Object.entries(manifest).find(([, text]) => text.startsWith('mutation CreateApiKey')) ?? [];
    const variables = { input: { organizationId: world.org('acme'), name: 'k', scopes: [] } };
    expect((await ask('require', { documentId: id, variables }, { by: 'GET' })).status).toBe(405);
    expect(await world.rows(sql`select from api_keys where name = 'k'`)).toEqual([]);
  });

  it('is held to the rights of the caller like any other', async () => {
    expect(await ask('require', { documentId: viewer[0] }, { anonymous: true })).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('is held to the limits of documents like any other', async () => {
    const text = `{ organization ${'{ parent '.repeat(30)} { id } ${'}'.repeat(30)} }`;
    expect(
      await documentsCommand('add', await manifestOf({ [sha256(text)]: text }), 'deep'),
    ).toMatchObject({ code: 0 });
    expect(await ask('require', { documentId: `sha256:${sha256(text)}` })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
  });
});

describe('A hash that is not registered', () => {
  it('answers PERSISTED_DOCUMENT_NOT_FOUND and 404', async () => {
    const id = `sha256:${sha256('nothing')}`;
    for (const policy of ['allow', 'require'] as const) {
      for (const params of [{ documentId: id }, persisted(id)]) {
        expect(await ask(policy, params)).toMatchObject({
          status: 404,
          code: 'PERSISTED_DOCUMENT_NOT_FOUND',
        });
      }
    }
  });

  it('is bad input when it is no SHA-256 in hex', async () => {
    for (const documentId of [
      '',
      'sha256:',
      `sha256:${'A'.repeat(64)}`,
      'x'.repeat(64),
      5,
      {},
      ['sha256:'],
    ]) {
      expect(await ask('require', { documentId })).toMatchObject({
        status: 400,
        code: 'BAD_USER_INPUT',
      });
    }
    for (const sha256Hash of ['', 5, null, 'x'.repeat(100_000)]) {
      const { status, code } = await ask('require', {
        extensions: { persistedQuery: { version: 1, sha256Hash } },
      });
      expect({ status, code }).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
    }
  });

  it('costs at most one statement at a time, and none again for the next seconds', async () => {
    const ids = Array.from({ length: 1_500 }, (_, n) => `sha256:${sha256(`made up ${n}`)}`);
    const reads = () =>
      world.statements.filter((text) => text.includes('from trusted_documents')).length;
    const before = reads();
    const answers = await Promise.all(
      ids.map((documentId) => ask('require', { documentId }, { anonymous: true })),
    );
    expect(new Set(answers.map(({ code }) => code))).toEqual(
      new Set(['PERSISTED_DOCUMENT_NOT_FOUND']),
    );
    expect(reads() - before).toBeGreaterThan(0);
    expect(reads() - before).toBeLessThanOrEqual(10);
    const again = reads();
    expect(await ask('require', { documentId: ids.at(-1) }, { anonymous: true })).toMatchObject({
      status: 404,
    });
    expect(reads()).toBe(again);
  });

  it('is refused with Retry-After when more than 2,000 wait, and registered documents are answered meanwhile', async () => {
    const ids = Array.from({ length: 4_000 }, (_, n) => `sha256:${sha256(`flood ${n}`)}`);
    const flood = ids.map((documentId) => ask('require', { documentId }, { anonymous: true }));
    const registered = ask('require', { documentId: viewer[0] });
    const answers = await Promise.all(flood);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404, 429]));
    expect(answers.find(({ status }) => status === 429)).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfter: '1',
    });
    expect(await registered).toMatchObject({ status: 200, data: { viewer: {} } });
  });
});

describe('A document that is sent', () => {
  it('is answered with allow and refused with require before it is parsed, whoever sends it', async () => {
    expect(await ask('allow', { query: FREE })).toMatchObject({
      status: 200,
      data: { viewer: {} },
    });
    for (const query of [
      FREE,
      '{ __typename }',
      '{',
      '{ __schema { types { name } } }',
      viewer[1],
    ]) {
      for (const anonymous of [true, false]) {
        for (const by of ['POST', 'GET'] as const) {
          const answer = await ask('require', { query }, { anonymous, by });
          expect(answer).toMatchObject({
            status: 403,
            code: 'PERSISTED_DOCUMENT_REQUIRED',
            data: undefined,
          });
        }
      }
    }
  });

  it('is refused with require also beside the hash of a registered one', async () => {
    expect(await ask('require', { query: FREE, documentId: viewer[0] })).toMatchObject({
      code: 'PERSISTED_DOCUMENT_REQUIRED',
    });
    expect(await ask('require', { query: FREE, ...persisted(viewer[0]) })).toMatchObject({
      code: 'PERSISTED_DOCUMENT_REQUIRED',
    });
  });

  it('is asked for where there is neither a document nor a hash', async () => {
    expect(await ask('allow', {})).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
    expect(await ask('require', {})).toMatchObject({
      status: 403,
      code: 'PERSISTED_DOCUMENT_REQUIRED',
    });
  });
});

describe('With TRUSTED_DOCUMENTS=off', () => {
  it('hashes mean nothing', async () => {
    expect(await ask('off', { query: FREE })).toMatchObject({ status: 200 });
    for (const params of [{ documentId: viewer[0] }, persisted(viewer[0])])
      expect((await ask('off', params)).status).toBe(400);
  });
});

describe('The settings', () => {
  it('turn GraphiQL and introspection off with require, unless they are asked for', () => {
    expect(readConfig({})).toMatchObject({
      trustedDocuments: 'off',
      graphiql: true,
      introspection: 'public',
    });
    expect(readConfig({ TRUSTED_DOCUMENTS: 'allow' })).toMatchObject({
      trustedDocuments: 'allow',
      graphiql: true,
      introspection: 'public',
    });
    expect(readConfig({ TRUSTED_DOCUMENTS: 'require' })).toMatchObject({
      graphiql: false,
      introspection: 'off',
    });
    expect(
      readConfig({
        TRUSTED_DOCUMENTS: 'require',
        GRAPHIQL: 'true',
        INTROSPECTION: 'authenticated',
      }),
    ).toMatchObject({
      graphiql: true,
      introspection: 'authenticated',
    });
    expect(
      readConfig({ NODE_ENV: 'production', DATABASE_URL: 'postgres://db.example/banyan' }),
    ).toMatchObject({
      graphiql: false,
      introspection: 'authenticated',
    });
    expect(() => readConfig({ TRUSTED_DOCUMENTS: 'yes' })).toThrow(
      /TRUSTED_DOCUMENTS is not valid/,
    );
  });
});

let manifests = 0;
async function manifestOf(documents: Record<string, string>): Promise<string> {
  const file = path.join(folder, `${manifests++}.json`);
  await writeFile(file, JSON.stringify(documents));
  return file;
}

describe('banyan documents', () => {
  it('registers a manifest for each client by itself, lists and removes it', async () => {
    const text = '{ viewer { scopes } __typename }';
    const file = await manifestOf({ [sha256(text)]: text });
    const id = { documentId: `sha256:${sha256(text)}` };
    expect((await documentsCommand('add', file, 'ios')).stdout).toBe(
      'Registered 1 document for ios; 0 were registered already.\n',
    );
    expect((await documentsCommand('add', file)).stdout).toContain(
      'Registered 1 document for default',
    );
    expect((await documentsCommand('add', file)).stdout).toContain('1 were registered already');
    expect((await documentsCommand('list')).stdout).toMatch(
      /^default {2}1 document, 32 bytes[^]*^ios {2}1 document, 32 bytes/m,
    );
    expect(await ask('require', id)).toMatchObject({ status: 200 });
    expect((await documentsCommand('remove', '', 'ios')).stdout).toBe(
      'Removed 1 document of ios.\n',
    );
    // A gateway that starts now knows no more than the database.
    gateways.set('require', gatewayOver(world.gatewayDb, { trustedDocuments: 'require' }));
    expect(await ask('require', id)).toMatchObject({ status: 200 });
    await documentsCommand('remove', '', 'default');
    gateways.set('require', gatewayOver(world.gatewayDb, { trustedDocuments: 'require' }));
    expect(await ask('require', id)).toMatchObject({ status: 404 });
  });

  it('names the document that is wrong, and registers nothing of its manifest', async () => {
    const good = '{ __typename viewer { __typename } }';
    const wrong: [Record<string, string>, RegExp][] = [
      [
        { [sha256('other')]: '{ viewer { scopes } }' },
        new RegExp(`"${sha256('other')}" has a different hash`),
      ],
      [
        { [sha256('{ nothing }')]: '{ nothing }' },
        /is not valid for the schema: Cannot query field "nothing"/,
      ],
      [{ [sha256('{')]: '{' }, /is not valid for the schema: Syntax Error/],
      [
        { [sha256('#'.repeat(100_001))]: '#'.repeat(100_001) },
        /must have between 1 and 100000 bytes/,
      ],
      [{ [sha256('')]: '' }, /must have between 1 and 100000 bytes/],
    ];
    for (const [documents, message] of wrong) {
      const file = await manifestOf({ [sha256(good)]: good, ...documents });
      expect(await documentsCommand('add', file, 'wrong')).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(message),
      });
    }
    for (const text of ['{}', '[]', 'nonsense', '{"a":5}', 'null']) {
      const file = path.join(folder, 'odd.json');
      await writeFile(file, text);
      expect(await documentsCommand('add', file)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^banyan: The manifest /),
      });
    }
    expect(await world.rows(sql`select from trusted_documents where client = 'wrong'`)).toEqual([]);
  });

  it('cannot put a document under a hash that is not its own, whoever writes it', async () => {
    const insert = sql`insert into trusted_documents (client, hash, document) values ('web', sha256('x'), '{ __typename }')`;
    await expect(insert.execute(world.db)).rejects.toMatchObject({
      constraint: 'trusted_documents_hash',
    });
  });
});
