/** The product as it is started by a newcomer: the gateway with its demonstration, in a process of its own. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { readRecord } from '../../../src/embedded-postgres/folder.ts';
import { OWNER, pidFile } from '../../../src/embedded-postgres/running-server.ts';
import { makeDataFolder, removeDataFolder } from '../../cli/data-folder.ts';
import { serve, type RunningGateway } from '../../cli/run.ts';

/** What `demo.json` holds. */
export interface Demonstration {
  apiKey: string;
  personalAccessToken: string;
  organizationId: string;
  organizationSlug: string;
  rivalOrganizationId: string;
}

/** The gateway that pages are opened from. */
export interface Origin {
  /** Scheme, host and port. */
  origin: string;
  demo: Demonstration;
}

export interface Product extends Origin {
  /** Starts again at the same address, over the same data, with other settings. */
  start(environment?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
  /** Runs a statement in its database, as the owner. */
  run(statement: string, values?: unknown[]): Promise<void>;
  /** Stops, and deletes the data. */
  discard(): Promise<void>;
}

/** Starts the product with an embedded database on a free port; all settings are those of a plain start. */
export async function startProduct(): Promise<Product> {
  const dataDir = await makeDataFolder('browser');
  let gateway: RunningGateway | undefined;
  const begin = async (environment: Record<string, string>): Promise<RunningGateway> => {
    gateway = await serve({ DATA_DIR: dataDir, LOG_LEVEL: 'error', ...environment });
    return gateway;
  };
  const stop = async (): Promise<void> => {
    await gateway?.end('SIGTERM');
    gateway = undefined;
  };
  const discard = async (): Promise<void> => {
    await stop();
    await removeDataFolder(dataDir);
  };
  try {
    const { origin, port } = new URL((await begin({})).url);
    const file = await readFile(path.join(dataDir, 'demo.json'), 'utf8');
    return {
      origin,
      demo: JSON.parse(file) as Demonstration,
      async start(environment = {}) {
        await begin({ PORT: port, ...environment });
      },
      stop,
      run: (statement, values) => run(dataDir, statement, values),
      discard,
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function run(dataDir: string, statement: string, values?: unknown[]): Promise<void> {
  const record = await readRecord(dataDir);
  if (!record) throw new Error('There is no database yet.');
  const client = new pg.Client({
    host: '127.0.0.1',
    port: pidFile(record.folder)?.port,
    user: OWNER,
    password: record.password,
    database: 'banyan',
  });
  await client.connect();
  try {
    await client.query(statement, values);
  } finally {
    await client.end();
  }
}

/** What the API answers to an operation. */
export async function ask<Data>(
  { origin, demo }: Origin,
  query: string,
  variables: Record<string, unknown> = {},
  token = demo.apiKey,
): Promise<Data> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: unknown };
  if (errors !== undefined || data === undefined) throw new Error(JSON.stringify(errors));
  return data;
}
