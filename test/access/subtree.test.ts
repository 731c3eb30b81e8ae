import { getNamedType, isLeafType, isObjectType, type GraphQLObjectType } from 'graphql';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId, type IdType } from '../../src/values/ids.ts';
import { schema } from '../../src/schema.ts';
import {
  createWorld,
  insertInvitation,
  insertKey,
  insertMembership,
  insertUser,
  missingId,
  type Caller,
  type RequestOptions,
  type Slug,
  type World,
} from '../setup/world.ts';
import { insertNodes } from '../setup/nodes.ts';
import { BASIC_FIELDS } from './cells.ts';
import { atOnce } from './matrix.ts';
import { ROLES, SCOPES, type Request } from './model.ts';
import { documentsOf, idArguments, idsOf, implementors, waysFrom } from './paths.ts';
import { DOCUMENT_LIMITS } from '../../src/limits/document.ts';
import { forestOf, rowsWithIds, visibleTo } from './visible.ts';

/** Walks whole trees at once, which may be more than an operation of a client may ask for. */
const unlimited = {
  introspection: 'public' as const,
  boundsCost: false,
  limits: {
    tokens: 20_000,
    document: {
      ...DOCUMENT_LIMITS,
      depth: 100,
      rootFields: 1_000,
      aliases: 1_000,
      fields: 10_000,
      selectionSets: 10_000,
    },
  },
};

let world: World;
const ids = new Map<string, string>();

/** Rows of every node type in the rival tree, next to the caller's and above it. */
const foreignPlaces: Slug[] = ['rival', 'rival-shop', 'south', 'acme'];

beforeAll(async () => {
  world = await createWorld(unlimited);
  const { db } = world;
  for (const slug of [...foreignPlaces, 'shop-1', 'north'] as Slug[]) {
    const organization = world.uuid(slug);
    for (const [type, id] of Object.entries(await insertNodes(world, organization, slug)))
      ids.set(`${type}@${slug}`, encodeId(type as IdType, id));
    await sql`insert into usage_events (organization_id, id, metric, quantity, occurred_at) values (${organization}, 'e1', 'voice_calls', 3, '2026-05-05T05:05:05Z')`.execute(
      db,
    );
    await sql`insert into external_accounts (organization_id, system, account_id) values (${organization}, 'zuora', ${slug})`.execute(
      db,
    );
  }
  const [gone] = await world.rows(sql<{ id: string }>`
    insert into organizations (slug, name, parent_id, status, deleted_at) values ('gone-shop', 'Gone', ${world.uuid('north')}, 'DELETED', now()) returning id`);
  ids.set('Organization@deleted', encodeId('Organization', gone?.id ?? ''));
  await insertMembership(
    world,
    gone?.id ?? '',
    await insertUser(world, 'member@gone-shop.example'),
    ['admin'],
  );
  await insertInvitation(
    world,
    gone?.id ?? '',
    'invited@gone-shop.example',
    Buffer.alloc(32, 'gone'),
  );
  // Belongs and is invited to organizations in other trees.
  await insertMembership(world, world.uuid('rival'), await uuidOfPerson('admin@kiosk.example'), [
    'admin',
  ]);
  await insertInvitation(
    world,
    world.uuid('depot'),
    'admin@kiosk.example',
    Buffer.alloc(32, 'own'),
  );
});
afterAll(() => world.close());

async function uuidOfPerson(email: string): Promise<string> {
  const [person] = await world.rows(
    sql<{ id: string }>`select id from users where email = ${email}`,
  );
  return person?.id ?? '';
}

/** The ids in an answer. That of a person in a subtree is made of two: of the subtree's top, and of the user. */
function idsIn(text: string): string[] {
  const people = [...text.matchAll(/per_([0-9a-f]{32})([0-9a-f]{32})/g)];
  return [
    ...people.flatMap(([, top = '', user = '']) => [`org_${top}`, `usr_${user}`]),
    ...(text.match(/[a-z]{3}_[0-9a-f]{32}(?![0-9a-f])/g) ?? []),
  ];
}

const nodeTypes = implementors(schema, 'Node') as IdType[];

/**
 * How each argument that takes an id is asked. An argument without an entry fails the first test, so a new field
 * cannot come without being held to the rule.
 */
interface Question {
  types: readonly IdType[];
  ask(id: string): string;
  /** What the answer for a missing id holds; absent for the error. */
  missing?: RegExp;
}

const log = (filter: string): string => `{ organization { auditLog(${filter}) { nodes { id } } } }`;
/** Nothing is recorded of a missing id; some of those who ask may not read the log. */
const NOT_RECORDED = /"nodes":\[\]|"FORBIDDEN"/;

const questions: Record<string, Question> = {
  'Organization.auditLog(actor)': {
    types: ['User'],
    ask: (id) => log(`actor: "${id}"`),
    missing: NOT_RECORDED,
  },
  'Organization.auditLog(target)': {
    types: nodeTypes,
    ask: (id) => log(`target: "${id}"`),
    missing: NOT_RECORDED,
  },
  'Query.node(id)': { types: nodeTypes, ask: (id) => `{ node(id: "${id}") { __typename id } }` },
  'Query.nodes(ids)': {
    types: nodeTypes,
    ask: (id) => `{ nodes(ids: ["${id}"]) { __typename id } }`,
  },
  'Query.organization(id)': {
    types: ['Organization'],
    ask: (id) => `{ organization(id: "${id}") { __typename id name children { totalCount } } }`,
  },
  'Viewer.can(organizationId)': {
    types: ['Organization'],
    ask: (id) => `{ viewer { can(scope: "members:read", organizationId: "${id}") } }`,
    missing: /"can":false/,
  },
};

const callers: Caller[] = ['key@north', 'admin@north', 'viewer@north', 'cloud_rep@north'];
/** Holds every scope but the one that opens what is below. */
const ALL_BUT_REACH = SCOPES.filter((scope) => scope !== 'child_organizations:manage');

/** Whom to ask as, and whether there is anything below for them. */
async function askers(): Promise<{ name: string; reaches: boolean; options: RequestOptions }[]> {
  return [
    ...callers.map((as) => ({
      name: as,
      reaches: as !== 'viewer@north',
      options: { as, withoutSocket: true },
    })),
    {
      name: 'a key with every scope but child_organizations:manage',
      reaches: false,
      options: { token: await insertKey(world, 'north', ALL_BUT_REACH), withoutSocket: true },
    },
  ];
}

describe('an id that the caller may not see', () => {
  it('can be given in no argument that has no question here', () => {
    expect(Object.keys(questions).toSorted()).toEqual(idArguments(schema).toSorted());
  });

  for (const [argument, { types, ask, missing: absent = /"NOT_FOUND"/ }] of Object.entries(
    questions,
  )) {
    for (const type of types) {
      it(`answers ${argument} exactly like a missing ${type}, byte for byte`, async () => {
        await atOnce(await askers(), async ({ name, reaches, options }) => {
          const missing = await world.ask(ask(missingId(type)), options);
          expect(missing.text).toMatch(absent);
          const places = [
            ...foreignPlaces,
            ...(type === 'Organization' ? ['deleted'] : []),
            ...(reaches ? [] : ['shop-1']),
          ];
          for (const place of places) {
            // Roles of organizations above are usable in the acting organization and so may be seen; users and memberships are those of the place.
            if (type === 'Role' && place === 'acme') continue;
            const foreign = await world.ask(ask(ids.get(`${type}@${place}`) ?? ''), options);
            expect({ place, name, status: foreign.status, text: foreign.text }).toEqual({
              place,
              name,
              status: missing.status,
              text: missing.text,
            });
          }
        });
      });
    }
  }

  it('answers organization(slug) exactly like a missing slug', async () => {
    for (const { reaches, options } of await askers()) {
      const missing = await world.ask(
        '{ organization(slug: "nobody-has-this") { __typename id } }',
        options,
      );
      expect(missing.text).toContain('"NOT_FOUND"');
      for (const slug of [...foreignPlaces, 'gone-shop', ...(reaches ? [] : ['shop-1', 'kiosk'])])
        expect(
          (await world.ask(`{ organization(slug: "${slug}") { __typename id } }`, options)).text,
        ).toBe(missing.text);
    }
  });

  it('is found by those who may see it, so that the answers above are no accident', async () => {
    for (const type of nodeTypes) {
      const as = type === 'PersonalAccessToken' ? 'admin@shop-1' : 'key@north';
      const id = ids.get(`${type}@shop-1`) ?? '';
      const own =
        type === 'PersonalAccessToken'
          ? ((
              await world.ask<{ viewer: { personalAccessTokens: { id: string }[] } }>(
                '{ viewer { personalAccessTokens { id } } }',
                { as },
              )
            ).data?.viewer.personalAccessTokens[0]?.id ?? '')
          : id;
      expect((await world.ask(`{ node(id: "${own}") { __typename id } }`, { as })).data).toEqual({
        node: { __typename: type, id: own },
      });
    }
  });

  it('stands alone in a list of nodes: the others are found', async () => {
    const answer = await world.ask(
      `{ nodes(ids: ["${world.org('shop-1')}", "${world.org('rival')}", "${missingId('User')}", "${world.org('north')}"]) { id } }`,
      { as: 'key@north' },
    );
    expect(answer.data).toEqual({
      nodes: [{ id: world.org('shop-1') }, null, null, { id: world.org('north') }],
    });
    // In the order in which the statements of the two types were answered.
    const errors = answer.errors?.map(({ path, extensions, message }) => ({
      path,
      code: extensions.code,
      message,
    }));
    expect(errors?.toSorted((a, b) => Number(a.path?.[1]) - Number(b.path?.[1]))).toEqual([
      { path: ['nodes', 1], code: 'NOT_FOUND', message: expect.any(String) },
      { path: ['nodes', 2], code: 'NOT_FOUND', message: answer.errors?.[0]?.message },
    ]);
  });
});

describe('every way through the schema', () => {
  const query = schema.getQueryType() as GraphQLObjectType;
  const STEPS_MAX = 6;
  const waysAt = (slug: string) =>
    waysFrom(
      query,
      {
        from: '"2026-01-01T00:00:00Z"',
        to: '"2026-12-01T00:00:00Z"',
        metric: '"voice_calls"',
        scope: 'ALL',
        size: 'MONTH',
        token: '"unknown"',
        slug: `"${slug}"`,
        includeDescendants: 'true',
        includeDeleted: 'true',
        'invitations(status)': '[PENDING, EXPIRED]',
        first: '3',
      },
      STEPS_MAX,
    );
  const ways = waysAt('north');
  const callers: Record<
    string,
    {
      request: Request | null;
      email: string | null;
      options(): Promise<RequestOptions> | RequestOptions;
    }
  > = {
    ...Object.fromEntries(
      (['admin@north', 'viewer@north', 'cloud_rep@north', 'user@acme', 'admin@kiosk'] as const).map(
        (as) => {
          const [role = '', organization = ''] = as.split('@');
          return [
            as,
            {
              request: { organization, given: ROLES[role] ?? [] },
              email: `${as}.example`,
              options: () => ({ as }),
            },
          ];
        },
      ),
    ),
    'key@north': {
      request: { organization: 'north', given: SCOPES },
      email: null,
      options: () => ({ as: 'key@north' }),
    },
    'a key that reads the log and manages keys': {
      request: { organization: 'north', given: ['audit:read', 'api_keys:manage'] },
      email: null,
      options: async () => ({
        token: await insertKey(world, 'north', ['audit:read', 'api_keys:manage']),
      }),
    },
    'admin@kiosk, acting nowhere': {
      request: null,
      email: 'admin@kiosk.example',
      options: () => ({ as: 'admin@kiosk', organization: null }),
    },
  };

  it(`is walked: ${ways.length} ways of up to ${STEPS_MAX} steps, to every type that a query leads to`, () => {
    const reached = new Set(ways.flatMap((way) => way.map((step) => step.to.name)));
    const types = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type))
      .map(({ name }) => name);
    const notRead = /^__|^(Query|Mutation)$|(Payload|Error|Outcome)$/;
    expect([...reached].toSorted()).toEqual(types.filter((name) => !notRead.test(name)).toSorted());
  });

  it.each(Object.keys(callers))(
    'shows %s what the rule lets it see, and finds the same by id',
    async (name) => {
      const caller = callers[name];
      if (!caller) throw new RangeError(name);
      const options = { ...(await caller.options()), withoutSocket: true };
      const own = await world.ask<{ viewer: { credential: { id: string } } }>(
        '{ viewer { credential { id } } }',
        options,
      );
      const rows = await rowsWithIds(world);
      const forest = await forestOf(world);
      const { shown, found, all } = visibleTo(
        rows,
        forest,
        caller,
        own.data?.viewer.credential.id ?? '',
      );

      const seen = new Set<string>();
      const leaked = new Set<string>();
      const unexpected = new Set<string>();
      await atOnce(
        documentsOf(waysAt(caller.request?.organization ?? 'kiosk'), 3, idsOf),
        async (document) => {
          const answer = await world.ask(document, options);
          for (const id of idsIn(answer.text)) (shown.has(id) ? seen : leaked).add(id);
          for (const { extensions, path } of answer.errors ?? [])
            if (!['FORBIDDEN', 'ORGANIZATION_REQUIRED'].includes(extensions.code))
              unexpected.add(`${extensions.code} ${path?.join('.')}`);
        },
      );
      expect([...leaked]).toEqual([]);
      expect([...unexpected]).toEqual([]);
      const organizations = (ids: Iterable<string>): string[] =>
        [...ids].filter((id) => id.startsWith('org_')).toSorted();
      expect(organizations(seen)).toEqual(organizations(shown));

      const byId = new Set<string>();
      for (let start = 0; start < all.length && caller.request; start += 100) {
        const ids = all.slice(start, start + 100);
        const answer = await world.ask<{ nodes: ({ id: string } | null)[] }>(
          'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
          options,
          {
            ids,
          },
        );
        for (const node of answer.data?.nodes ?? []) if (node) byId.add(node.id);
      }
      expect([...byId].toSorted()).toEqual([...found].toSorted());
    },
  );
});

describe('organizations that are shown to a person for its own sake', () => {
  it('show their basic facts and lead nowhere', async () => {
    const as = 'admin@kiosk';
    const listed = await world.ask<{
      viewer: { memberships: { nodes: { organization: { slug: string; name: string } }[] } };
    }>(
      '{ viewer { memberships { nodes { roles { key } scopes organization { id slug name kind status } } } } }',
      { as },
    );
    expect(listed.data?.viewer.memberships.nodes.map((node) => node.organization.slug)).toEqual([
      'kiosk',
      'rival',
    ]);
    expect(listed.errors).toBeUndefined();
    const fields = Object.values((schema.getType('Organization') as GraphQLObjectType).getFields());
    for (const field of fields) {
      if (BASIC_FIELDS.has(field.name)) continue;
      const selection =
        { usage: 'usage(from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { scope }' }[
          field.name
        ] ?? (isLeafType(getNamedType(field.type)) ? field.name : `${field.name} { __typename }`);
      const answer = await world.ask(
        `{ viewer { memberships { nodes { organization { ${selection} } } } } }`,
        { as },
      );
      expect({
        field: field.name,
        codes: answer.errors?.map((error) => error.extensions.code),
      }).toEqual({
        field: field.name,
        codes: ['ORGANIZATION_REQUIRED'],
      });
    }
    expect(
      (await world.ask(`{ organization(id: "${world.org('rival')}") { id } }`, { as })).errors?.[0]
        ?.extensions.code,
    ).toBe('NOT_FOUND');
  });
});
