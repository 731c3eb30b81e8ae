/** A database server whose processes are frozen, and go on later: a machine that was suspended, or swaps. */
import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DatabaseClock } from '../../src/database/clock.ts';
import { connect, type Database } from '../../src/database/connect.ts';
import {
  GATEWAY_ROLE,
  startEmbedded,
  type EmbeddedServer,
} from '../../src/embedded-postgres/start.ts';
import { grantGateway } from '../../src/database/grants.ts';
import { migrate } from '../../src/database/migrate.ts';
import { Readiness } from '../../src/database/readiness.ts';
import { encodeId } from '../../src/values/ids.ts';
import { installQueue } from '../../src/jobs/worker.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { makeDataFolder, postmasterOf } from '../cli/data-folder.ts';
import { gatewayOver } from '../setup/world.ts';
import { ENDS_MS } from './lab.ts';

const CALLERS = 20;
const HEALS_MS = 2_000;
const POOL = { poolSize: 8, poolWaitMs: 2_000, statementTimeoutMs: 30_000 };
const READ = '{ organization { slug } }';
const CREATE =
  'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }';

interface Answer {
  status: number;
  retryAfter: string | null;
  tookMs: number;
}

const log = createLogger('silent');
let dataDir: string;
let server: EmbeddedServer;
let db: Database;
let readiness: Readiness;
let parentId: string;
let ask: (query: string, variables?: object) => Promise<Answer>;
let close: () => Promise<unknown>;
beforeAll(async () => {
  dataDir = await makeDataFolder('frozen');
  server = await startEmbedded({ dataDir, settings: { fsync: 'off' } });
  const owner = connect({ url: server.ownerUrl, poolSize: 1, log });
  await migrate(owner);
  await installQueue(server.ownerUrl, log);
  await grantGateway(owner, GATEWAY_ROLE);
  const { id } = await owner
    .insertInto('organizations')
    .values({ slug: 'acme', name: 'Acme' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const token = await insertApiKey(owner, id, 'key');
  parentId = encodeId('Organization', id);
  await owner.destroy();
  db = connect({ url: server.url, ...POOL, log });
  const clock = new DatabaseClock(log);
  readiness = new Readiness({ url: server.url, clock });
  const gateway = gatewayOver(db, { log, clock, ready: () => readiness.check() });
  const http = createServer((request, response) => void gateway(request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`;
  ask = async (query, variables) => {
    const started = performance.now();
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    await response.text();
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      tookMs: performance.now() - started,
    };
  };
  close = () => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  };
});
afterAll(async () => {
  await close();
  readiness.close();
  await db.destroy();
  await server.discard();
});

/** The processes of the server, the main one first: so none is made while the others are stopped. */
async function processes(): Promise<number[]> {
  const postmaster = await postmasterOf(dataDir);
  const all = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const parents = await Promise.all(all.map(async (pid) => ({ pid, parent: await parentOf(pid) })));
  return [
    postmaster,
    ...parents.filter(({ parent }) => parent === postmaster).map(({ pid }) => pid),
  ];
}

async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
}

const readAtOnce = (): Promise<Answer[]> =>
  Promise.all(Array.from({ length: CALLERS }, () => ask(READ)));
const statuses = (answers: readonly Answer[]): number[] => [
  ...new Set(answers.map(({ status }) => status)),
];

it('A server that is frozen fails each request in time, and answers soon after it goes on', async () => {
  expect(statuses(await readAtOnce())).toEqual([200]);
  const [main = 0] = await processes();
  process.kill(main, 'SIGSTOP');
  const frozen = await processes();
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  let answers: Answer[];
  try {
    const writes = Array.from({ length: 4 }, (_, n) =>
      ask(CREATE, {
        input: { parentId, name: 'Frozen', slug: `frozen-${n}`, idempotencyKey: `frozen-${n}` },
      }),
    );
    answers = (await Promise.all([readAtOnce(), Promise.all(writes)])).flat();
  } finally {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
  }
  const started = performance.now();
  for (const { status, retryAfter, tookMs } of answers) {
    expect([status, retryAfter]).toEqual([503, '1']);
    expect(tookMs).toBeLessThan(ENDS_MS);
  }
  let healed: Answer[];
  do healed = await readAtOnce();
  while (healed.some(({ status }) => status !== 200) && performance.now() - started < HEALS_MS);
  process.stdout.write(
    `frozen: ${answers.length} × 503, ${Math.max(...answers.map(({ tookMs }) => tookMs)).toFixed(0)} ms at most; ` +
      `healed after ${(performance.now() - started).toFixed(0)} ms\n`,
  );
  expect(statuses(healed)).toEqual([200]);
});
