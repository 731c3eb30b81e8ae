/** Where bad input stands, as the errors tell it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('Names the path of every bad field of an input', async () => {
  const { errors } = await world.ask(
    'mutation ($input: CreateOrganizationInput!) { made: createOrganization(input: $input) { __typename } }',
    { as: 'key@north' },
    {
      input: {
        parentId: world.org('north'),
        name: '',
        slug: 'Not A Slug',
        users: [
          { email: 'good@x.example' },
          { email: 'ok@x.example', roles: Array.from({ length: 51 }, () => 'user') },
        ],
        primaryAddress: { line1: 'A', city: 'B', state: 'C', zip: '', country: 'XX' },
      },
    },
  );
  expect(errors).toHaveLength(1);
  const { path, fields } = (errors?.[0]?.extensions ?? {}) as unknown as {
    path: unknown;
    fields: { field: string; path: unknown }[];
  };
  expect(path).toEqual(['input', 'slug']);
  expect(fields.map((one) => one.path)).toEqual([
    ['input', 'slug'],
    ['input', 'users', 1, 'roles'],
    ['input', 'name'],
    ['input', 'primaryAddress', 'zip'],
    ['input', 'primaryAddress', 'country'],
  ]);
});

it('Names the argument of a query, and of a field below a mutation', async () => {
  const query = await world.ask('{ organization { children(first: 0) { totalCount } } }', {
    as: 'key@north',
  });
  expect(query.errors?.[0]?.extensions).toMatchObject({
    path: ['first'],
    fields: [{ field: 'first', path: ['first'] }],
  });
  const below = await world.ask(
    `mutation ($input: MoveOrganizationInput!) { moveOrganization(input: $input) {
      ... on MoveOrganizationPayload { pathBefore(separator: "seventeen letters") } } }`,
    { as: 'key@north' },
    { input: { id: world.org('kiosk'), newParentId: world.org('shop-1'), dryRun: true } },
  );
  expect(below.errors?.[0]?.extensions).toMatchObject({ path: ['separator'] });
});

it('Names at most 20 values of variables that are bad, in a short answer, and says that there are more', async () => {
  const { errors, text } = await world.ask(
    `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { __typename } }`,
    { as: 'key@north' },
    { input: { events: Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k${n}`, n])) } },
  );
  expect(errors).toHaveLength(21);
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    path: ['input', 'events'],
  });
  expect(errors?.at(-1)?.message).toBe('There are more errors than the first 20.');
  expect(errors?.at(-1)?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(text.length).toBeLessThan(32_000);
});

it('Names the path of a value that its variable cannot have', async () => {
  const { errors } = await world.ask(
    `mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }`,
    { as: 'key@north' },
    {
      input: {
        name: 'A',
        slug: 'a-slug',
        branding: { logoUrl: 'no "url" at "input.slug"; at all' },
        externalAccounts: [
          { system: 'crm', accountId: '1' },
          { system: 5, accountId: '2' },
        ],
      },
    },
  );
  const places = errors?.map(({ extensions }) => extensions?.['path']);
  expect(places).toHaveLength(2);
  expect(places).toContainEqual(['input', 'branding', 'logoUrl']);
  expect(places).toContainEqual(['input', 'externalAccounts', 1, 'system']);
  expect(errors?.[0]?.extensions?.['fields']).toMatchObject([{ path: places?.[0] }]);
});

it('Names the argument that takes a variable, wherever in it that stands', async () => {
  const list = await world.ask(
    'query ($n: Int) { organization { children(first: $n) { totalCount } } }',
    { as: 'key@north' },
    { n: 'many' },
  );
  expect(list.errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    argument: 'n',
    path: ['first'],
  });
  const part = await world.ask(
    `mutation ($email: EmailAddress!) {
      inviteUsers(input: { organizationId: "x", users: [{ email: $email }] }) { __typename }
    }`,
    { as: 'key@north' },
    { email: 5 },
  );
  expect(part.errors?.[0]?.extensions).toMatchObject({ path: ['input', 'users', 0, 'email'] });
});

it('Names no path where the document itself is refused, or a variable stands in several places', async () => {
  const refused = await world.ask('{ organization { children(first: "many") { totalCount } } }', {
    as: 'key@north',
  });
  expect(refused.errors?.[0]?.extensions).not.toHaveProperty('path');
  const twice = await world.ask(
    `query ($n: Int) { organization { children(first: $n) { totalCount }
      members(last: $n) { totalCount } } }`,
    { as: 'key@north' },
    { n: 'many' },
  );
  expect(twice.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'n' });
  expect(twice.errors?.[0]?.extensions).not.toHaveProperty('path');
});
