/** Members in the order of their names, in both forms (docs/decisions/0043-members-by-name.md). */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeSortNames } from '../../src/modules/membership/sort-names.ts';
import { createBothForms, type BothForms } from '../setup/both-forms.ts';
import { backward, forward, type WalkArguments, type WalkedPage } from '../setup/pages.ts';
import { insertMembership, insertUser, type World } from '../setup/world.ts';

const as = 'key@acme';
const NOTHING = '00000000-0000-0000-0000-000000000000';
const EVERYTHING = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Addresses and names in the order that is expected. Members with one name come in the order in which they joined. */
const MEMBERS: readonly [email: string, name: string | null][] = [
  ['a1@x.example', 'ada'],
  ['a2@x.example', 'ADA Byron'],
  ['b@x.example', 'Bob "the" \\ Builder'],
  ['nameless@x.example', null],
  ['s1@x.example', 'Same'],
  ['s2@x.example', 'same'],
  ['s3@x.example', 'ｓａｍｅ'],
  ['w@x.example', 'x'.repeat(200)],
  ['z@x.example', null],
  ['o@x.example', 'Ödön'],
  ['l@x.example', 'ﷺ'.repeat(200)],
];
const EXPECTED = MEMBERS.map(([email]) => email);

let forms: BothForms;
let world: World;
/** UUIDs of people, by address. */
const people = new Map<string, string>();
const memberships = new Map<string, string>();

const set = <Row>(statement: ReturnType<typeof sql<Row>>): Promise<unknown> =>
  statement.execute(world.db);

beforeAll(async () => {
  forms = await createBothForms();
  ({ world } = forms);
  const joining = [0, 7, 3, 10, 4, 8, 5, 9, 6, 2, 1].map((index) => MEMBERS[index]);
  for (const member of joining) {
    const [email = '', name = null] = member ?? [];
    const user = await insertUser(world, email, name);
    people.set(email, user);
    const roles = email.startsWith('s') ? ['support'] : ['user'];
    memberships.set(email, await insertMembership(world, world.uuid('shop-2'), user, roles));
  }
});
afterAll(() => world.close());
beforeEach(() => set(sql`update member_names_filled set up_to = ${EVERYTHING}`));

interface List {
  totalCount: number;
  nodes: { user: { email: string } }[];
  pageInfo: WalkedPage['pageInfo'];
}

async function page(
  { first, after, last, before }: WalkArguments,
  more = 'orderBy: NAME_ASC',
): Promise<WalkedPage & { totalCount: number }> {
  const { organization } = await forms.read<{ organization: { members: List } }>(
    `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { organization(id: $id) {
      members(first: $first, after: $after, last: $last, before: $before, ${more}) {
        totalCount nodes { user { email } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    } }`,
    { as },
    { id: world.org('shop-2'), first, after, last, before },
  );
  const { nodes, ...rest } = organization.members;
  return { ...rest, rows: nodes.map(({ user }) => user.email) };
}

const inOrder = async (more?: string): Promise<readonly string[]> =>
  (await page({ first: 100 }, more)).rows;

/** Has all names but those of some members taken away, as they are before a worker came to them. */
async function unfill(kept: readonly string[]): Promise<void> {
  const ids = kept.map((email) => memberships.get(email));
  await set(sql`delete from member_names where membership_id <> all (${ids}::uuid[])`);
  await set(sql`update member_names_filled set up_to = ${NOTHING}`);
}

const unwritten = async (): Promise<number> => {
  const [row] = await world.rows(sql<{ count: number }>`
    select count(*)::int as count from memberships m
    where not exists (select from member_names n where n.membership_id = m.id)`);
  return row?.count ?? NaN;
};

describe('Members by name', () => {
  it('come in the order of their folded names, and those without one by their address', async () => {
    expect(await inOrder()).toEqual(EXPECTED);
    expect(await inOrder('orderBy: NAME_DESC')).toEqual(EXPECTED.toReversed());
  });

  it('have the same pages from either end, in both orders', async () => {
    for (const size of [1, 3, 4]) {
      const down = (walk: WalkArguments) => page(walk, 'orderBy: NAME_DESC');
      expect(await forward(size, page)).toEqual(EXPECTED);
      expect(await backward(size, page)).toEqual(EXPECTED);
      expect(await forward(size, down)).toEqual(EXPECTED.toReversed());
      expect(await backward(size, down)).toEqual(EXPECTED.toReversed());
    }
  });

  it('can be searched and chosen by role, and are counted as in every order', async () => {
    expect(await page({ first: 2 }, 'orderBy: NAME_ASC, search: "AME"')).toMatchObject({
      rows: ['nameless@x.example', 's1@x.example'],
      totalCount: 4,
    });
    expect(await inOrder('orderBy: NAME_DESC, roles: ["support"]')).toEqual([
      's3@x.example',
      's2@x.example',
      's1@x.example',
    ]);
  });

  it('refuse cursors of another order', async () => {
    const { pageInfo } = await page({ first: 1 });
    for (const orderBy of ['NAME_DESC', 'CREATED_AT_ASC']) {
      const errors = await forms.refused(
        `query ($id: ID!, $after: String) { organization(id: $id) {
          members(after: $after, orderBy: ${orderBy}) { nodes { id } } } }`,
        { as },
        { id: world.org('shop-2'), after: pageInfo.endCursor },
      );
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'after' });
    }
  });
});

describe('Members whose names a worker has not come to', () => {
  it('stand in the same order, on the same pages', async () => {
    for (const kept of [[], EXPECTED.slice(0, 4), EXPECTED.filter((_, index) => index % 2)]) {
      await unfill(kept);
      expect(await inOrder()).toEqual(EXPECTED);
      expect(await forward(3, page)).toEqual(EXPECTED);
      expect(await backward(3, page)).toEqual(EXPECTED);
    }
  });

  it('are where a cursor says when the worker comes to them between two pages', async () => {
    await unfill([]);
    const { rows, pageInfo } = await page({ first: 5 });
    await writeSortNames(world.gatewayDb, 4);
    const next = await page({ first: 100, after: pageInfo.endCursor ?? null });
    expect([...rows, ...next.rows]).toEqual(EXPECTED);
  });

  it('are filled in by the worker in batches, and once', async () => {
    await unfill(['b@x.example']);
    const all = await unwritten();
    expect(all).toBeGreaterThan(12);
    expect(await writeSortNames(world.gatewayDb, 4)).toBe(all + 1);
    expect(await unwritten()).toBe(0);
    expect(await writeSortNames(world.gatewayDb, 4)).toBe(0);
    expect(await inOrder()).toEqual(EXPECTED);
  });

  it('are all filled in when their number is a multiple of the batch', async () => {
    await unfill([]);
    const all = await unwritten();
    expect(await writeSortNames(world.gatewayDb, all)).toBe(all);
    expect(await unwritten()).toBe(0);
  });
});

describe('A search among more members than the first phase looks through', () => {
  const CROWD = 1_300;
  beforeAll(() =>
    set(sql`
      with crowd as (
        insert into users (email, name)
        select 'crowd' || n || '@x.example', case when n % 3 > 0 then 'Crowd ' || n * 7919 % 1300 end
        from generate_series(1, ${CROWD}::integer) as n returning id
      )
      insert into memberships (organization_id, user_id) select ${world.uuid('north')}, id from crowd`),
  );

  const found = async (orderBy: string, walk: WalkArguments): Promise<WalkedPage> => {
    const { organization } = await forms.read<{ organization: { members: List } }>(
      `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { organization(id: $id) {
        members(first: $first, after: $after, last: $last, before: $before, orderBy: ${orderBy}, search: "wd99") {
          totalCount nodes { user { email } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      } }`,
      { as },
      { id: world.org('north'), ...walk },
    );
    const { nodes, pageInfo } = organization.members;
    return { rows: nodes.map(({ user }) => user.email), pageInfo };
  };

  it.each([
    ['are written', EVERYTHING],
    ['are not', NOTHING],
  ])('finds them on the same pages from either end, whether names %s', async (_title, upTo) => {
    if (upTo === NOTHING) await unfill([...memberships.keys()]);
    const expected = await world.rows(sql<{ email: string }>`
      select u.email from memberships m join users u on u.id = m.user_id
      where m.organization_id = ${world.uuid('north')} and u.search_text like '%wd99%'
      order by person_sort_name(u.name, u.email), m.id`);
    const emails = expected.map(({ email }) => email);
    expect(emails.length).toBeGreaterThan(8);
    const up = (walk: WalkArguments) => found('NAME_ASC', walk);
    const down = (walk: WalkArguments) => found('NAME_DESC', walk);
    expect(await forward(4, up)).toEqual(emails);
    expect(await backward(4, up)).toEqual(emails);
    expect(await forward(5, down)).toEqual(emails.toReversed());
    expect(await backward(5, down)).toEqual(emails.toReversed());
    await writeSortNames(world.gatewayDb);
  });
});

describe('A person whose name changes', () => {
  const rename = (email: string, name: string | null) =>
    set(sql`update users set name = ${name} where email = ${email}`);
  const waiting = async (): Promise<number> =>
    (await world.rows(sql`select from renamed_people`)).length;
  /**
   * Lets the worker run until it has come to everybody. Older transactions that hold it up may be
   * those of other test files: their databases share the server.
   */
  const writeAll = async (atOnce?: number): Promise<number> => {
    let all = 0;
    await expect
      .poll(async () => {
        all += await writeSortNames(world.gatewayDb, atOnce);
        return waiting();
      })
      .toBe(0);
    return all;
  };

  it('stands where they stood until the worker comes to all of their memberships', async () => {
    for (const slug of ['north', 'shop-1', 'kiosk', 'depot'] as const)
      await insertMembership(world, world.uuid(slug), people.get('a1@x.example') ?? '', ['user']);
    await rename('a1@x.example', 'Zoe');
    expect(await inOrder()).toEqual(EXPECTED);
    expect(await writeAll(2)).toBe(5);
    const [stale] = await world.rows(sql<{ count: number }>`
      select count(*)::int as count from member_names n join memberships m on m.id = n.membership_id
        join users u on u.id = m.user_id where n.sort_name <> person_sort_name(u.name, u.email)`);
    expect(stale?.count).toBe(0);
    expect((await inOrder()).indexOf('a1@x.example')).toBe(EXPECTED.indexOf('z@x.example'));
    await rename('a1@x.example', 'ada');
    await writeAll();
    expect(await inOrder()).toEqual(EXPECTED);
  });

  it('is sorted by their address when they have no name any more, and when it changes', async () => {
    await rename('o@x.example', null);
    await writeAll();
    expect((await inOrder()).indexOf('o@x.example')).toBe(EXPECTED.indexOf('s1@x.example'));
    await rename('o@x.example', 'Ödön');
    await set(sql`update users set email = 'aaa@x.example' where email = 'z@x.example'`);
    await writeAll();
    expect(await inOrder()).toEqual([
      'aaa@x.example',
      ...EXPECTED.filter((email) => email !== 'z@x.example'),
    ]);
    await set(sql`update users set email = 'z@x.example' where email = 'aaa@x.example'`);
    await writeAll();
  });

  it('leaves nothing to do when only the case of their name changes', async () => {
    await rename('a2@x.example', 'Ada BYRON');
    expect(await waiting()).toBe(0);
  });

  it('is left to a later run while somebody may still add a membership with the name of before', async () => {
    const user = people.get('b@x.example') ?? '';
    await world.db.connection().execute(async (other) => {
      await sql`begin`.execute(other);
      const id = await insertMembership({ ...world, db: other }, world.uuid('north'), user, [
        'user',
      ]);
      await rename('b@x.example', 'Barbara');
      await writeSortNames(world.gatewayDb);
      expect(await waiting()).toBe(1);
      await sql`commit`.execute(other);
      await writeAll();
      const [row] = await world.rows(sql<{ sort_name: string }>`
        select sort_name from member_names where membership_id = ${id}`);
      expect(row?.sort_name).toBe('barbara');
    });
  });
});

describe('A member that leaves', () => {
  it('is in no list by name any more', async () => {
    await set(sql`delete from memberships where id = ${memberships.get('w@x.example') ?? ''}`);
    expect(await inOrder()).not.toContain('w@x.example');
    const [row] = await world.rows(sql<{ count: number }>`
      select count(*)::int as count from member_names where membership_id = ${memberships.get('w@x.example') ?? ''}`);
    expect(row?.count).toBe(0);
  });
});
