/** The steps of the guide back to a named instant, with the programs that come with the product. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connect, type Database } from '../../src/database/connect.ts';
import { bootstrap } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { runHere } from '../cli/run.ts';
import { startPrimary, type TestPrimary } from '../setup/standby.ts';
import { gatewayOver } from '../setup/world.ts';

/** Servers that the product starts have no path to look for programs in. */
const COPY = 'PATH=/bin:/usr/bin cp';
const WAIT = { timeout: 120_000, interval: 100 };
const CREATE =
  'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }';
const RECORD =
  'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { __typename ... on RecordUsagePayload { acceptedCount duplicateCount } } }';

let archive: string;
let primary: TestPrimary;
const opened: Database[] = [];

function open(url: string): Database {
  const db = connect({ url, poolSize: 4, log: createLogger('silent') });
  opened.push(db);
  return db;
}

/** Runs a mutation and returns its answer as text. */
async function change(db: Database, token: string, query: string, input: object): Promise<string> {
  const response = await gatewayOver(db).fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables: { input } }),
  });
  return response.text();
}

async function slugs(db: Database): Promise<string[]> {
  const { rows } = await sql<{
    slug: string;
  }>`select slug from organizations order by slug`.execute(db);
  return rows.map(({ slug }) => slug);
}

beforeAll(async () => {
  archive = await mkdtemp(path.join(tmpdir(), 'banyan-archive-'));
  primary = await startPrimary({
    archive_mode: 'on',
    archive_command: `test ! -f ${archive}/%f && ${COPY} %p ${archive}/%f`,
  });
  await promisify(execFile)('chown', [`--reference=${primary.folder}`, archive]);
}, 120_000);
afterAll(async () => {
  await Promise.all(opened.map((db) => db.destroy()));
  await primary.close();
  await rm(archive, { recursive: true });
});

it('Recovers a database to a named instant, with all that was acknowledged before it and nothing after', async () => {
  const db = open(primary.url);
  const { apiKey, organizationId } = await bootstrap(db, {
    slug: 'acme',
    name: 'Acme',
    email: 'ann@acme.example',
  });
  const create = (on: Database, slug: string): Promise<string> =>
    change(on, apiKey, CREATE, {
      parentId: organizationId,
      slug,
      name: slug,
      idempotencyKey: slug,
    });
  const occurredAt = new Date();
  const record = (on: Database, id: string): Promise<string> =>
    change(on, apiKey, RECORD, {
      events: [{ id, metric: 'voice_minutes', quantity: '2', occurredAt, organizationId }],
    });
  expect(await create(db, 'in-the-backup')).toContain('CreateOrganizationPayload');

  const backup = await primary.backUp();
  expect(await create(db, 'before')).toContain('CreateOrganizationPayload');
  expect(await record(db, 'before')).toContain('"acceptedCount":1');
  await primary.run(`select pg_create_restore_point('before-the-mistake')`);
  expect(await create(db, 'after')).toContain('CreateOrganizationPayload');
  expect(await record(db, 'after')).toContain('"acceptedCount":1');
  const { rows } = await primary.run('select pg_walfile_name(pg_switch_wal()) as last');
  const [{ last } = { last: '' }] = rows as { last: string }[];
  await vi.waitFor(async () => expect(await readdir(archive)).toContain(last), WAIT);

  const url = await backup.recover({
    restore_command: `${COPY} ${archive}/%f %p`,
    recovery_target_name: 'before-the-mistake',
    recovery_target_action: 'promote',
  });
  const recovered = open(url);
  await vi.waitFor(async () => {
    const { rows: state } = await sql<{
      waits: boolean;
    }>`select pg_is_in_recovery() as waits`.execute(recovered);
    expect(state).toEqual([{ waits: false }]);
  }, WAIT);

  expect(await slugs(recovered)).toEqual(['acme', 'before', 'in-the-backup']);
  for (const words of [['check'], ['usage', 'check'], ['migrate']])
    expect(await runHere(words, { DATABASE_URL: url })).toMatchObject({ code: 0, stderr: '' });
  // Keys and effects of the lost time are gone together, so the same requests are made once again.
  expect(await create(recovered, 'after')).toContain('CreateOrganizationPayload');
  expect(await record(recovered, 'after')).toContain('"acceptedCount":1');
  expect(await record(recovered, 'before')).toContain('"duplicateCount":1');
  expect(await slugs(recovered)).toEqual(await slugs(db));
  expect(await runHere(['check'], { DATABASE_URL: url })).toMatchObject({ code: 0 });
}, 600_000);
