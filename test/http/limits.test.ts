import { describe, expect } from 'vitest';
import { REQUEST_LIMITS } from '../../src/limits/settings.ts';
import { it } from '../setup/fixtures.ts';
import { createWorld, type GraphQLAnswer } from '../setup/world.ts';

const many = (count: number, part: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => part(n)).join(' ');
const nested = (levels: number): string =>
  `{ organization ${'{ parent '.repeat(levels - 2)}{ id }${' }'.repeat(levels - 1)}`;

describe('a document', () => {
  const limits: [string, number, string, number][] = [
    ['depth', 15, nested(16), 16],
    ['aliases', 30, `{ organization { ${many(88, (n) => `a${n}: id`)} } }`, 88],
    ['rootFields', 10, `{ ${many(11, () => '__typename')} }`, 11],
    ['rootFields', 10, `{ ...R ...R } fragment R on Query { ${many(6, () => '__typename')} }`, 12],
    [
      'fields',
      1_000,
      '{ organization { ...A ...A } } fragment A on Organization { ...B ...B ...B ...B } fragment B on Organization { ...C ...C ...C ...C } fragment C on Organization { ...D ...D ...D ...D ...D ...D ...D ...D } fragment D on Organization { id slug name kind }',
      1_025,
    ],
    ['selectionSets', 150, `{ organization { ${many(150, () => 'parent { id }')} } }`, 151],
    [
      'directives',
      25,
      `{ ${many(9, () => '__typename @include(if: true) @skip(if: false) @include(if: true)')} }`,
      27,
    ],
    ['directivesPerLocation', 5, '{ __typename @a @a @a @a @a @a }', 6],
    ['operations', 10, many(11, (n) => `query Q${n} { __typename }`), 11],
    ['variables', 100, `query (${many(101, (n) => `$v${n}: Int`)}) { __typename }`, 101],
    ['tokens', 2_000, `{ organization { ${many(2_500, () => 'id')} } }`, 2_505],
  ];
  it.for(limits)(
    'over the limit of %s (%i) is refused with its numbers, by name',
    async ([limit, maximum, document, actual], { world }) => {
      const [error] = (await world.ask(document, { as: 'key@acme' })).errors ?? [];
      expect(error?.extensions).toEqual({ code: 'LIMIT_EXCEEDED', limit, maximum, actual });
      expect(error?.message).toContain(`"${limit}"`);
      expect(error?.message).toContain(String(actual));
    },
  );

  it('at its limits is answered', async ({ world }) => {
    for (const document of [
      nested(15),
      `{ organization { ${many(30, (n) => `a${n}: id`)} } }`,
      `{ ${many(10, () => '__typename')} }`,
      `{ organization { ${many(149, () => 'parent { id }')} } }`,
    ]) {
      expect({ document, errors: (await world.ask(document, { as: 'key@acme' })).errors }).toEqual({
        document,
        errors: undefined,
      });
    }
  });

  it('of several operations runs the one that is named', async ({ world }) => {
    const response = await fetch(world.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${world.token('key@acme')}`,
      },
      body: JSON.stringify({
        query: 'query A { __typename } query B { viewer { scopes } }',
        operationName: 'A',
      }),
    });
    const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
    expect({ data, errors }).toEqual({ data: { __typename: 'Query' }, errors: undefined });
  });

  it('may be 4 kB long for anybody, and 100 kB with a credential', async ({ world }) => {
    const document = (bytes: number): string => `{__typename}#${'é'.repeat((bytes - 13) / 2)}`;
    const attempt = async (bytes: number, as?: 'key@acme') => {
      const { status, errors } = await world.ask(document(bytes), as && { as });
      return { status, ...errors?.[0]?.extensions };
    };
    const refused = { status: 413, code: 'LIMIT_EXCEEDED', limit: 'documentBytes' };
    expect(await attempt(3_999)).toEqual({ status: 200 });
    expect(await attempt(4_001)).toEqual({ ...refused, maximum: 4_000, actual: 4_001 });
    expect(await attempt(99_999, 'key@acme')).toEqual({ status: 200 });
    expect(await attempt(100_001, 'key@acme')).toEqual({
      ...refused,
      maximum: 100_000,
      actual: 100_001,
    });
  });

  it('has room for the variables of a thousand events only with a credential', async ({
    world,
  }) => {
    const variables = { x: 'x'.repeat(20_000) };
    const ask = async (as?: 'key@acme') => {
      const { status, errors } = await world.ask('{ __typename }', as && { as }, variables);
      return {
        status,
        limit: errors?.[0]?.extensions['limit'],
        maximum: errors?.[0]?.extensions['maximum'],
      };
    };
    expect(await ask('key@acme')).toEqual({ status: 200 });
    expect(await ask()).toEqual({ status: 413, limit: 'bodyBytes', maximum: 16_000 });
    variables.x = 'x'.repeat(500_000);
    expect(await ask('key@acme')).toEqual({ status: 413, limit: 'bodyBytes', maximum: 500_000 });
  });

  it('is refused for variables that are too many or too deep', async ({ world }) => {
    const send = async (variables: Record<string, unknown>) =>
      (await world.ask('{ __typename }', { as: 'key@acme' }, variables)).errors?.[0]?.extensions;
    const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    expect(
      await send(Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`v${n}`, n]))),
    ).toMatchObject({
      limit: 'variables',
      actual: 101,
    });
    expect(await send({ x: deep(17) })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      limit: 'variableDepth',
      maximum: 16,
    });
    expect(await send({ x: deep(100_000) })).toMatchObject({ limit: 'variableDepth' });
    expect(await send({ x: deep(16) })).toBeUndefined();
    // In the address there is no body that would be looked at before.
    const address = new URL(world.endpoint);
    address.search = String(
      new URLSearchParams({ query: '{ __typename }', variables: JSON.stringify({ x: deep(17) }) }),
    );
    const { errors } = (await (await fetch(address)).json()) as GraphQLAnswer;
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      limit: 'variableDepth',
      maximum: 16,
    });
  });

  it('is refused for its depth and its number of values before it is parsed, and for nothing in a text', async ({
    world,
  }) => {
    const send = async (body: string) => {
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${world.token('key@acme')}`,
      };
      const response = await fetch(world.endpoint, { method: 'POST', headers, body });
      const { errors } = (await response.json()) as GraphQLAnswer;
      return { status: response.status, ...errors?.[0]?.extensions };
    };
    const refused = {
      status: 400,
      code: 'LIMIT_EXCEEDED',
      limit: 'variableDepth',
      maximum: 16,
      actual: 17,
    };
    expect(
      await send('{"query":"{__typename}","variables":{"a":'.padEnd(480_000, '[')),
    ).toMatchObject(refused);
    expect(
      await send(`{"query":"{__typename}","unknown":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`),
    ).toMatchObject(refused);
    expect(await send('{"query":"{__typename}","variables":{"a":[')).toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
    });
    const tooMany = {
      status: 400,
      code: 'LIMIT_EXCEEDED',
      limit: 'bodyValues',
      maximum: 20_000,
      actual: 20_001,
    };
    for (const filling of ['0,', '"k":{},', '[],']) {
      expect(
        await send(`{"query":"{__typename}","variables":{"a":[${filling.repeat(60_000)}`),
      ).toMatchObject(tooMany);
    }
    const variables = { a: `\\"${'[,'.repeat(30_000)}` };
    expect(await send(JSON.stringify({ query: '{ __typename }', variables }))).toEqual({
      status: 200,
    });
  });
});

describe('a limit', () => {
  it('is what the gateway was given', async () => {
    const limits = {
      ...REQUEST_LIMITS,
      documentBytes: 50,
      document: { ...REQUEST_LIMITS.document, depth: 3, aliases: 0 },
    };
    const strict = await createWorld({ limits });
    const refusal = async (document: string) =>
      (await strict.ask(document, { as: 'key@acme' })).errors?.[0]?.extensions;
    expect(await refusal('{ organization { parent { parent { id } } } }')).toMatchObject({
      limit: 'depth',
      maximum: 3,
      actual: 4,
    });
    expect(await refusal('{ a: __typename }')).toMatchObject({
      limit: 'aliases',
      maximum: 0,
      actual: 1,
    });
    expect(await refusal(`{ __typename }${' '.repeat(50)}`)).toMatchObject({
      limit: 'documentBytes',
      maximum: 50,
      actual: 64,
    });
    await strict.close();
  });
});

describe('a credential', () => {
  it('that is refused is answered with 401 before anything of the body is read, and malformed ones without a statement', async ({
    world,
  }) => {
    const before = world.statements.length;
    for (const token of [
      'nonsense',
      'ak_0.x',
      `${world.token('key@acme').slice(0, -1)}!`,
      `${world.token('key@acme')}x`,
    ]) {
      const response = await fetch(world.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: '{ this is not JSON, and "query": "{ neither is this",,, }',
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('Bearer');
      expect(await response.json()).toMatchObject({
        errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
      });
    }
    expect(world.statements.length).toBe(before);
  });

  it('is looked up once per request', async ({ world }) => {
    world.statements.length = 0;
    await world.ask('{ viewer { scopes } }', { as: 'key@acme' });
    expect(world.statements.filter((text) => text.includes('api_keys'))).toHaveLength(1);
  });
});
