/** What every top-level error tells, wherever on its way a request is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, missingId, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Answer {
  status: number;
  requestId: string | null;
  errors: { message: string; extensions: Record<string, unknown> }[];
}

async function post(body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(world.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${world.token('key@north')}`,
      ...headers,
    },
    body,
  });
  const { errors = [] } = (await response.json()) as Partial<Answer>;
  return { status: response.status, requestId: response.headers.get('x-request-id'), errors };
}
const ask = (query: string, variables = {}, headers = {}) =>
  post(JSON.stringify({ query, variables }), headers);

describe('every error', () => {
  it('tells its class, when it was answered and for which request, wherever the request was refused', async () => {
    const cases: [code: string, type: string, answer: Answer][] = [
      [
        'UNAUTHENTICATED',
        'AUTHENTICATION',
        await ask('{ viewer { scopes } }', {}, { authorization: 'Bearer nothing' }),
      ],
      [
        'NOT_FOUND',
        'NOT_FOUND',
        await ask(`{ organization(id: "${missingId('Organization')}") { id } }`),
      ],
      [
        'BAD_USER_INPUT',
        'INPUT',
        await ask('{ organization { children(first: 0) { totalCount } } }'),
      ],
      ['BAD_USER_INPUT', 'INPUT', await ask('{ nothing }')],
      ['BAD_USER_INPUT', 'INPUT', await post('[')],
      ['BAD_USER_INPUT', 'INPUT', await post('x', { 'content-type': 'text/plain' })],
      ['LIMIT_EXCEEDED', 'LIMIT', await ask(`{ ${'a '.repeat(20_000)} }`)],
    ];
    for (const [code, type, { requestId, errors }] of cases) {
      expect(errors.length).toBeGreaterThan(0);
      for (const { extensions } of errors) {
        expect(extensions).toMatchObject({ code, type, requestId });
        const at = String(extensions['timestamp']);
        expect(at).toBe(new Date(at).toISOString());
        expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000);
      }
    }
  });

  it('of bad input names all fields that are out of bounds, and the first of them as before', async () => {
    const document =
      'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }';
    const input = {
      name: ' ',
      slug: 'No Slug',
      parentId: world.org('north'),
      domain: 'localhost',
      primaryAddress: { line1: '1', city: ' ', state: 's', zip: 'z', country: 'XX' },
      users: [
        { email: 'a..b@x.example', roles: [] },
        { email: 'fine@x.example' },
        { email: 'c..d@x.example' },
      ],
    };
    const [error] = (await ask(document, { input })).errors;
    const { code, argument, bound, fields } = (error?.extensions ?? {}) as Record<
      string,
      unknown
    > & {
      fields: { field: string; message: string }[];
    };
    expect(
      (await ask('{ organization { children(first: 0) { totalCount } } }')).errors[0]?.extensions,
    ).toMatchObject({
      fields: [{ field: 'first', message: 'must be between 1 and 100' }],
    });
    expect({ code, argument }).toEqual({ code: 'BAD_USER_INPUT', argument: 'slug' });
    expect(fields[0]).toMatchObject({ field: argument, message: bound });
    expect(fields.map(({ field }) => field)).toEqual([
      'slug',
      'users.0.email',
      'users.0.roles',
      'users.2.email',
      'name',
      'primaryAddress.city',
      'primaryAddress.country',
      'domain',
    ]);
  });
});
