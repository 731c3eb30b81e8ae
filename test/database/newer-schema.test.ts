/** A gateway that runs while a newer version migrates its database. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookUpNobody } from '../../src/authentication/callers.ts';
import { DatabaseClock } from '../../src/database/clock.ts';
import { knownMigrations, migrate } from '../../src/database/migrate.ts';
import { Readiness, type ReadinessReport } from '../../src/database/readiness.ts';
import { SchemaVersion } from '../../src/database/schema-version.ts';
import { keepLines, type LogLines } from '../setup/log-lines.ts';
import { migrationFolder } from '../setup/migrations.ts';
import { code, createWorld, gatewayOver, type GraphQLAnswer, type World } from '../setup/world.ts';
import { everyMutationIn } from './every-mutation.ts';

const AT_ONCE = 24;

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** Runs `work` after a newer version has migrated the database; then takes the migration back, as if it had not been. */
async function beside(
  name: string,
  change: string,
  back: string,
  work: () => Promise<void>,
): Promise<void> {
  const folder = await migrationFolder(undefined, { [name]: change });
  await migrate(world.db, { folder: folder.url });
  try {
    await work();
  } finally {
    await sql.raw(back).execute(world.db);
    await sql`delete from kysely_migration where name = ${name}`.execute(world.db);
    await sql`delete from migration_checksums where name = ${name}`.execute(world.db);
    await folder.remove();
  }
}

const all = <Answer>(ask: () => Promise<Answer>): Promise<Answer[]> =>
  Promise.all(Array.from({ length: AT_ONCE }, ask));
const codes = (answers: GraphQLAnswer<unknown>[]): (string | undefined)[] => [
  ...new Set(answers.map(code)),
];

describe('a column whose type a migration changes', () => {
  it('costs no reader its answer, although statements were prepared before', async () => {
    const read = () =>
      world.ask<{ usageMetrics: { unit: string }[] }>('{ usageMetrics { unit } }', {
        as: 'key@acme',
      });
    const before = await all(read);
    const column = 'alter table usage_metrics alter column unit type';
    await beside('9001_type', `${column} varchar(300)`, `${column} text`, async () => {
      const after = await all(read);
      expect(codes([...before, ...after])).toEqual([undefined]);
      expect(new Set(after.map(({ text }) => text))).toEqual(
        new Set(before.map(({ text }) => text)),
      );
    });
  });

  it('costs no change its answer, which is made once', async () => {
    let made = 0;
    const create = () =>
      world.ask<{ createApiKey: { __typename: string } }>(
        `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { __typename ... on CreateApiKeyPayload { apiKey { preview } } } }`,
        { as: 'key@acme' },
        {
          input: {
            name: `key ${made++}`,
            organizationId: world.org('acme'),
            scopes: ['usage:read'],
          },
        },
      );
    const before = await all(create);
    const column = 'alter table api_keys alter column preview type';
    await beside('9001_type', `${column} varchar(300)`, `${column} text`, async () => {
      const after = await all(create);
      expect(codes([...before, ...after])).toEqual([undefined]);
      expect(
        new Set([...before, ...after].map(({ data }) => data?.createApiKey.__typename)),
      ).toEqual(new Set(['CreateApiKeyPayload']));
      expect(
        await world.rows(sql`select count(*)::int as keys from api_keys where name like 'key %'`),
      ).toEqual([{ keys: made }]);
    });
  });
});

describe('a migration that expands every table', () => {
  const each = (change: string): string => `do $$ declare name text; begin
    for name in select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace
      and c.relkind in ('r', 'p') and not c.relispartition
    loop execute format('alter table %I ${change}', name); end loop;
  end $$`;

  it('costs no mutation of this version its answer', () =>
    beside(
      '9001_expanded',
      each('add column added_later text'),
      each('drop column added_later'),
      async () => {
        expect(await everyMutationIn(world)).toEqual([]);
      },
    ));
});

const READY = [200, { state: 'current', unknown: [], missing: [] }, []];

interface Watched {
  ready(): Promise<[number, ReadinessReport['schema'], string[]]>;
  log: LogLines;
  close(): Promise<void>;
}

/** A gateway with the settings of `banyan serve` as to its database. */
async function watched(): Promise<Watched> {
  const log = keepLines();
  const clock = new DatabaseClock(log.log);
  const schemaVersion = new SchemaVersion({
    known: await knownMigrations(),
    log: log.log,
    tryOut: () => lookUpNobody(world.gatewayDb),
  });
  const readiness = new Readiness({ url: world.gatewayUrl, clock, schema: schemaVersion });
  const gateway = gatewayOver(world.gatewayDb, {
    log: log.log,
    clock,
    ready: () => readiness.check(),
  });
  const server = createServer((request, response) => void gateway(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    log,
    async ready() {
      const response = await fetch(
        `http://127.0.0.1:${(server.address() as AddressInfo).port}/ready`,
      );
      const { schema, problems } = (await response.json()) as ReadinessReport;
      return [response.status, schema, problems];
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      readiness.close();
    },
  };
}

describe('a gateway beside a newer database', () => {
  it('is ready, and says which migrations it does not know, to probes always and to the log once', async () => {
    const gateway = await watched();
    expect(await gateway.ready()).toEqual(READY);
    const table = 'alter table organizations';
    await beside(
      '9001_added',
      `${table} add column added text`,
      `${table} drop column added`,
      async () => {
        const told = { state: 'newer', unknown: ['9001_added'], missing: [] };
        for (let n = 0; n < 3; n++) expect(await gateway.ready()).toEqual([200, told, []]);
        const message =
          'the database is not at the migrations of this version: replace this process soon';
        await expect
          .poll(() => gateway.log.lines(message))
          .toMatchObject([{ level: 40, unknown: ['9001_added'], missing: [] }]);
      },
    );
    expect(await gateway.ready()).toEqual(READY);
    await gateway.close();
  });

  it('is not ready once its statements for every request cannot be run any more, and says that too', async () => {
    const gateway = await watched();
    const table = 'alter table api_keys rename column';
    await beside(
      '9001_gone',
      `${table} secret_hash to hash`,
      `${table} hash to secret_hash`,
      async () => {
        await expect
          .poll(() => gateway.ready())
          .toEqual([
            503,
            { state: 'unusable', unknown: ['9001_gone'], missing: [] },
            [expect.stringMatching(/9001_gone; this version cannot work with it$/)],
          ]);
        const message =
          'this version cannot work with the database as it was migrated: run the version that fits';
        await expect
          .poll(() => gateway.log.lines(message))
          .toMatchObject([{ level: 50, unknown: ['9001_gone'] }]);
      },
    );
    await gateway.ready();
    expect(await gateway.ready()).toEqual(READY);
    await gateway.close();
  });

  it('is not ready when an older one takes its place, and says what it lacks', async () => {
    const gateway = await watched();
    const [newest = ''] = (await knownMigrations()).slice(-1);
    await sql`delete from kysely_migration where name = ${newest}`.execute(world.db);
    expect(await gateway.ready()).toEqual([
      503,
      { state: 'missing', unknown: [], missing: [newest] },
      [`the database lacks migrations of this version: ${newest}`],
    ]);
    await sql`insert into kysely_migration (name, timestamp) values (${newest}, '')`.execute(
      world.db,
    );
    await gateway.close();
  });
});
