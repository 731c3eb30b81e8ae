/** What starts and commands do about missing migrations, and how this version works beside a newer one. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownMigrations, migrate } from '../../src/database/migrate.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { migrationFolder } from '../setup/migrations.ts';
import { insertPartner } from '../setup/partner.ts';
import { runHere, serve } from './run.ts';

let database: TestDatabase;
let newest = '';
beforeAll(async () => {
  database = await createDatabase();
  newest = (await knownMigrations()).at(-1) ?? '';
});
afterAll(() => database.close());

const history = async (): Promise<string[]> => {
  const names = sql<{ name: string }>`select name from kysely_migration order by 1`;
  return (await names.execute(database.db)).rows.map(({ name }) => name);
};

describe('a database that lacks a migration', () => {
  let before: string[];
  beforeAll(async () => {
    await sql`delete from kysely_migration where name = ${newest}`.execute(database.db);
    before = await history();
  });
  afterAll(async () => {
    await sql`insert into kysely_migration (name, timestamp) values (${newest}, ${new Date().toISOString()})`.execute(
      database.db,
    );
  });

  it('is refused with MIGRATE=check by gateways, workers and commands, and not touched', async () => {
    const asOwner = ' with DATABASE_MIGRATION_URL, as its owner';
    for (const [command, address, how] of [
      ['serve', database.gatewayUrl, asOwner],
      ['worker', database.gatewayUrl, asOwner],
      ['check', database.url, ''],
    ] as const) {
      const environment = { DATABASE_URL: address, MIGRATE: 'check', PORT: '0' };
      expect(await runHere([command], environment)).toEqual({
        code: 1,
        stdout: '',
        stderr: `banyan: The database lacks ${newest}: run banyan migrate${how}.\n`,
      });
    }
    expect(await history()).toEqual(before);
  });

  it('is not looked at with MIGRATE=off', async () => {
    const environment = { DATABASE_URL: database.url, MIGRATE: 'off' };
    expect(await runHere(['check'], environment)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('agree with the recursive truth'),
    });
    expect(await history()).toEqual(before);
  });
});

describe('an empty database', () => {
  it('is refused with MIGRATE=check, and brought to the newest schema by banyan migrate all the same', async () => {
    const empty = await createDatabase({ empty: true });
    const environment = { DATABASE_URL: empty.url, MIGRATE: 'check' };
    const names = (await knownMigrations()).join(', ');
    expect(
      await runHere(
        ['bootstrap', '--slug', 'a-b', '--name', 'A', '--email', 'a@b.example'],
        environment,
      ),
    ).toMatchObject({
      code: 1,
      stderr: `banyan: The database lacks ${names}: run banyan migrate.\n`,
    });
    expect(await runHere(['migrate'], environment)).toMatchObject({
      code: 0,
      stdout: `Applied ${names}.\n`,
    });
    expect((await runHere(['check'], environment)).code).toBe(0);
    await empty.close();
  });
});

/** Of the newer version: what a migration may add, to every table at once, which no real one does. */
const EXPANDED = `
  create table later (
    organization_id uuid not null references organizations (id) on delete cascade,
    note text
  );
  do $$ declare name text; begin
    for name in select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace
      and c.relkind in ('r', 'p') and not c.relispartition
    loop execute format('alter table %I add column added_later text', name); end loop;
  end $$`;

describe('a database that a newer version has migrated', () => {
  it('is served by this version, with reads and writes, told of, and left as it is', async () => {
    const folder = await migrationFolder(undefined, { '9001_expanded': EXPANDED });
    await migrate(database.db, { folder: folder.url });
    await sql`grant select on later to banyan_gateway`.execute(database.db);
    const { apiKey, organizationId } = await insertPartner(database.db);
    const gateway = await serve({
      DATABASE_URL: database.gatewayUrl,
      DATABASE_MIGRATION_URL: database.url,
      RATE_LIMITS: 'postgres',
    });
    const ask = async (query: string, input?: object): Promise<unknown> => {
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ query, variables: { input } }),
      });
      return ((await response.json()) as { data: unknown }).data;
    };
    const create = `mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }`;
    const record = `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { ... on RecordUsagePayload { acceptedCount } } }`;
    const event = {
      id: '1',
      organizationId,
      metric: 'voice_calls',
      quantity: '1',
      occurredAt: new Date(),
    };
    expect(await ask(create, { name: 'Child', slug: 'child', parentId: organizationId })).toEqual({
      createOrganization: { __typename: 'CreateOrganizationPayload' },
    });
    expect(await ask(record, { events: [event] })).toEqual({ recordUsage: { acceptedCount: 1 } });
    expect(await ask('{ organization { children { nodes { slug } } } }')).toEqual({
      organization: { children: { nodes: [{ slug: 'child' }] } },
    });
    const { code, stderr } = await gateway.end('SIGTERM');
    expect(code).toBe(0);
    const lines = stderr.split('\n').filter((line) => line.includes('9001_expanded'));
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 40, unknown: ['9001_expanded'], missing: [] },
    ]);

    const environment = { DATABASE_URL: database.url, MIGRATE: 'check' };
    for (const command of [['check'], ['usage', 'check']])
      expect(await runHere(command, environment)).toMatchObject({ code: 0, stderr: '' });
    expect(await runHere(['migrate'], environment)).toMatchObject({
      code: 0,
      stdout:
        'The database is newer than this version, and was left as it is: it has 9001_expanded.\n',
    });
    // A grant of this version would give the gateway's role all rights on the new table.
    const { rows } = await sql`
      select has_table_privilege('banyan_gateway', 'later', 'select') as read,
        has_table_privilege('banyan_gateway', 'later', 'insert') as write`.execute(database.db);
    expect(rows).toEqual([{ read: true, write: false }]);
    await folder.remove();
  });
});
