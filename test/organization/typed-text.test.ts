/** Text as keyboards make it: stored in one form, found however it is typed, and with something to see in it. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type GraphQLAnswer, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

let made = 0;

/** Each way to give a name; what is stored of it then. */
const names: Record<
  string,
  { type: string; input: (name: string) => object; as?: 'admin@north'; table: string }
> = {
  createOrganization: {
    type: 'CreateOrganizationInput',
    input: (name) => ({ name, slug: `typed-${++made}`, parentId: world.org('north') }),
    table: 'organizations',
  },
  updateOrganization: {
    type: 'UpdateOrganizationInput',
    input: (name) => ({ id: world.org('kiosk'), name }),
    table: 'organizations',
  },
  createRole: {
    type: 'CreateRoleInput',
    input: (name) => ({
      organizationId: world.org('north'),
      key: `role_${++made}`,
      name,
      scopes: [],
    }),
    table: 'roles',
  },
  createApiKey: {
    type: 'CreateApiKeyInput',
    input: (name) => ({ organizationId: world.org('north'), name, scopes: [] }),
    table: 'api_keys',
  },
  createPersonalAccessToken: {
    type: 'CreatePersonalAccessTokenInput',
    input: (name) => ({ name }),
    as: 'admin@north',
    table: 'personal_access_tokens',
  },
};

const run = (
  mutation: string,
  type: string,
  input: object,
  as: 'key@north' | 'admin@north' = 'key@north',
): Promise<GraphQLAnswer> =>
  world.ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`,
    { as },
    { input },
  );

const give = (way: string, name: string): Promise<GraphQLAnswer> => {
  const { type, input, as } = names[way] as (typeof names)[string];
  return run(way, type, input(name), as);
};

/** What shows nothing by itself. */
const BLANK = [
  '\u200b\u200b',
  '\u2060',
  '\u3164',
  '\u115f\u1160',
  '\uffa0',
  '\u2800\u2800',
  '\u00ad',
  '\u0301\u0308',
  '\ufe0f',
  '\u034f',
  '\u180e',
  '\u{e0100}',
  '\u200d \u200c',
  '\ue000',
];
const HIDDEN = [
  'Ac\u202eme',
  '\u2066Acme\u2069',
  'Ac\u200bme',
  'Ac\u00adme',
  'Acme\u200f',
  'A\u3164B',
  'Ac\u{e0041}me',
];
const FINE = [
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467} Care',
  '\u2764\ufe0f',
  '한국',
  'a\u0301\u0323',
  '٣',
  '!',
  'می\u200cخواهم',
  '⠠⠃⠗⠀⠇',
];

describe.each(Object.keys(names))('a name given to %s', (way) => {
  it('needs a character that can be seen, and hides none', async () => {
    for (const name of [...BLANK, ...HIDDEN]) {
      const [error] = (await give(way, name)).errors ?? [];
      expect({ name, ...error?.extensions }).toMatchObject({
        name,
        code: 'BAD_USER_INPUT',
        argument: 'name',
      });
      expect(error?.message).toMatch(
        /"name" must (not )?(have|contain) .*(visible|invisible|surrounding space)/,
      );
    }
    for (const name of FINE)
      expect({ name, errors: (await give(way, name)).errors }).toEqual({ name, errors: undefined });
  });

  it('is stored in one form, whichever it was typed in', async () => {
    const typed = `  Caf\u00e9 A\u030angstro\u0308m \u1112\u1161\u11ab ${way} `;
    expect((await give(way, typed)).errors).toBeUndefined();
    const { table } = names[way] as (typeof names)[string];
    const rows = await world.rows(
      sql<{ name: string }>`select name from ${sql.table(table)} where name like ${`%${way}`}`,
    );
    expect(rows).toEqual([{ name: `Caf\u00e9 \u00c5ngstr\u00f6m \ud55c ${way}` }]);
  });
});

it('what is no name is stored in one form as well, and hides nothing either', async () => {
  const input = {
    organizationId: world.org('north'),
    key: 'noted',
    name: 'Noted',
    scopes: [],
    description: ' Fu\u0308r alle ',
  };
  expect((await run('createRole', 'CreateRoleInput', input)).errors).toBeUndefined();
  expect(await world.rows(sql`select description from roles where key = 'noted'`)).toEqual([
    { description: 'F\u00fcr alle' },
  ]);
  const address = {
    line1: 'Stra\u00dfe 1',
    city: 'Ko\u0308ln',
    state: 'NW',
    zip: '50667',
    country: 'DE',
  };
  const id = world.org('kiosk');
  expect(
    (await run('updateOrganization', 'UpdateOrganizationInput', { id, primaryAddress: address }))
      .errors,
  ).toBeUndefined();
  expect(
    await world.rows(
      sql`select address_city as city from organization_profiles where organization_id = ${world.uuid('kiosk')}`,
    ),
  ).toEqual([{ city: 'K\u00f6ln' }]);
  const hidden = await run('updateOrganization', 'UpdateOrganizationInput', {
    id,
    primaryAddress: { ...address, city: 'K\u202ele' },
  });
  expect(hidden.errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    argument: 'primaryAddress.city',
  });
  // The same account of another system, typed in another way, is taken.
  const account = (organization: 'shop-1' | 'shop-2', accountId: string): Promise<GraphQLAnswer> =>
    run('updateOrganization', 'UpdateOrganizationInput', {
      id: world.org(organization),
      externalAccounts: [{ system: 'crm', accountId }],
    });
  expect((await account('shop-1', 'Mu\u0308ller')).data).toMatchObject({
    updateOrganization: { __typename: 'UpdateOrganizationPayload' },
  });
  expect((await account('shop-2', 'M\u00fcller')).data).toMatchObject({
    updateOrganization: { __typename: 'ExternalAccountTakenError' },
  });
});

/** Spellings that mean one word: each is found by each. */
const WORDS = [
  ['Caf\u00e9 Zo\u00eb', 'Cafe\u0301 Zoe\u0308', 'CAF\u00c9 ZO\u00cb'],
  ['Stra\u00dfe', 'STRASSE', 'strasse', 'STRA\u1e9eE'],
  ['\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c2', '\u03bf\u03b4\u03bf\u03c3'],
  ['\u0130stanbul', 'istanbul', 'ISTANBUL', 'i\u0307stanbul', '\u0131stanbul'],
  ['O\ufb03ce \ufb01x', 'Office fix', 'OFFICE FIX'],
  ['\uff21\uff23\uff2d\uff25 \uff11', 'Acme 1', '\uff41\uff43\uff4d\uff45\u30001'],
  ['\ud55c\uae00', '\u1112\u1161\u11ab\u1100\u1173\u11af'],
  ['soft\u00adware', 'software', 'Soft\u200bware'],
  ['\u1f80\u03c1\u03c9', '\u1f00\u03b9\u03a1\u03a9'],
];

describe('a search', () => {
  it.each(WORDS.map((spellings) => [spellings[1], spellings] as const))(
    'for %s finds every spelling by every other',
    async (_, spellings) => {
      await sql`delete from organizations where parent_id = ${world.uuid('rival-shop')}`.execute(
        world.db,
      );
      await sql`delete from users where email like '%@typed.example'`.execute(world.db);
      for (const [n, name] of spellings.entries()) {
        await sql`insert into organizations (slug, name, parent_id) values (${`word-${++made}`}, ${name}, ${world.uuid('rival-shop')})`.execute(
          world.db,
        );
        const [user] = await world.rows(sql<{ id: string }>`
        insert into users (email, canonical_email, name) values (${`w${n}@typed.example`}, ${`w${n}@typed.example`}, ${name}) returning id`);
        await sql`insert into memberships (organization_id, user_id) values (${world.uuid('rival-shop')}, ${user?.id})`.execute(
          world.db,
        );
      }
      for (const search of spellings) {
        const { data } = await world.ask(
          `query ($search: String) { organization(slug: "rival-shop") { descendants(search: $search) { totalCount edges { matchedOn } }
          members(search: $search) { totalCount } people(search: $search) { totalCount nodes { user { name } } } } }`,
          { as: 'key@rival' },
          { search },
        );
        const totalCount = spellings.length;
        expect({ search, found: data?.['organization'] }).toEqual({
          search,
          found: {
            descendants: { totalCount, edges: spellings.map(() => ({ matchedOn: ['NAME'] })) },
            members: { totalCount },
            people: {
              totalCount,
              nodes: expect.arrayContaining(spellings.map((name) => ({ user: { name } }))),
            },
          },
        });
      }
    },
  );

  it('for what nobody can see is refused, so that it does not find everything', async () => {
    for (const search of ['\u200b', '\u00ad\u200d', '\u3164 \ufe0f', '\u2060']) {
      for (const field of ['descendants', 'members', 'people']) {
        const answer = await world.ask(
          `query ($search: String) { organization { ${field}(search: $search) { totalCount } } }`,
          { as: 'key@north' },
          { search },
        );
        expect({ search, field, ...answer.errors?.[0]?.extensions }).toMatchObject({
          search,
          field,
          code: 'BAD_USER_INPUT',
          argument: 'search',
        });
      }
    }
  });
});

describe('the folded form', () => {
  const isAssigned = (character: string): boolean => !/\p{Cn}/u.test(character);

  it('is one for every character and its cases and forms, and folding it again changes nothing', async () => {
    const characters = Array.from({ length: 0x110000 }, (_, point) => point)
      .filter((point) => point > 0 && (point < 0xd800 || point > 0xdfff))
      .map((point) => String.fromCodePoint(point))
      // Only those whose cases or forms differ, or that are ignorable, can go wrong.
      .filter(
        (character) =>
          isAssigned(character) &&
          (/\p{DI}/u.test(character) || forms(character).some((form) => form !== character)),
      );
    expect(characters.length).toBeGreaterThan(10_000);
    const rows = await world.rows(sql<{ wrong: string }>`
      select given.character as wrong from unnest(${characters}::text[], ${characters.map((character) => JSON.stringify(forms(character)))}::json[],
        ${characters.map((character) => /\p{DI}/u.test(character))}::boolean[]) as given (character, forms, ignorable)
      where search_fold(search_fold(given.character)) <> search_fold(given.character)
        or (search_fold(given.character) = '') <> given.ignorable
        or exists (select from json_array_elements_text(given.forms) as form where search_fold(form) <> search_fold(given.character))`);
    // PostgreSQL 18 knows Unicode 16; what came since has no cases there yet.
    const [known] = await world.rows(sql<{ unassigned: string[] }>`
      select array(select c from unnest(${rows.map(({ wrong }) => wrong)}::text[]) as c where not unicode_assigned(c)
        or exists (select from regexp_split_to_table(upper(c collate pg_unicode_fast) || lower(c collate pg_unicode_fast), '') as part where not unicode_assigned(part))) as unassigned`);
    const unknown = new Set(known?.unassigned ?? []);
    expect(
      rows
        .map(({ wrong }) => wrong)
        .filter(
          (character) =>
            !unknown.has(character) && !forms(character).some((form) => unknown.has(form)),
        ),
    ).toEqual([]);
  });

  function forms(character: string): string[] {
    return [
      character.toUpperCase(),
      character.toLowerCase(),
      character.normalize('NFD'),
      character.normalize('NFKC'),
    ];
  }
});
