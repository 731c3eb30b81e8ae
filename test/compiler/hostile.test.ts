/** What a compiled query must not do, whoever asks and whatever happens meanwhile. */
import { execute, parse, print, type DocumentNode } from 'graphql';
import { sql, type RawBuilder } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticate } from '../../src/authentication/authenticate.ts';
import type { Principal } from '../../src/authorization/principal.ts';
import { CompiledOperations, STATEMENT_CHARACTERS_MAX, type Outcome } from '../../src/compiler/operations.ts';
import { DatabaseClock } from '../../src/database/clock.ts';
import { PREPARED_CHARACTERS_MAX } from '../../src/database/statement-name.ts';
import { Loaders } from '../../src/database/loaders.ts';
import type { Context } from '../../src/graphql/context.ts';
import { schema } from '../../src/schema.ts';
import { Random } from '../../src/seed/random.ts';
import { decodeId } from '../../src/values/ids.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { missingId, type Caller, type Slug, type World } from '../setup/world.ts';
import { answerOf, createPair, type Pair } from './differential.ts';
import { Documents, type Query } from './documents.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await createPair();
});
afterAll(() => pair.world.close());

/** The caller as authentication finds them now. */
async function callerOf(world: World, as: Caller): Promise<{ principal: Principal; now: Date }> {
  const [, slug = ''] = as.split('@');
  const headers = new Headers({
    authorization: `Bearer ${world.token(as)}`,
    ...(!as.startsWith('key@') && { 'x-organization': slug }),
  });
  const clock = new DatabaseClock(createLogger('silent'));
  return authenticate(
    { db: world.gatewayDb, organizationHeader: 'x-organization', sessions: undefined, clock, used: () => undefined },
    headers,
  );
}

/** The outcome of a compiled query and the answer of the resolvers, for a caller who was authenticated earlier. */
async function laterAnswers(
  { gatewayDb: db }: World,
  caller: { principal: Principal; now: Date },
  document: DocumentNode,
  variableValues: Record<string, unknown>,
): Promise<{ outcome: Outcome; resolved: string }> {
  const contextValue = {
    ...caller,
    db,
    organizationHeader: 'x-organization',
    loaders: new Loaders({ db, ...caller }),
  } as unknown as Context;
  const operations = new CompiledOperations(schema, 8_000_000);
  const args = { schema, document, variableValues, contextValue };
  const outcome = await operations.run(args, contextValue);
  const { data, errors } = await execute(args);
  return { outcome, resolved: errors ? JSON.stringify(errors) : JSON.stringify(data) };
}

/** What became of a query in the compiling gateway, after both gateways were found to answer it alike. */
async function compiledAndResolved(as: Caller, query: Query): Promise<Outcome[]> {
  pair.outcomes.length = 0;
  const mine = await answerOf(pair.compiled, pair.world, as, query);
  const outcomes = [...pair.outcomes];
  expect(mine).toBe(await answerOf(pair.resolved, pair.world, as, query));
  return outcomes;
}

function deletion(world: World, slug: Slug): RawBuilder<unknown> {
  return sql`update organizations set status = 'DELETED', deleted_at = now() where ${world.uuid(slug)} = any (lineage)`;
}

describe('between authentication and the statement', () => {
  const DOCUMENTS = 25;
  const changes: [string, Caller, (world: World) => RawBuilder<unknown>][] = [
    ['a key is revoked', 'key@north', () => sql`update api_keys set revoked_at = now() where name = 'key@north'`],
    [
      'a membership is removed',
      'viewer@north',
      (world) => sql`delete from memberships where user_id = ${decodeId('User', world.person('viewer@north'), '')}`,
    ],
    ['a token is revoked', 'admin@acme', () => sql`update personal_access_tokens set revoked_at = now()`],
    ['the organization is deleted', 'key@north', (world) => deletion(world, 'north')],
    ['the root is deleted', 'viewer@acme', (world) => deletion(world, 'acme')],
    ['an organization below is deleted', 'admin@north', (world) => deletion(world, 'shop-1')],
    [
      'an organization is moved away',
      'key@north',
      (world) => sql`update organizations set parent_id = ${world.uuid('south')} where slug = 'shop-1'`,
    ],
    [
      'the organization is moved',
      'key@north',
      (world) => sql`update organizations set parent_id = ${world.uuid('south')} where slug = 'north'`,
    ],
    ['the organization is suspended', 'admin@north', () => sql`update organizations set status = 'SUSPENDED' where slug = 'north'`],
  ];
  for (const [title, as, change] of changes) {
    it(`answers nothing that the resolvers would not when ${title}`, async () => {
      const own = await createPair();
      const { world } = own;
      try {
        const caller = await callerOf(world, as);
        await change(world).execute(world.db);
        const random = new Random(Date.now() % 1_000_000);
        const slugs = ['acme', 'north', 'shop-1', 'kiosk', 'rival'] as const;
        const documents = new Documents(schema, random, {
          ids: [...slugs.map((slug) => world.org(slug)), missingId('Organization')],
          slugs,
          words: ['shop', 'o'],
          cursors: [],
        });
        const differences: string[] = [];
        for (let n = 0; n < DOCUMENTS; n++) {
          const { document, variables } = documents.next();
          const { outcome, resolved } = await laterAnswers(world, caller, parse(document), variables);
          if (!('data' in outcome)) continue;
          if (outcome.data !== resolved) differences.push(`${print(parse(document))}\n${outcome.data}\n${resolved}`);
        }
        expect(differences.slice(0, 3)).toEqual([]);
      } finally {
        await world.close();
      }
    });
  }
});

describe('the memory of the server', () => {
  it('is not filled by one statement of many large fields', async () => {
    const usage = (n: number) =>
      `a${n}: usage(from: "2026-11-0${1 + (n % 9)}T00:30:00Z", to: "2026-11-20T00:00:00Z") { metrics { value } buckets(size: WEEK) { metrics { value } } }`;
    const document = `{ organization { ${Array.from({ length: 25 }, (_, n) => usage(n)).join(' ')} } }`;
    const [outcome] = await compiledAndResolved('admin@acme', { document, variables: {} });
    expect(outcome).toMatchObject({ fall: 'unsupported', detail: `more than ${STATEMENT_CHARACTERS_MAX} characters` });
  });

  it('holds a bounded number of characters of prepared statements per connection', async () => {
    const prepared = await pair.world.gatewayDb.connection().execute(async (db) => {
      for (let n = 0; n < 60; n++) await sql`select ${n}::int as n /* ${sql.raw(`${n} `.repeat(15_000))} */`.execute(db);
      return sql<{ characters: number }>`select sum(length(statement))::int as characters from pg_prepared_statements`.execute(db);
    });
    expect(prepared.rows[0]?.characters).toBeLessThanOrEqual(PREPARED_CHARACTERS_MAX);
    expect(prepared.rows[0]?.characters).toBeGreaterThan(PREPARED_CHARACTERS_MAX / 2);
  });
});

describe('names in the response', () => {
  it('may be any, also those that the statement itself uses', async () => {
    const document =
      '{ x: organization { x: slug parent: name owner: kind page: id } page: viewer { x: scopes ctid: credential { x: kind } } }';
    expect(await compiledAndResolved('admin@acme', { document, variables: {} })).toEqual([{ data: expect.any(String) }]);
  });

  it('are told apart by case, and by what PostgreSQL would cut off', async () => {
    const long = 'n'.repeat(63);
    await compiledAndResolved('admin@acme', { document: '{ organization { a: slug A: name } }', variables: {} });
    await compiledAndResolved('admin@acme', {
      document: `{ organization { ${long}: slug ${long}a: name ${long}b: kind } }`,
      variables: {},
    });
  });
});

describe('texts', () => {
  const breadcrumbs = 'query ($separator: String!) { organization { descendants(first: 3) { edges { path(separator: $separator) } } } }';
  for (const separator of ['\ud800', 'a\0b', '\u2028"\\\u0001\u007f\u{1F600}/<', '', '-0e-00', '"\\u0000"'])
    it(`are answered like by the resolvers: ${JSON.stringify(separator)}`, () =>
      compiledAndResolved('admin@acme', { document: breadcrumbs, variables: { separator } }));

  it('cannot look like the mark of a refusal, which would make those above read everything twice', async () => {
    const { world } = pair;
    for (const name of ['-0e-00', '"\\u0000"', '\\u0000']) {
      await sql`update organizations set name = ${name} where slug = 'kiosk'`.execute(world.db);
      const query = { document: '{ organization { descendants { nodes { name } } } }', variables: {} };
      expect(await compiledAndResolved('admin@acme', query)).toEqual([{ data: expect.stringContaining(JSON.stringify(name)) }]);
    }
  });
});

describe('directives', () => {
  it('that read null are refused like by the resolvers', async () => {
    const document = 'query ($is: Boolean = true) { organization { id slug @include(if: $is) } }';
    for (const variables of [{ is: null }, {}, { is: false }, { is: true }])
      await compiledAndResolved('admin@acme', { document, variables });
  });
});
