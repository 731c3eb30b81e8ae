/**
 * Two gateways over one database are replaced by a newer version, one after the other, while clients go on. The older one
 * has the migrations of version 0.1, so the first newer one also takes its database over.
 */
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBaseline } from '../../src/database/baseline.ts';
import { knownMigrations } from '../../src/database/migrate.ts';
import { encodeId } from '../../src/values/ids.ts';
import { verifyTree } from '../../src/modules/organization/verify.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { BEFORE_BASELINE } from '../setup/migrations.ts';
import { sized } from '../setup/size.ts';
import { serve, type Finished, type RunningGateway } from './run.ts';

const CLIENTS = 6;
/** Requests that are answered between two steps of the upgrade. */
const ANSWERED = sized(40, 2_000);
/** Most times that a client sends one request, to either gateway. */
const ATTEMPTS_MAX = 200;
const PAUSE_MS = 50;

/** Of the newer version. Each changes one table: see docs/decisions/0027-migrations.md. */
const MIGRATIONS = {
  '9001_nickname': `
    alter table organizations add column nickname text constraint organizations_nickname_form check (length(nickname) <= 100);
    create index organizations_by_nickname on organizations (nickname);`,
  '9002_preview': 'alter table api_keys alter column preview type varchar(300);',
};
const NAMES = Object.keys(MIGRATIONS);
const TAKEN_OVER = 'the database of version 0.1 has the history of the baseline now';

const root = path.join(import.meta.dirname, '..', '..');
/** A copy of this version in a folder of its own. */
async function copyOf(name: string): Promise<string> {
  const copy = await mkdtemp(path.join(tmpdir(), `banyan-${name}-`));
  for (const part of ['src', 'migrations', 'package.json'])
    await cp(path.join(root, part), path.join(copy, part), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

let database: TestDatabase;
let environment: Record<string, string>;
let older: string;
let newer: string;
let baseline: string[];

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  environment = {
    DATABASE_URL: database.gatewayUrl,
    DATABASE_MIGRATION_URL: database.url,
    DATABASE_POOL_SIZE: '5',
    RATE_LIMITS: 'off',
    WORKER: 'separate',
  };
  const known = await knownMigrations();
  baseline = known.filter(isBaseline);
  newer = await copyOf('newer');
  for (const [name, text] of Object.entries(MIGRATIONS))
    await writeFile(path.join(newer, 'migrations', `${name}.sql`), text);
  older = await copyOf('older');
  for (const name of baseline) await rm(path.join(older, 'migrations', `${name}.sql`));
  await cp(fileURLToPath(BEFORE_BASELINE), path.join(older, 'migrations'), { recursive: true });
});
afterAll(async () => {
  // Those of a test that failed.
  await Promise.all(started.map((gateway) => gateway.end('SIGKILL')));
  await database.close();
  await Promise.all([older, newer].map((copy) => rm(copy, { recursive: true })));
});

const started: RunningGateway[] = [];
async function begin(copy: string): Promise<RunningGateway> {
  const gateway = await serve(environment, path.join(copy, 'src', 'main.ts'));
  started.push(gateway);
  return gateway;
}

/** Names of the migrations that a gateway applied when it started, from its log. */
function migrationsOf({ stderr }: Finished): string[] {
  const lines = stderr.split('\n').filter((line) => line.includes('"msg":"started"'));
  return lines.flatMap((line) => (JSON.parse(line) as { migrations: string[] }).migrations);
}

const counts = { answered: 0, refused: 0, unreached: 0, mostAttempts: 0 };

interface Answer {
  data?: {
    createOrganization?: { __typename: string };
    recordUsage?: { results: { status: string }[] };
    organization?: { slug: string };
  };
  errors?: { extensions: { code: string } }[];
}

/** Sends a request as the README says: to the other gateway, again, when one answers `UNAVAILABLE` or not at all. */
async function send(
  gateways: readonly { url: string }[],
  token: string,
  body: object,
): Promise<Answer> {
  for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts++) {
    const { url = '' } = gateways[attempts % gateways.length] ?? {};
    try {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      const answer = (await response.json()) as Answer;
      if (response.status !== 503) {
        expect({ status: response.status, errors: answer.errors }).toEqual({
          status: 200,
          errors: undefined,
        });
        counts.answered++;
        counts.mostAttempts = Math.max(counts.mostAttempts, attempts);
        return answer;
      }
      expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
      counts.refused++;
    } catch (error) {
      // Nobody listens, or the connection ended before an answer.
      if (!(error instanceof TypeError) || error.message !== 'fetch failed') throw error;
      counts.unreached++;
    }
    if (attempts % gateways.length === 0)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`not answered after ${ATTEMPTS_MAX} attempts`);
}

describe('two gateways that are replaced by a newer version one after the other', () => {
  it('start at once on an empty database, lose no request, and do each change once', async () => {
    let [a, b] = await Promise.all([begin(older), begin(older)]);
    const { id } = await database.db
      .insertInto('organizations')
      .values({ slug: 'partner', name: 'Partner' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const organizationId = encodeId('Organization', id);
    const token = await insertApiKey(database.db, id, 'partner');
    const gateways = [{ url: a.url }, { url: b.url }];
    const created: string[] = [];
    const recorded: string[] = [];
    const over = new AbortController();
    const client = async (name: number): Promise<void> => {
      for (let step = 0; !over.signal.aborted; step++) {
        const key = `${name}-${step}`;
        // Half of the clients begin with the other gateway.
        const order = name % 2 === 0 ? gateways : gateways.toReversed();
        if (step % 3 === 0) {
          const query = `mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }`;
          const input = {
            name: 'Rolled',
            slug: `rolled-${key}`,
            parentId: organizationId,
            idempotencyKey: key,
          };
          const { data } = await send(order, token, { query, variables: { input } });
          expect(data?.createOrganization?.__typename).toBe('CreateOrganizationPayload');
          created.push(input.slug);
        } else if (step % 3 === 1) {
          const query = `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { ... on RecordUsagePayload { results { status } } } }`;
          const event = {
            id: key,
            organizationId,
            metric: 'voice_calls',
            quantity: '1',
            occurredAt: new Date(),
          };
          const { data } = await send(order, token, {
            query,
            variables: { input: { events: [event] } },
          });
          expect(['ACCEPTED', 'DUPLICATE']).toContain(data?.recordUsage?.results[0]?.status);
          recorded.push(key);
        } else
          expect(
            (await send(order, token, { query: '{ organization { slug } }' })).data?.organization,
          ).toEqual({ slug: 'partner' });
      }
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, (_, name) => client(name)));
    // What fails in a client is told at once, and not after what goes on here.
    const answered = async (): Promise<void> => {
      const enough = counts.answered + ANSWERED;
      while (counts.answered < enough)
        await Promise.race([clients, new Promise((resolve) => setImmediate(resolve))]);
    };
    await answered();
    const oldA = await a.end('SIGTERM');
    a = await begin(newer);
    gateways[0] = { url: a.url };
    await answered();
    const unknown = [...baseline, ...NAMES];
    const ready = await fetch(new URL('/ready', b.url));
    expect([ready.status, await ready.json()]).toMatchObject([
      200,
      { status: 'ready', schema: { state: 'newer', unknown, missing: [] } },
    ]);
    await answered();
    const oldB = await b.end('SIGTERM');
    b = await begin(newer);
    gateways[1] = { url: b.url };
    await answered();
    over.abort();
    await clients;
    const [newA, newB] = await Promise.all([a.end('SIGTERM'), b.end('SIGTERM')]);

    expect([oldA, oldB, newA, newB].map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect([oldA, oldB].filter((old) => migrationsOf(old).length > 0)).toHaveLength(1);
    expect([newA, newB].map(migrationsOf)).toEqual([NAMES, []]);
    expect([newA, newB].map(({ stderr }) => stderr.includes(TAKEN_OVER))).toEqual([true, false]);
    expect(oldB.stderr).toContain(`"unknown":${JSON.stringify(unknown)}`);
    for (const { stderr } of [oldA, oldB, newA, newB]) expect(stderr).not.toContain('"level":50');
    const { rows } = await sql<{ slugs: string[]; events: string[] }>`
      select array(select slug from organizations where slug like 'rolled-%' order by slug) as slugs, array(select id from usage_events order by id) as events`.execute(
      database.db,
    );
    expect(rows).toEqual([{ slugs: created.toSorted(), events: recorded.toSorted() }]);
    expect((await verifyTree(database.db)).differing).toBe(0);
    process.stdout.write(
      `rolling upgrade: ${created.length} created, ${recorded.length} recorded, ${JSON.stringify(counts)}\n`,
    );
  });
});
