/**
 * The two guards keep a caller inside its subtree each on its own: the predicate in the statements, and the scope on
 * the types. Here one of them is made to believe that an all-seeing caller asks, so that the other stands alone.
 */
import { execute, parse, type GraphQLObjectType } from 'graphql';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealingWith } from '../../src/command/sealing.ts';
import type { Principal } from '../../src/authorization/principal.ts';
import type { Context } from '../../src/graphql/context.ts';
import { Loaders } from '../../src/database/loaders.ts';
import { encodeId, type IdType } from '../../src/values/ids.ts';
import { organizationOfPerson } from '../../src/modules/organization/queries.ts';
import { schema } from '../../src/schema.ts';
import { RequestRecord } from '../../src/telemetry/request-record.ts';
import {
  MAIL_LIMITS,
  createWorld,
  insertInvitation,
  missingId,
  type Slug,
  type World,
} from '../setup/world.ts';
import { insertNodes } from '../setup/nodes.ts';
import { principalIn } from '../setup/principals.ts';
import { documentsOf, implementors, waysTo } from './paths.ts';

let world: World;
let everything: Principal;
let north: Principal;
const foreign = new Map<IdType, string>();

beforeAll(async () => {
  world = await createWorld();
  // A root above all trees, which no caller has: whoever acts in it would see everything.
  await sql`insert into organizations (slug, name) values ('above-all', 'Above all')`.execute(
    world.db,
  );
  const [top] = await world.rows(
    sql<{ id: string }>`select id from organizations where slug = 'above-all'`,
  );
  await sql`update organizations set parent_id = ${top?.id} where parent_id is null and id <> ${top?.id}`.execute(
    world.db,
  );
  const scopes = (await world.rows(sql<{ key: string }>`select key from scopes`)).map(
    ({ key }) => key,
  );
  everything = await principalIn(world, top?.id ?? '', scopes);
  north = await principalIn(world, world.uuid('north'), scopes);

  const rival = world.uuid('rival');
  for (const [type, id] of Object.entries(await insertNodes(world, rival, 'rival')))
    foreign.set(type as IdType, id);
});
afterAll(() => world.close());

async function run(document: string, guards: { statements: Principal; types: Principal }) {
  const now = new Date();
  const contextValue: Context = {
    principal: guards.types,
    db: world.db,
    loaders: new Loaders({ db: world.db, principal: guards.statements, now }),
    record: new RequestRecord(null),
    now,
    requestId: 'guards',
    organizationHeader: 'X-Organization',
    settings: { invitationDays: 7, retentionDays: 30, mailLimits: MAIL_LIMITS },
    cost: { requested: 0, nodes: 0 },
    sealing: sealingWith(null),
    authenticate: () => Promise.resolve(guards.types),
  };
  const { data, errors } = await execute({ schema, document: parse(document), contextValue });
  return JSON.stringify({
    data,
    errors: errors?.map(({ message, path, extensions }) => ({ message, path, extensions })),
  });
}

const types = implementors(schema, 'Node') as IdType[];
const values = {
  from: '"2026-01-01T00:00:00Z"',
  to: '"2026-12-01T00:00:00Z"',
  metric: '"voice_calls"',
  token: '"x"',
  slug: '"rival"',
  includeDescendants: 'true',
  size: 'MONTH',
  first: '2',
};

describe.each([
  ['the predicate in the statements', () => ({ statements: north, types: everything })],
  ['the scope on the types', () => ({ statements: everything, types: north })],
] as const)('%s alone', (name, guards) => {
  it.each(types.filter((type) => type !== 'PersonalAccessToken'))(
    'hides a foreign %s like a missing one',
    async (type) => {
      const ask = (id: string) => run(`{ node(id: "${id}") { __typename id } }`, guards());
      const missing = await ask(missingId(type));
      expect(missing).toContain('NOT_FOUND');
      expect(await ask(encodeId(type, foreign.get(type) ?? ''))).toBe(missing);
    },
  );

  it('keeps every way through the schema inside the subtree', async () => {
    const allowed = new Set(
      ['north', 'shop-1', 'shop-2', 'kiosk'].map((slug) => world.org(slug as Slug)),
    );
    const ways = waysTo(schema.getQueryType() as GraphQLObjectType, 'Organization', values, 6);
    for (const document of documentsOf(ways, 2, (type) =>
      type.name === 'Organization' ? '__typename id slug' : '__typename',
    )) {
      const answer = await run(document, guards());
      const outside = [...answer.matchAll(/org_[0-9a-f]{32}/g)].filter(([id]) => !allowed.has(id));
      expect({ name, document, outside }).toMatchObject({ outside: [] });
      expect(answer).not.toMatch(/"slug":"(rival|acme|south|depot|above-all)/);
    }
  });
});

it('lets each alone through to what is inside, so that the answers above are no accident', async () => {
  for (const guards of [
    { statements: north, types: everything },
    { statements: everything, types: north },
  ])
    expect(
      await run('{ organization(slug: "north") { descendants { nodes { slug } } } }', guards),
    ).toContain('"slug":"kiosk"');
});

describe('what is shown to a person for its own sake', () => {
  it('is never a token of somebody else, whichever of the two guards asks', async () => {
    const [row] = await world.rows(sql<{ own: string; rival: string; token: string }>`
      select own.id as own, rival.id as rival, t.id as token
      from users own, users rival join personal_access_tokens t on t.user_id = rival.id
      where own.email = 'admin@kiosk.example' and rival.email = 'admin@rival.example'`);
    const as = (id: string | undefined): Principal => ({
      ...north,
      user: { id: id ?? '', verifiedEmail: null },
    });
    const ask = (statements: Principal, types: Principal) =>
      run(
        `{ node(id: "${encodeId('PersonalAccessToken', row?.token ?? '')}") { __typename id } }`,
        { statements, types },
      );
    expect(await ask(as(row?.rival), as(row?.rival))).toContain(
      '"__typename":"PersonalAccessToken"',
    );
    expect(await ask(as(row?.rival), as(row?.own))).toContain('NOT_FOUND');
    expect(await ask(as(row?.own), as(row?.rival))).toContain('NOT_FOUND');
  });

  it('is the organizations it belongs to and those it is invited to under its verified address, and no others', async () => {
    const [person] = await world.rows(
      sql<{ id: string }>`select id from users where email = 'admin@kiosk.example'`,
    );
    await insertInvitation(
      world,
      world.uuid('rival-shop'),
      'admin@kiosk.example',
      Buffer.alloc(32, 7),
    );
    await insertInvitation(
      world,
      world.uuid('depot'),
      'somebody-else@x.example',
      Buffer.alloc(32, 8),
    );
    await insertInvitation(
      world,
      world.uuid('south'),
      'admin@kiosk.example',
      Buffer.alloc(32, 9),
      new Date(Date.now() - 1_000),
    );
    const shown = async (verifiedEmail: string | null) => {
      const principal: Principal = {
        credential: null,
        user: { id: person?.id ?? '', verifiedEmail },
        organization: null,
      };
      const slugs = ['kiosk', 'rival-shop', 'depot', 'south', 'acme', 'rival'] as const;
      const rows = await organizationOfPerson.load(
        { db: world.db, principal, now: new Date() },
        slugs.map((slug) => world.uuid(slug)),
        null,
      );
      return rows.flatMap((row) => row?.slug ?? []);
    };
    expect(await shown('admin@kiosk.example')).toEqual(['kiosk', 'rival-shop']);
    expect(await shown(null)).toEqual(['kiosk']);
  });
});
