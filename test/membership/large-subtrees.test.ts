/** People of a subtree that is larger than a page walks through, in both forms. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBothForms, type BothForms } from '../setup/both-forms.ts';
import { insertMany } from '../setup/many.ts';
import { backward, forward, type WalkArguments, type WalkedPage } from '../setup/pages.ts';
import { insertUser, type World } from '../setup/world.ts';

const as = 'key@acme';
/** Twenty times as many as a page walks through in any case, and some more. */
const BRANCHES = 12;
const EACH = 2_000;
const ORGANIZATIONS = BRANCHES * EACH;

let forms: BothForms;
let world: World;

/** Makes a person a member of the organizations below the depot from one to another, counted in tree order. */
async function join(email: string, from: number, to: number, role = 'user'): Promise<void> {
  const user = await insertUser(world, email);
  await sql`
    with place as (
      select id from organizations where slug like 'depot-%-%'
      order by path offset ${from} limit ${to - from}
    ),
    joined as (
      insert into memberships (organization_id, user_id)
      select id, ${user}::uuid from place returning id, organization_id
    )
    insert into membership_roles (membership_id, organization_id, role_id)
    select joined.id, joined.organization_id, r.id from joined, roles r where r.built_in and r.key = ${role}`.execute(
    world.db,
  );
}

beforeAll(async () => {
  forms = await createBothForms();
  ({ world } = forms);
  await insertMany(world.db, 'depot', BRANCHES, 'Branch');
  for (let branch = 1; branch <= BRANCHES; branch++)
    await insertMany(world.db, `depot-${branch}`, EACH, 'Below');
  await join('everywhere@x.example', 0, 1_100);
  await join('again@x.example', 5, 20, 'support');
  // Beyond what every page walks through, and within what it walks through in so large a subtree.
  for (let n = 0; n < 8; n++) await join(`later${n}@x.example`, 1_100 + n, 1_102 + n);
  for (let n = 0; n < 4; n++) await join(`last${n}@x.example`, 22_000 + n, 22_002 + n, 'support');
  // Nothing but further memberships of people who were listed long before.
  await sql`
    insert into memberships (organization_id, user_id)
    select o.id, u.id from users u, (
      select id from organizations where slug like 'depot-%-%' order by path desc limit 1500
    ) as o
    where u.email in ('everywhere@x.example', 'last0@x.example')
    on conflict do nothing`.execute(world.db);
  await sql`analyze organizations, memberships, membership_roles, users`.execute(world.db);
});
afterAll(() => world.close());

const expected = async (role: string | null): Promise<string[]> =>
  (
    await world.rows(sql<{ email: string }>`
      select u.email from users u join memberships m on m.user_id = u.id
        join organizations o on o.id = m.organization_id
      where ${world.uuid('depot')} = any (o.lineage) and (${role}::text is null or exists (
        select from membership_roles mr join roles r on r.id = mr.role_id
        where mr.membership_id = m.id and r.key = ${role}))
      group by u.id order by min(o.path), u.id`)
  ).map(({ email }) => email);

const SELECTED =
  'nodes { user { email } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

async function read<Part>(more: string, walk: WalkArguments, selected = SELECTED): Promise<Part> {
  const { organization } = await forms.read<{ organization: { people: Part } }>(
    `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { organization(id: $id) {
      people(first: $first, after: $after, last: $last, before: $before, ${more}) { ${selected} } } }`,
    { as },
    { id: world.org('depot'), ...walk },
  );
  return organization.people;
}

interface List {
  nodes: { user: { email: string } }[];
  pageInfo: WalkedPage['pageInfo'];
}

async function page(more: string, walk: WalkArguments): Promise<WalkedPage> {
  const { nodes, pageInfo } = await read<List>(more, walk);
  return { rows: nodes.map(({ user }) => user.email), pageInfo };
}

describe('People of a large subtree', () => {
  it.each([
    ['all of them', null, ''],
    ['those with a role', 'support', 'roles: ["support"], '],
  ])('come on the same pages from either end: %s', async (_title, role, filter) => {
    const people = await expected(role);
    expect(people.length).toBeGreaterThan(4);
    const up = (walk: WalkArguments) => page(`${filter}orderBy: TREE_ASC`, walk);
    const down = (walk: WalkArguments) => page(`${filter}orderBy: TREE_DESC`, walk);
    expect(await forward(5, up)).toEqual(people);
    expect(await backward(5, up)).toEqual(people);
    expect(await forward(20, down)).toEqual(people.toReversed());
  });
});

describe('A bounded count', () => {
  interface Counted {
    totalCount: number;
    count: { value: number; isExact: boolean };
  }
  const counted = async (rows: number, more = 'orderBy: TREE_ASC'): Promise<Counted['count']> =>
    (
      await read<Counted>(
        more,
        {},
        `totalCount count: boundedCount(rows: ${rows}) { value isExact }`,
      )
    ).count;

  it('of people is exact when it may read everything, whatever they are filtered by', async () => {
    const all = (await expected(null)).length;
    expect(await counted(100_000)).toEqual({ value: all, isExact: true });
    expect(await counted(100_000, 'roles: ["support"]')).toEqual({ value: 5, isExact: true });
    expect(await counted(100_000, 'search: "LATER"')).toEqual({ value: 8, isExact: true });
  });

  it('of people says the least that there are when it may not', async () => {
    expect(await counted(50)).toEqual({ value: 2, isExact: false });
    expect(await counted(1_000, 'search: "later"')).toEqual({ value: 0, isExact: false });
    // Everybody was read, but not all organizations in which there might be others.
    expect(await counted(ORGANIZATIONS)).toEqual({
      value: (await expected(null)).length,
      isExact: false,
    });
  });

  it('is the same by default as with the number that the schema states', async () => {
    const { organization } = await forms.read<{
      organization: { people: Record<'usual' | 'stated', object> };
    }>(
      `query ($id: ID!) { organization(id: $id) { people {
        usual: boundedCount { value isExact } stated: boundedCount(rows: 10000) { value isExact } } } }`,
      { as },
      { id: world.org('depot') },
    );
    expect(organization.people.usual).toEqual(organization.people.stated);
  });

  it('of descendants counts what it may read, before their filter', async () => {
    const descendants = async (args: string, rows: number) =>
      (
        await forms.read<{ organization: { descendants: { count: Counted['count'] } } }>(
          `query ($id: ID!) { organization(id: $id) {
            descendants${args} { count: boundedCount(rows: ${rows}) { value isExact } } } }`,
          { as },
          { id: world.org('south') },
        )
      ).organization.descendants.count;
    expect(await descendants('', 100_000)).toEqual({
      value: 1 + BRANCHES + ORGANIZATIONS,
      isExact: true,
    });
    expect(await descendants('', 1_000)).toEqual({ value: 1_001, isExact: false });
    expect(await descendants('(search: "-1999")', 100_000)).toEqual({
      value: BRANCHES,
      isExact: true,
    });
    expect(await descendants('(maxDepth: 1)', 100)).toEqual({ value: 1, isExact: false });
  });

  it('refuses to read no rows, or too many', async () => {
    for (const rows of [0, 100_001]) {
      const errors = await forms.refused(
        `query ($id: ID!) { organization(id: $id) { people { boundedCount(rows: ${rows}) { value } } } }`,
        { as },
        { id: world.org('depot') },
      );
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'rows' });
    }
  });
});
