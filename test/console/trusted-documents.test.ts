/** The console at a gateway that answers registered documents alone, with nothing registered. */
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Kind, OperationTypeNode, type DocumentNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentsOf } from '../../console/documents.ts';
import { codeOf } from '../../console/src/graphql/errors.ts';
import { createClient } from '../../console/src/graphql/client.ts';
import { createWorld, gatewayOver, type World } from '../setup/world.ts';

const CONSOLE = path.join(import.meta.dirname, '../../console');

let world: World;
let folder: string;
let server: Server;
beforeAll(async () => {
  world = await createWorld();
  // All that the gateway reads of a build for this.
  folder = await mkdtemp(path.join(tmpdir(), 'banyan-console-'));
  await writeFile(path.join(folder, 'documents.json'), JSON.stringify(documentsOf(CONSOLE)));
  const gateway = gatewayOver(world.gatewayDb, {
    trustedDocuments: 'require',
    console: { folder },
  });
  server = createServer((request, response) => void gateway(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  await world.close();
  await rm(folder, { recursive: true });
});

const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Every operation that the code generator made of the console's documents. */
async function operations(): Promise<[name: string, document: DocumentNode][]> {
  const files = globSync('src/generated/**/graphql.ts', { cwd: CONSOLE });
  const modules = await Promise.all(
    files.map((file) => import(path.join(CONSOLE, file)) as Promise<Record<string, DocumentNode>>),
  );
  return modules.flatMap((module) =>
    Object.entries(module).filter(
      ([, document]) => document.definitions?.[0]?.kind === Kind.OPERATION_DEFINITION,
    ),
  );
}

describe('The console', () => {
  it('has each of its documents answered by the hash that it sends', async () => {
    const config = await fetch(`${origin()}/console/config.json`);
    expect(await config.json()).toMatchObject({ takesHashes: true });
    const client = createClient({
      config: {
        endpoint: `${origin()}/graphql`,
        organizationHeader: 'X-Organization-Id',
        takesHashes: true,
        signIn: null,
        demonstration: null,
      },
      credential: { token: world.token('key@north') },
      acting: undefined,
      renewed: () => undefined,
      refused: () => undefined,
    }).client;
    const all = await operations();
    expect(all.length).toBeGreaterThan(40);
    const refused: unknown[] = [];
    for (const [name, document] of all) {
      const [first] = document.definitions;
      const isQuery =
        first?.kind === Kind.OPERATION_DEFINITION && first.operation === OperationTypeNode.QUERY;
      // Without variables most are refused, but for what they ask: their document was found.
      const asked = isQuery ? client.query(document, {}) : client.mutation(document, {});
      const { error } = await asked.toPromise();
      const code = error && codeOf(error);
      if (code?.startsWith('PERSISTED') || code === 'NETWORK') refused.push({ name, code });
    }
    expect(refused).toEqual([]);
  });

  it('opens the gateway to no other document', async () => {
    const response = await fetch(`${origin()}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${world.token('key@north')}`,
      },
      body: JSON.stringify({ query: '{ viewer { scopes } }' }),
    });
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_DOCUMENT_REQUIRED' } }],
    });
  });
});
