/** What lists can be filtered by, in both forms. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../src/values/ids.ts';
import { runJobs } from '../setup/outbox.ts';
import { createBothForms, type BothForms } from '../setup/both-forms.ts';
import { insertInvitation, insertMembership, insertUser, type World } from '../setup/world.ts';

let forms: BothForms;
let world: World;
beforeAll(async () => {
  forms = await createBothForms();
  ({ world } = forms);
});
afterAll(() => world.close());

interface Page {
  totalCount: number;
  nodes: Record<string, unknown>[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

/** A list of an organization, north by default. */
async function list(
  field: string,
  selection: string,
  variables: Record<string, unknown> = {},
  slug: Parameters<World['org']>[0] = 'north',
): Promise<Page> {
  const parameters = Object.keys(variables).map((name) => `$${name}: String`);
  const { organization } = await forms.read<{ organization: { list: Page } }>(
    `query (${['$id: ID', ...parameters].join(', ')}) { organization(id: $id) { list: ${field} {
      totalCount nodes { ${selection} } pageInfo { endCursor hasNextPage } } } }`,
    { as: 'key@acme' },
    { id: world.org(slug), ...variables },
  );
  return organization.list;
}

const slugs = ({ nodes }: Page): unknown[] => nodes.map(({ slug }) => slug);

describe('A filter by state', () => {
  beforeAll(async () => {
    await sql`insert into organizations (slug, name, parent_id, status, deleted_at) values
      ('resting', 'Resting', ${world.uuid('south')}, 'SUSPENDED', null),
      ('gone', 'Gone', ${world.uuid('south')}, 'DELETED', now())`.execute(world.db);
  });

  it.each(['children', 'descendants'])('chooses among %s', async (field) => {
    const found = async (args: string) =>
      slugs(await list(`${field}(${args})`, 'slug', {}, 'south'));
    expect(await found('status: SUSPENDED')).toEqual(['resting']);
    expect(await found('status: ACTIVE')).toEqual(['depot']);
    expect(await found('status: DELETED')).toEqual([]);
    expect(await found('status: DELETED, includeDeleted: true')).toEqual(['gone']);
    expect(await found('status: SUSPENDED, search: "depot"')).toEqual([]);
    expect(await found('status: SUSPENDED, search: "est"')).toEqual(['resting']);
  });

  it('counts as it lists', async () => {
    const below = await list('descendants(status: SUSPENDED)', 'slug', {}, 'acme');
    expect(below.totalCount).toBe(1);
  });
});

describe('A search among children', () => {
  /** Many children, a few of which have a rare word, at the end of each order. */
  const MANY = 1_300;
  beforeAll(async () => {
    await sql`insert into organizations (slug, name, parent_id)
      select 'branch-' || lpad(n::text, 4, '0'), 'Branch ' || lpad(n::text, 4, '0') || case when n > ${MANY - 3} then ' Zebra' else '' end, ${world.uuid('depot')}
      from generate_series(1, ${MANY}) as n`.execute(world.db);
    await sql`insert into organizations (slug, name, parent_id)
      select 'zebra-below', 'Zebra below', id from organizations where slug = 'branch-0001'`.execute(
      world.db,
    );
  });

  it('finds slugs, ids, names and domains, and only children', async () => {
    const byName = await list('children(search: "ZEBRA")', 'slug', {}, 'depot');
    const rare = ['branch-1298', 'branch-1299', 'branch-1300'];
    expect(slugs(byName)).toEqual(rare);
    expect(byName.totalCount).toBe(3);
    expect(
      slugs(await list('children(search: "zebra", orderBy: NAME_DESC)', 'slug', {}, 'depot')),
    ).toEqual(rare.toReversed());
    expect(
      slugs(await list('children(search: "zebra", orderBy: CREATED_AT_ASC)', 'slug', {}, 'depot')),
    ).toHaveLength(3);
    expect(slugs(await list('children(search: "shop-2")', 'slug'))).toEqual(['shop-2']);
    const id = world.org('shop-1').slice(0, 30);
    expect(slugs(await list('children(search: $search)', 'slug', { search: id }))).toEqual([
      'shop-1',
    ]);
    expect(slugs(await list('children(search: "kiosk")', 'slug'))).toEqual([]);
    expect(slugs(await list('children(search: "  ")', 'slug'))).toEqual(['shop-1', 'shop-2']);
  });

  it.each(['SLUG_ASC', 'SLUG_DESC', 'NAME_ASC', 'CREATED_AT_DESC'])(
    'pages over its phases in both directions in the order %s',
    async (order) => {
      const pages = async (direction: 'first' | 'last'): Promise<string[]> => {
        const all: string[] = [];
        const [cursor, edge, more] =
          direction === 'first'
            ? (['after', 'endCursor', 'hasNextPage'] as const)
            : (['before', 'startCursor', 'hasPreviousPage'] as const);
        let at: string | null = null;
        for (let n = 0; n < 30; n++) {
          const { organization } = (await forms.read(
            `query ($id: ID, $at: String) { organization(id: $id) { children(search: "branch-1", orderBy: ${order}, ${direction}: 100, ${cursor}: $at) {
              nodes { slug } pageInfo { ${edge} ${more} } } } }`,
            { as: 'key@acme' },
            { id: world.org('depot'), at },
          )) as {
            organization: {
              children: { nodes: { slug: string }[]; pageInfo: Record<string, unknown> };
            };
          };
          const found = organization.children.nodes.map(({ slug }) => slug);
          if (direction === 'first') all.push(...found);
          else all.unshift(...found);
          if (organization.children.pageInfo[more] !== true) return all;
          at = organization.children.pageInfo[edge] as string;
        }
        return all;
      };
      const forward = await pages('first');
      expect(forward).toHaveLength(301);
      expect(new Set(forward).size).toBe(301);
      expect(await pages('last')).toEqual(forward);
      if (order.startsWith('SLUG') || order.startsWith('NAME'))
        expect(forward).toEqual(
          order.endsWith('ASC') ? forward.toSorted() : forward.toSorted().toReversed(),
        );
    },
  );

  it('finds a child that has just been moved here behind all others, and not after it left', async () => {
    const [row] = await world.rows(
      sql<{ id: string }>`select id from organizations where slug = 'zebra-below'`,
    );
    const move = (newParentId: string) =>
      world.ask(
        'mutation ($input: MoveOrganizationInput!) { moveOrganization(input: $input) { __typename } }',
        { as: 'key@acme' },
        { input: { id: encodeId('Organization', row?.id ?? ''), newParentId } },
      );
    const moved = await move(world.org('depot'));
    expect(moved.data).toEqual({ moveOrganization: { __typename: 'MoveOrganizationPayload' } });
    const found = await list('children(search: "zebra")', 'slug', {}, 'depot');
    expect(slugs(found)).toContain('zebra-below');
    expect(found.totalCount).toBe(4);
    await runJobs(world);
    await move(world.org('acme'));
    const left = await list('children(search: "zebra")', 'slug', {}, 'depot');
    expect(slugs(left)).not.toContain('zebra-below');
    expect(left.totalCount).toBe(3);
  });
});

it('A search among invitations looks in the address', async () => {
  const north = world.uuid('north');
  await insertInvitation(world, north, 'Anna.Berg@guests.example', Buffer.alloc(32, 1));
  await insertInvitation(world, north, 'other@else.example', Buffer.alloc(32, 2));
  const found = await list('invitations(search: "BERG@")', 'email');
  expect(found.nodes).toEqual([{ email: 'Anna.Berg@guests.example' }]);
  expect(found.totalCount).toBe(1);
  expect((await list('invitations(search: "%")', 'email')).nodes).toEqual([]);
});

describe('A filter of people by role', () => {
  it('finds each person once, by a membership anywhere in the subtree that has it', async () => {
    const user = await insertUser(world, 'two@roles.example', 'Two');
    await insertMembership(world, world.uuid('north'), user, ['user']);
    await insertMembership(world, world.uuid('shop-1'), user, ['support']);
    await insertMembership(world, world.uuid('kiosk'), user, ['support']);
    const found = async (args: string, slug?: 'kiosk') =>
      list(`people(${args})`, 'user { email }', {}, slug ?? 'north');
    const support = await found('roles: ["support"]');
    expect(support.nodes).toEqual([{ user: { email: 'two@roles.example' } }]);
    expect(support.totalCount).toBe(1);
    expect((await found('roles: ["support"], search: "two@"')).nodes).toHaveLength(1);
    expect((await found('roles: ["support"], search: "admin"')).nodes).toHaveLength(0);
    expect((await found('roles: ["no_such_role"]')).nodes).toEqual([]);
    const admins = await found('roles: ["admin", "viewer"]');
    expect(
      admins.nodes.map(({ user: one }) => (one as { email: string }).email).toSorted(),
    ).toEqual(
      ['admin@kiosk', 'admin@north', 'admin@shop-1', 'viewer@north'].map((n) => `${n}.example`),
    );
    expect(admins.totalCount).toBe(4);
    expect((await found('roles: ["support"]', 'kiosk')).nodes).toHaveLength(1);
  });

  it('refuses no roles and too many', async () => {
    for (const roles of ['[]', JSON.stringify(Array.from({ length: 51 }, () => 'user'))]) {
      const [error] = await forms.refused(
        `{ organization { people(roles: ${roles}) { totalCount } } }`,
        { as: 'key@acme' },
      );
      expect(error?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'roles' });
    }
  });
});
