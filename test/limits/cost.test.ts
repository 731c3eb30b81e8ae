import { afterAll, beforeAll, describe, expect } from 'vitest';
import { bytesOf } from '../../src/database/bytes.ts';
import { it } from '../setup/fixtures.ts';
import { createWorld, type World } from '../setup/world.ts';

let small: World;
beforeAll(async () => {
  small = await createWorld({ limits: { nodes: 30, cost: 400, responseBytes: 1_000 } });
});
afterAll(() => small.close());

const cost = (text: string): unknown =>
  (JSON.parse(text) as { extensions?: { cost?: unknown } }).extensions?.cost;

describe('the cost of an operation', () => {
  it('is told with every answer to a credential, also with a refusal', async ({ world }) => {
    const document = '{ organization { children(first: 2) { nodes { slug } } } }';
    expect(cost((await world.ask(document, { as: 'key@acme' })).text)).toEqual({
      requested: 15,
      charged: 15,
      limit: 50_000,
    });
    expect(
      cost((await world.ask('{ organization(slug: "rival") { slug } }', { as: 'key@acme' })).text),
    ).toMatchObject({ requested: 2 });
    const refused = await small.ask('{ organization { children(first: 31) { nodes { slug } } } }', {
      as: 'key@acme',
    });
    expect(cost(refused.text)).toMatchObject({ requested: 189, limit: 400 });
  });

  it('is not told to a caller without a credential', async ({ world }) => {
    expect(cost((await world.ask('{ __typename }')).text)).toBeUndefined();
  });

  it('is refused over the limit, before anything is read, with both numbers', async () => {
    const before = small.statements.length;
    const rows = await small.ask('{ organization { children(first: 31) { nodes { slug } } } }', {
      as: 'key@acme',
    });
    expect(rows.errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED', limit: 'nodes', maximum: 30, actual: 31 } },
    ]);
    expect(rows.errors?.[0]?.message).toMatch(/ 31 .* is 30\./);
    const values = await small.ask(
      '{ organization { children(first: 30) { nodes { members(first: 1) { nodes { scopes } } } } } }',
      {
        as: 'key@acme',
      },
    );
    expect(values.errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED', limit: 'nodes' } },
    ]);
    const fields = Array.from({ length: 15 }, (_, n) => `a${n}: slug`).join(' ');
    const wide = await small.ask(
      `{ organization { children(first: 30) { nodes { ${fields} } } } }`,
      { as: 'key@acme' },
    );
    expect(wide.errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED', limit: 'cost', maximum: 400, actual: 603 } },
    ]);
    // Only the credential of each request was read.
    expect(small.statements.length - before).toBe(3);
  });

  it('takes variables into account, again for each request', async () => {
    const document = 'query ($n: Int) { organization { children(first: $n) { nodes { slug } } } }';
    for (const [n, refused] of [
      [30, false],
      [31, true],
      [30, false],
    ] as const)
      expect(
        (await small.ask(document, { as: 'key@acme' }, { n })).errors?.[0]?.extensions['limit'] ===
          'nodes',
      ).toBe(refused);
  });
});

describe('the length of an answer', () => {
  it('is bounded, whether its bytes are in rows or in one text under many names', async () => {
    // One short row, whose name is told under thirty long names.
    const names = Array.from({ length: 30 }, (_, n) => `${'a'.repeat(40)}${n}: name`).join(' ');
    const repeated = await small.ask(`{ organization { ${names} } }`, { as: 'key@acme' });
    expect(repeated.data).toBeNull();
    expect(repeated.errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED', limit: 'responseBytes', maximum: 1_000 } },
    ]);
    const rows = await small.ask(
      '{ organization { descendants(first: 20) { nodes { id } } roles { id } } }',
      { as: 'key@acme' },
    );
    expect(rows.errors?.[0]?.extensions.code).toBe('LIMIT_EXCEEDED');
  });

  it('does not allow resolvers to read long rows for a short answer, for which one statement reads none', async () => {
    const document =
      '{ organization { descendants(first: 20) { nodes { members { totalCount } } } } }';
    const short = await small.ask(document, { as: 'key@acme' });
    expect(short.errors).toBeUndefined();
    const resolved = await createWorld({ compiled: false, limits: { responseBytes: 1_000 } });
    try {
      const refused = await resolved.ask(document, { as: 'key@acme' });
      expect(refused.data).toBeNull();
      expect(refused.errors).toMatchObject([
        { extensions: { code: 'LIMIT_EXCEEDED', limit: 'responseBytes', maximum: 1_000 } },
      ]);
    } finally {
      await resolved.close();
    }
  });

  it('costs a mutation its own answer only: what another one of the operation shows once is kept', async () => {
    const names = Array.from({ length: 28 }, (_, n) => `a${n}: id`).join(' ');
    const { data, errors } = await small.ask(
      `mutation {
        key: createApiKey(input: { organizationId: "${small.org('acme')}", name: "Kept", scopes: ["usage:write"] }) { ... on CreateApiKeyPayload { secret } }
        long: updateOrganization(input: { id: "${small.org('acme')}", name: "Acme of some length" }) {
          ... on UpdateOrganizationPayload { organization { ${names} } }
        }
      }`,
      { as: 'key@acme' },
    );
    expect(data).toEqual({ key: { secret: expect.stringMatching(/^ak_/) }, long: null });
    expect(errors).toMatchObject([
      { path: ['long'], extensions: { code: 'LIMIT_EXCEEDED', limit: 'responseBytes' } },
    ]);
  });

  it('is estimated to within a fifth of the text', async ({ world }) => {
    const { data } = await world.ask(
      '{ __schema { types { name description fields { name description } } } }',
      { as: 'key@acme' },
    );
    const text = JSON.stringify(data).length;
    expect(bytesOf(data) / text).toBeGreaterThan(0.8);
    expect(bytesOf(data) / text).toBeLessThan(1.2);
    expect(bytesOf(data, 1_000)).toBeLessThan(10_000);
  });
});
