/** What a compiled query must not do, whoever asks and whatever happens meanwhile. */
import {
  execute,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
  print,
  type DocumentNode,
  type GraphQLNamedType,
} from 'graphql';
import { sql, type RawBuilder } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticate } from '../../src/authentication/authenticate.ts';
import { anonymous, type Principal } from '../../src/authorization/principal.ts';
import { CompiledOperations, STATEMENT_CHARACTERS_MAX } from '../../src/compiler/operations.ts';
import type { Outcome } from '../../src/compiler/outcome.ts';
import { DatabaseClock } from '../../src/database/clock.ts';
import { PREPARED_CHARACTERS_MAX } from '../../src/database/statement-name.ts';
import { Loaders } from '../../src/database/loaders.ts';
import type { Gateway } from '../../src/http/gateway.ts';
import type { Context } from '../../src/graphql/context.ts';
import { schema } from '../../src/schema.ts';
import { Random } from '../../src/seed/random.ts';
import { decodeId, encodeId } from '../../src/values/ids.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { textOfUtf8 } from '../../src/database/utf8.ts';
import { createMatrixWorld, SCOPE_SETS } from '../access/matrix-world.ts';
import { gatewayOver, missingId, type Caller, type Slug, type World } from '../setup/world.ts';
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
    {
      db: world.gatewayDb,
      organizationHeader: 'x-organization',
      sessions: undefined,
      clock,
      used: () => undefined,
    },
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
  const operations = new CompiledOperations(schema, { bytesMax: 8_000_000, atOnce: true });
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

/** A query of one field of what is reached in one way: one refusal does not hide what else is told. */
function onePath(random: Random, ids: readonly string[]): string {
  const types: Record<string, GraphQLNamedType | undefined> = schema.getTypeMap();
  const selectionOf = (type: GraphQLNamedType | undefined, depth: number): string => {
    if (!isObjectType(type)) return '';
    const possible = Object.values(type.getFields()).filter(
      (field) =>
        depth > 0 ||
        (isLeafType(getNamedType(field.type)) &&
          field.args.every((argument) => !isRequiredArgument(argument))),
    );
    if (possible.length === 0) return '{ __typename }';
    const field = random.pick(possible);
    const given =
      field.name === 'usage'
        ? '(from: "2026-11-01T00:00:00Z", to: "2026-11-20T00:00:00Z", scope: SINGLE)'
        : '';
    const inner = selectionOf(getNamedType(field.type), depth - 1);
    return `{ __typename ${field.name}${given}${inner} }`;
  };
  const [way, type] = random.pick([
    ['organization(id: $) $', 'Organization'],
    ['organization(id: $) $', 'Organization'],
    ['organization(id: $) { parent $ }', 'Organization'],
    ['organization(id: $) { ancestors $ }', 'Organization'],
    ['organization(id: $) { children(includeDeleted: true) { nodes $ } }', 'Organization'],
    ['organization(id: $) { descendants(includeDeleted: true) { nodes $ } }', 'Organization'],
    ['organization { descendants(includeDeleted: true, first: 100) { nodes $ } }', 'Organization'],
    ['viewer { memberships { nodes { organization $ } } }', 'Organization'],
    ['viewer { memberships { nodes $ } }', 'Membership'],
    ['viewer { memberships { nodes { roles $ } } }', 'Role'],
    ['viewer { invitations { nodes { organization $ } } }', 'Organization'],
    ['viewer { invitations { nodes $ } }', 'Invitation'],
    ['viewer { invitations { nodes { invitedBy $ } } }', 'Actor'],
    [
      'organization(id: $) { invitations(status: [PENDING, DECLINED]) { nodes { invitedBy $ } } }',
      'Actor',
    ],
    ['organization(id: $) { members { nodes $ } }', 'Membership'],
    ['organization(id: $) { people { nodes $ } }', 'Person'],
    ['organization(id: $) { people { nodes { memberships { organization $ } } } }', 'Organization'],
    ['organization(id: $) { auditLog(includeDescendants: true) { nodes $ } }', 'AuditEvent'],
    ['organization(id: $) { auditLog { nodes { actor $ } } }', 'Actor'],
    ['organization(id: $) { auditLog { nodes { actor { organization $ } } } }', 'Organization'],
    ['organization(id: $) { apiKeys { nodes $ } }', 'ApiKey'],
    ['organization(id: $) { roles $ }', 'Role'],
    ['viewer $', 'Viewer'],
  ] as const);
  return `{ ${way.replace('(id: $)', () => `(id: "${random.pick(ids)}")`).replace('$', () => selectionOf(types[type], 1 + random.below(2)))} }`;
}

async function textOf(
  gateway: Gateway,
  token: string,
  organization: string | null | undefined,
  { document: query, variables }: Query,
): Promise<string> {
  const response = await gateway.fetch('http://gateway/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(organization != null && { 'x-organization': organization }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

function deletion(world: World, slug: Slug): RawBuilder<unknown> {
  return sql`update organizations set status = 'DELETED', deleted_at = now() where ${world.uuid(slug)} = any (lineage)`;
}

describe('between authentication and the statement', () => {
  const DOCUMENTS = 25;
  const changes: [string, Caller, (world: World) => RawBuilder<unknown>][] = [
    [
      'a key is revoked',
      'key@north',
      () => sql`update api_keys set revoked_at = now() where name = 'key@north'`,
    ],
    [
      'a membership is removed',
      'viewer@north',
      (world) =>
        sql`delete from memberships where user_id = ${decodeId('User', world.person('viewer@north'), '')}`,
    ],
    [
      'a token is revoked',
      'admin@acme',
      () => sql`update personal_access_tokens set revoked_at = now()`,
    ],
    ['the organization is deleted', 'key@north', (world) => deletion(world, 'north')],
    ['the root is deleted', 'viewer@acme', (world) => deletion(world, 'acme')],
    ['an organization below is deleted', 'admin@north', (world) => deletion(world, 'shop-1')],
    [
      'an organization is moved away',
      'key@north',
      (world) =>
        sql`update organizations set parent_id = ${world.uuid('south')} where slug = 'shop-1'`,
    ],
    [
      'the organization is moved',
      'key@north',
      (world) =>
        sql`update organizations set parent_id = ${world.uuid('south')} where slug = 'north'`,
    ],
    [
      'the organization is suspended',
      'admin@north',
      () => sql`update organizations set status = 'SUSPENDED' where slug = 'north'`,
    ],
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
          nodes: own.nodes,
          slugs,
          words: ['shop', 'o'],
          cursors: [],
        });
        const differences: string[] = [];
        for (let n = 0; n < DOCUMENTS; n++) {
          const { document, variables } = documents.next();
          const { outcome, resolved } = await laterAnswers(
            world,
            caller,
            parse(document),
            variables,
          );
          if (!('data' in outcome)) continue;
          const compiled = textOfUtf8(outcome.data);
          if (compiled !== resolved)
            differences.push(`${print(parse(document))}\n${compiled}\n${resolved}`);
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
    expect(outcome).toMatchObject({
      fall: 'unsupported',
      detail: `more than ${STATEMENT_CHARACTERS_MAX} characters`,
    });
  });

  it('holds a bounded number of characters of prepared statements per connection', async () => {
    const prepared = await pair.world.gatewayDb.connection().execute(async (db) => {
      for (let n = 0; n < 60; n++)
        await sql`select ${n}::int as n /* ${sql.raw(`${n} `.repeat(15_000))} */`.execute(db);
      return sql<{
        characters: number;
      }>`select sum(length(statement))::int as characters from pg_prepared_statements`.execute(db);
    });
    expect(prepared.rows[0]?.characters).toBeLessThanOrEqual(PREPARED_CHARACTERS_MAX);
    expect(prepared.rows[0]?.characters).toBeGreaterThan(PREPARED_CHARACTERS_MAX / 2);
  });
});

describe('names in the response', () => {
  it('may be any, also those that the statement itself uses', async () => {
    const document =
      '{ x: organization { x: slug parent: name owner: kind page: id } page: viewer { x: scopes ctid: credential { x: kind } } }';
    expect(await compiledAndResolved('admin@acme', { document, variables: {} })).toEqual([
      { data: expect.any(String), now: expect.any(Date) },
    ]);
  });

  it('are told apart by case, and by what PostgreSQL would cut off', async () => {
    const long = 'n'.repeat(63);
    await compiledAndResolved('admin@acme', {
      document: '{ organization { a: slug A: name } }',
      variables: {},
    });
    await compiledAndResolved('admin@acme', {
      document: `{ organization { ${long}: slug ${long}a: name ${long}b: kind } }`,
      variables: {},
    });
  });
});

describe('texts', () => {
  const breadcrumbs =
    'query ($separator: String!) { organization { descendants(first: 3) { edges { path(separator: $separator) } } } }';
  for (const separator of [
    '\ud800',
    'a\0b',
    '\u2028"\\\u0001\u007f\u{1F600}/<',
    '',
    '-0e-00',
    '"\\u0000"',
  ])
    it(`are answered like by the resolvers: ${JSON.stringify(separator)}`, () =>
      compiledAndResolved('admin@acme', { document: breadcrumbs, variables: { separator } }));

  it('cannot look like the mark of a refusal, which would make those above read everything twice', async () => {
    const { world } = pair;
    for (const name of ['-0e-00', '"\\u0000"', '\\u0000']) {
      await sql`update organizations set name = ${name} where slug = 'kiosk'`.execute(world.db);
      const query = {
        document: '{ organization { descendants { nodes { name } } } }',
        variables: {},
      };
      expect(await compiledAndResolved('admin@acme', query)).toEqual([
        { data: expect.stringContaining(JSON.stringify(name)), now: expect.any(Date) },
      ]);
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

describe('in a world with everything in every position', () => {
  const QUERIES = 400;

  it(`answers ${QUERIES} random queries of callers with all kinds of rights like the resolvers`, async () => {
    const matrix = await createMatrixWorld();
    const { world } = matrix;
    try {
      const outcomes: Outcome[] = [];
      const compiled = gatewayOver(world.gatewayDb, {
        compiled: 'at once',
        onOutcome: (outcome) => void outcomes.push(outcome),
      });
      const resolved = gatewayOver(world.gatewayDb, { compiled: false });
      const random = new Random(Date.now() % 1_000_000);
      const { rows } = await sql<{
        id: string;
        slug: string;
      }>`select id, slug from organizations`.execute(world.db);
      const slugs = rows.map(({ slug }) => slug);
      const ids = rows.map(({ id }) => encodeId('Organization', id));
      const documents = new Documents(schema, random, {
        ids,
        nodes: matrix.targets.flatMap(({ nodes }) => Object.values(nodes)),
        slugs,
        words: ['node', 'o', 'shop'],
        cursors: [],
      });
      const next = (): Query =>
        random.next() < 0.2 ? documents.next() : { document: onePath(random, ids), variables: {} };
      const states = matrix.states.filter(
        ({ acts, name }) =>
          typeof acts === 'string' && acts !== 'anonymous' && !name.includes('session'),
      );
      const sets = Object.keys(SCOPE_SETS);
      const differences: string[] = [];
      const counts = new Map<string, number>();
      for (let n = 0; n < QUERIES; n++) {
        const query = next();
        const state = random.pick(states);
        const set = random.pick(sets);
        const { token = '', organization } = state.options(set);
        outcomes.length = 0;
        const mine = await textOf(compiled, token, organization, query);
        const theirs = await textOf(resolved, token, organization, query);
        const [outcome] = outcomes;
        const name =
          outcome === undefined ? 'not executed' : 'data' in outcome ? 'compiled' : outcome.fall;
        counts.set(name, (counts.get(name) ?? 0) + 1);
        if (name === 'failed' || (name === 'compiled' && mine !== theirs))
          differences.push(
            `${state.name} ${set}\n${query.document}\n${JSON.stringify(query.variables)}\n${mine}\n${theirs}`,
          );
      }
      expect(counts.get('compiled')).toBeGreaterThan(QUERIES / 10);
      expect(differences.slice(0, 3)).toEqual([]);
    } finally {
      await matrix.close();
    }
  });
});

describe('the second guard', () => {
  it('stands in compiled statements for every type that the resolvers hide', () => {
    const unguarded = Object.values(schema.getTypeMap()).filter(({ extensions }) => {
      const { pothosOptions, visibility } = extensions as {
        pothosOptions?: { authScopes?: unknown };
        visibility?: unknown;
      };
      return typeof pothosOptions?.authScopes === 'function' && visibility === undefined;
    });
    expect(unguarded.map(String)).toEqual([]);
  });

  it('keeps anonymous callers from whatever root field', async () => {
    const { outcome } = await laterAnswers(
      pair.world,
      { principal: anonymous, now: new Date() },
      parse('{ __typename }'),
      {},
    );
    expect(outcome).toEqual({ fall: 'unsupported', detail: 'Query is refused' });
  });
});

describe('a statement that is kept', () => {
  const DOCUMENTS = 30;
  const alike: Caller[] = ['admin@acme', 'admin@north', 'admin@shop-1', 'admin@rival'];
  const keys: Caller[] = ['key@acme', 'key@north', 'key@shop-1', 'key@rival'];

  it('has nothing in it of the caller and the arguments for which it was written', async () => {
    const { world, outcomes } = pair;
    const random = new Random(Date.now() % 1_000_000);
    const slugs = ['acme', 'north', 'shop-1', 'kiosk', 'rival', 'south'] as const;
    const pool = {
      ids: slugs.map((slug) => world.org(slug)),
      nodes: pair.nodes,
      slugs,
      words: ['shop', 'o', 'n', ' / '],
      cursors: [],
    };
    const documents = new Documents(schema, random, pool);
    const other = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.length > 1 ? value.slice(1) : [...value, ...value];
      if (typeof value === 'number') return 1 + random.below(4);
      if (typeof value !== 'string') return value;
      for (const values of [pool.ids, pool.slugs, pool.words] as const)
        if (values.includes(value as never)) return random.pick(values);
      return value.replace('-20T', '-19T').replace('-10T', '-11T');
    };
    const differences: string[] = [];
    let repeated = 0;
    for (let n = 0; n < DOCUMENTS; n++) {
      const { document, variables } = documents.next();
      for (const as of random.pick([alike, keys])) {
        const query = {
          document,
          variables: Object.fromEntries(
            Object.entries(variables).map(([name, value]) => [name, other(value)]),
          ),
        };
        outcomes.length = 0;
        const mine = await answerOf(pair.compiled, world, as, query);
        const theirs = await answerOf(pair.resolved, world, as, query);
        const [outcome] = outcomes;
        if (!outcome || 'fall' in outcome) continue;
        repeated++;
        if (mine !== theirs)
          differences.push(
            `${as}\n${document}\n${JSON.stringify(query.variables)}\n${mine}\n${theirs}`,
          );
      }
    }
    expect(differences.slice(0, 3)).toEqual([]);
    expect(repeated).toBeGreaterThan(DOCUMENTS / 3);
  });
});
