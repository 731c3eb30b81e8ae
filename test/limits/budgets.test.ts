import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBudgets, type CallerBudgets } from '../../src/limits/caller-budgets.ts';
import { sweepBudgets } from '../../src/limits/budgets.ts';
import { defaultBudgets } from '../../src/limits/budget-settings.ts';
import { createToken } from '../../src/authentication/secret.ts';
import { newId } from '../../src/database/id.ts';
import { parseId } from '../../src/values/ids.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import {
  code,
  createWorld,
  gatewayOver,
  type GraphQLAnswer,
  type RequestOptions,
  type World,
} from '../setup/world.ts';

const READ = '{ viewer { scopes } }';
/** Costs 1. */
const TYPE = '{ __typename }';
const CHILDREN = '{ organization { children(first: 2) { nodes { slug } } } }';
const log = createLogger('silent');

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

type Variables = Parameters<typeof defaultBudgets>[0];
type Ask = (
  document: string,
  options?: RequestOptions,
  variables?: Record<string, unknown>,
) => Promise<GraphQLAnswer>;

/** A gateway with limits of its own over the database of the world. */
async function limited(
  variables: Variables,
  corsOrigins: string[] = [],
): Promise<{ ask: Ask; limits: CallerBudgets; close(): Promise<void> }> {
  const limits = createBudgets(defaultBudgets(variables), log, world.gatewayUrl);
  const gateway = gatewayOver(world.gatewayDb, { budgets: limits, corsOrigins });
  const server = createServer((request, response) => void gateway(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  return {
    limits,
    async ask(query, { as, token = as && world.token(as), organization, headers } = {}, values) {
      const named =
        organization === undefined
          ? as && !as.startsWith('key@')
            ? as.split('@')[1]
            : null
          : organization;
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token && { authorization: `Bearer ${token}` }),
          ...(named && { 'x-organization': named }),
          ...headers,
        },
        body: JSON.stringify({ query, variables: values }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        text,
        ...(JSON.parse(text) as Pick<GraphQLAnswer, 'data' | 'errors'>),
      };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await limits.budgets.close();
    },
  };
}

/** Runs `test` against a gateway with these limits. */
async function withLimits(
  variables: Variables,
  test: (ask: Ask, limits: CallerBudgets) => Promise<void>,
): Promise<void> {
  const { ask, limits, close } = await limited(variables);
  try {
    await test(ask, limits);
  } finally {
    await close();
  }
}

const statuses = async (count: number, ask: () => Promise<GraphQLAnswer>): Promise<number[]> => {
  const found: number[] = [];
  for (let turn = 0; turn < count; turn++) found.push((await ask()).status);
  return found;
};

const costOf = ({ text }: GraphQLAnswer): unknown =>
  (JSON.parse(text) as { extensions?: { cost?: unknown } }).extensions?.cost;

const uuidOf = (person: Parameters<World['person']>[0]): string =>
  parseId(world.person(person))?.uuid ?? '';

const stranger = async (): Promise<string> => createToken('ak', await newId(world.db));

describe('a budget of requests', () => {
  it('refuses a credential that has spent it, with the numbers, and runs no statement for it', () =>
    withLimits({ RATE_REQUESTS_PER_MINUTE: 3 }, async (ask) => {
      expect(await statuses(3, () => ask(READ, { as: 'key@acme' }))).toEqual([200, 200, 200]);
      const before = world.statements.length;
      const refused = await ask(READ, { as: 'key@acme' });
      expect(world.statements.length).toBe(before);
      expect(refused.status).toBe(429);
      expect(refused.data).toBeUndefined();
      expect(refused.errors?.[0]?.extensions).toMatchObject({
        code: 'RATE_LIMITED',
        budget: 'credentialRequests',
        limit: 3,
        remaining: 0,
        resetAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
      const seconds = Number(refused.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(60);
      expect((await ask(READ, { as: 'key@rival' })).status).toBe(200);
    }));

  it('is shared by the tokens of one person, and by nobody else', () =>
    withLimits({ RATE_REQUESTS_PER_MINUTE: 2 }, async (ask) => {
      const own = {
        token: await insertPersonalAccessToken(world.db, uuidOf('admin@acme'), 'another'),
        organization: 'acme',
      };
      expect(await statuses(2, () => ask(READ, { as: 'admin@acme' }))).toEqual([200, 200]);
      expect(await statuses(2, () => ask(READ, own))).toEqual([429, 429]);
      expect((await ask(READ, { as: 'viewer@acme' })).status).toBe(200);
    }));

  it('is counted for a whole tree, whatever the credential', () =>
    withLimits({ RATE_TREE_REQUESTS_PER_MINUTE: 2 }, async (ask) => {
      expect((await ask(READ, { as: 'key@acme' })).status).toBe(200);
      expect((await ask(READ, { as: 'key@shop-1' })).status).toBe(200);
      const refused = await ask(READ, { as: 'admin@north' });
      expect([refused.status, refused.errors?.[0]?.extensions['budget']]).toEqual([
        429,
        'treeRequests',
      ]);
      expect((await ask(READ, { as: 'key@rival' })).status).toBe(200);
    }));

  it('is counted for an address, and for anonymous callers by themselves', () =>
    withLimits(
      { RATE_ADDRESS_REQUESTS_PER_MINUTE: 3, RATE_ANONYMOUS_REQUESTS_PER_MINUTE: 1 },
      async (ask) => {
        expect(await statuses(2, () => ask('{ __typename }'))).toEqual([200, 429]);
        expect(await statuses(3, () => ask(READ, { as: 'key@acme' }))).toEqual([200, 200, 429]);
      },
    ));

  it('takes the address from X-Forwarded-For only behind a trusted proxy', async () => {
    const from = (address: string): RequestOptions => ({ headers: { 'x-forwarded-for': address } });
    await withLimits({ RATE_ANONYMOUS_REQUESTS_PER_MINUTE: 1 }, async (ask) => {
      expect([
        (await ask('{ __typename }', from('192.0.2.1'))).status,
        (await ask('{ __typename }', from('192.0.2.2'))).status,
      ]).toEqual([200, 429]);
    });
    await withLimits(
      { RATE_ANONYMOUS_REQUESTS_PER_MINUTE: 1, TRUSTED_PROXIES: '127.0.0.1' },
      async (ask) => {
        expect((await ask('{ __typename }', from('192.0.2.1'))).status).toBe(200);
        expect((await ask('{ __typename }', from('192.0.2.2'))).status).toBe(200);
        expect((await ask('{ __typename }', from('198.51.100.7, 192.0.2.2'))).status).toBe(429);
      },
    );
  });

  it('that is 0 or off limits nothing', () =>
    withLimits(
      { RATE_REQUESTS_PER_MINUTE: 0, RATE_TREE_REQUESTS_PER_MINUTE: 'off' },
      async (ask, { budgets }) => {
        const charge = { key: 'any', points: 1_000_000_000 };
        expect(
          await budgets.spend([
            { budget: 'credentialRequests', ...charge },
            { budget: 'treeRequests', ...charge },
          ]),
        ).toEqual({ balance: undefined });
        expect((await ask(READ, { as: 'key@acme' })).status).toBe(200);
      },
    ));
});

describe('a budget of cost', () => {
  it('is told in every answer, and what was refused is not charged', () =>
    withLimits(
      { RATE_COST_PER_MINUTE: 3, RATE_TREE_REQUESTS_PER_MINUTE: 2 },
      async (ask, { budgets }) => {
        expect(costOf(await ask(TYPE, { as: 'key@acme' }))).toEqual({
          requested: 1,
          charged: 1,
          limit: 3,
          remaining: 2,
          resetAt: expect.stringMatching(/Z$/),
        });
        expect(costOf(await ask(TYPE, { as: 'key@acme' }))).toMatchObject({ remaining: 1 });
        expect(await statuses(3, () => ask(TYPE, { as: 'key@acme' }))).toEqual([429, 429, 429]);
        const key = world
          .token('key@acme')
          .slice(3, 35)
          .replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
        const left = await budgets.spend([
          { budget: 'credentialCost', key: `key:${key}`, points: 1 },
        ]);
        expect(left).toEqual({ balance: expect.objectContaining({ limit: 3, remaining: 0 }) });
      },
    ));

  it('is one for a tree and one for an address', async () => {
    await withLimits({ RATE_TREE_COST_PER_MINUTE: 20 }, async (ask) => {
      expect((await ask(CHILDREN, { as: 'key@acme' })).status).toBe(200);
      const refused = await ask(CHILDREN, { as: 'key@north' });
      expect([refused.status, refused.errors?.[0]?.extensions]).toEqual([
        429,
        expect.objectContaining({ budget: 'treeCost', limit: 20 }),
      ]);
      expect((await ask(CHILDREN, { as: 'key@rival' })).status).toBe(200);
    });
    await withLimits({ RATE_ADDRESS_COST_PER_MINUTE: 20 }, async (ask) => {
      expect((await ask(CHILDREN, { as: 'key@acme' })).status).toBe(200);
      expect((await ask(CHILDREN, { as: 'key@rival' })).errors?.[0]?.extensions).toMatchObject({
        budget: 'addressCost',
        limit: 20,
      });
    });
  });

  it('says so of an operation that waiting does not help', () =>
    withLimits({ RATE_COST_PER_MINUTE: 3 }, async (ask) => {
      const { errors, headers } = await ask(CHILDREN, { as: 'key@acme' });
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'LIMIT_EXCEEDED',
        limit: 'credentialCost',
        bound: 3,
      });
      expect(headers.get('retry-after')).toBeNull();
    }));
});

describe('a slot', () => {
  it('is needed to execute anything, and is given back also by what fails', () =>
    withLimits(
      { CONCURRENCY_PER_CREDENTIAL: 1, QUEUE_TIMEOUT_MS: 100 },
      async (ask, { admission }) => {
        const failing = '{ organization(slug: "rival") { slug } }';
        for (const document of [READ, failing, READ])
          expect((await ask(document, { as: 'admin@acme' })).status).toBe(200);
        const credential = `usr:${uuidOf('admin@acme')}`;
        const place = await admission.enter({
          credential,
          tree: 'x',
          nodes: 1,
          signal: new AbortController().signal,
        });
        const refused = await ask(READ, { as: 'admin@acme' });
        expect([refused.status, refused.data, refused.errors?.[0]?.extensions]).toEqual([
          429,
          undefined,
          expect.objectContaining({ code: 'RATE_LIMITED', budget: 'concurrency' }),
        ]);
        if ('leave' in place) place.leave();
        expect((await ask(READ, { as: 'admin@acme' })).status).toBe(200);
      },
    ));
});

describe('failed authentications', () => {
  it('of one address are refused beyond the limit without a statement, while credentials in use go on', () =>
    withLimits({ RATE_FAILED_AUTHENTICATIONS_PER_MINUTE: 3 }, async (ask) => {
      expect((await ask(READ, { as: 'key@acme' })).status).toBe(200);
      for (let turn = 0; turn < 3; turn++)
        expect((await ask(READ, { token: await stranger() })).status).toBe(401);
      const token = await stranger();
      const before = world.statements.length;
      const refused = await ask(READ, { token });
      expect([refused.status, refused.errors?.[0]?.extensions['budget']]).toEqual([
        429,
        'failedAuthentications',
      ]);
      expect(world.statements.length).toBe(before);
      expect((await ask(READ, { as: 'key@acme' })).status).toBe(200);
      expect((await ask('{ __typename }')).status).toBe(200);
      // A good one that nobody has seen yet waits until the window is over.
      expect((await ask(READ, { as: 'key@rival' })).status).toBe(429);
    }));

  it('of a credential that was revoked meanwhile end its exemption', () =>
    withLimits({ RATE_FAILED_AUTHENTICATIONS_PER_MINUTE: 2 }, async (ask) => {
      const id = world.token('key@shop-1').slice(3, 35);
      expect((await ask(READ, { as: 'key@shop-1' })).status).toBe(200);
      await world.rows(
        sql`update api_keys set revoked_at = now() where id = ${id}::uuid returning id`,
      );
      expect(await statuses(3, () => ask(READ, { as: 'key@shop-1' }))).toEqual([401, 401, 429]);
      await world.rows(
        sql`update api_keys set revoked_at = null where id = ${id}::uuid returning id`,
      );
    }));

  it('that all come at once are bounded, too', () =>
    withLimits({ RATE_FAILED_AUTHENTICATIONS_PER_MINUTE: 1 }, async (ask) => {
      const tokens = await Promise.all(Array.from({ length: 40 }, stranger));
      const found = await Promise.all(
        tokens.map(async (token) => (await ask(READ, { token })).status),
      );
      expect(found.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    }));
});

describe('rare operations have budgets of their own', () => {
  it('slugAvailability counts every alias, and a document over the budget executes nothing', () =>
    withLimits({ RATE_SLUG_CHECKS_PER_MINUTE: 3 }, async (ask) => {
      const document =
        'query { a: slugAvailability(slug: "abc") { available } ...F } fragment F on Query { b: slugAvailability(slug: "abd") { available } }';
      expect((await ask(document, { as: 'key@acme' })).status).toBe(200);
      const refused = await ask(document, { as: 'key@acme' });
      expect([refused.status, refused.errors?.[0]?.extensions['budget'], refused.data]).toEqual([
        429,
        'slugChecks',
        undefined,
      ]);
      expect(
        (await ask('{ slugAvailability(slug: "abe") { available } }', { as: 'key@acme' })).status,
      ).toBe(200);
    }));

  it('slugAvailability is counted for the tree as well', () =>
    withLimits({ RATE_SLUG_CHECKS_PER_MINUTE: 1 }, async (ask) => {
      const one = '{ slugAvailability(slug: "abc") { available } }';
      for (const as of [
        'key@acme',
        'key@north',
        'admin@acme',
        'viewer@acme',
        'user@acme',
      ] as const) {
        expect((await ask(one, { as })).status).toBe(200);
      }
      expect((await ask(one, { as: 'support@acme' })).errors?.[0]?.extensions).toMatchObject({
        budget: 'treeSlugChecks',
        limit: 5,
      });
    }));

  it('previews and answers to invitations share one', () =>
    withLimits({ RATE_INVITATION_ATTEMPTS_PER_MINUTE: 3 }, async (ask) => {
      const input = '(input: { token: "nothing" }) { __typename }';
      expect(
        (await ask('{ invitationPreview(token: "nothing") { email } }', { as: 'admin@acme' }))
          .status,
      ).toBe(200);
      const both = `mutation { a: acceptInvitation${input} d: declineInvitation${input} }`;
      expect((await ask(both, { as: 'admin@acme' })).status).toBe(200);
      const refused = await ask(both, { as: 'admin@acme' });
      expect([refused.status, refused.errors?.[0]?.extensions]).toEqual([
        429,
        expect.objectContaining({ budget: 'invitationAttempts', limit: 3 }),
      ]);
    }));

  it('standalone organizations are bounded per person and day, those below another are not', () =>
    withLimits({ RATE_STANDALONE_CREATIONS_PER_DAY: 2 }, async (ask) => {
      const create =
        'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }';
      const make = (slug: string, parentId?: string) =>
        ask(
          create,
          { as: 'admin@acme' },
          { input: { name: slug, slug, ...(parentId && { parentId }) } },
        );
      expect((await make('budget-one')).status).toBe(200);
      const two = `mutation { a: createOrganization(input: { name: "B", slug: "budget-two" }) { __typename }
        b: createOrganization(input: { name: "C", slug: "budget-three", parentId: null }) { __typename } }`;
      expect((await ask(two, { as: 'admin@acme' })).errors?.[0]?.extensions).toMatchObject({
        budget: 'standaloneCreations',
        limit: 2,
      });
      expect(
        await world.rows(
          sql`select slug from organizations where slug in ('budget-two', 'budget-three')`,
        ),
      ).toEqual([]);
      expect((await make('budget-four')).status).toBe(200);
      expect(code(await make('budget-five'))).toBe('RATE_LIMITED');
      expect(code(await make('budget-six', world.org('acme')))).toBeUndefined();
    }));
});

describe('rare operations of several people', () => {
  it('with invitation tokens and standalone organizations are bounded per address', () =>
    withLimits(
      { RATE_INVITATION_ATTEMPTS_PER_MINUTE: 1, RATE_STANDALONE_CREATIONS_PER_DAY: 1 },
      async (ask) => {
        const people = [
          'admin@acme',
          'viewer@acme',
          'user@acme',
          'support@acme',
          'admin@north',
        ] as const;
        const preview = '{ invitationPreview(token: "nothing") { email } }';
        const create = (slug: string) =>
          `mutation { createOrganization(input: { name: "A", slug: "${slug}" }) { __typename } }`;
        for (const [n, as] of people.entries()) {
          expect((await ask(preview, { as })).status).toBe(200);
          expect((await ask(create(`address-${n}`), { as })).status).toBe(200);
        }
        const late = { as: 'admin@rival' } as const;
        expect((await ask(preview, late)).errors?.[0]?.extensions).toMatchObject({
          budget: 'addressInvitationAttempts',
          limit: 5,
        });
        expect((await ask(create('address-5'), late)).errors?.[0]?.extensions).toMatchObject({
          budget: 'addressStandaloneCreations',
          limit: 5,
        });
      },
    ));
});

describe('budgets in the database', () => {
  beforeEach(() => world.rows(sql`truncate rate_budgets`));

  it('are shared by several gateways', () =>
    withLimits({ RATE_LIMITS: 'postgres', RATE_REQUESTS_PER_MINUTE: 3 }, (first) =>
      withLimits({ RATE_LIMITS: 'postgres', RATE_REQUESTS_PER_MINUTE: 3 }, async (second) => {
        expect(await statuses(2, () => first(READ, { as: 'key@acme' }))).toEqual([200, 200]);
        expect(await statuses(2, () => second(READ, { as: 'key@acme' }))).toEqual([200, 429]);
        expect((await first(READ, { as: 'key@acme' })).status).toBe(429);
      }),
    ));

  it('do not charge a tree for what the credential was refused', () =>
    withLimits(
      { RATE_LIMITS: 'postgres', RATE_COST_PER_MINUTE: 2, RATE_TREE_REQUESTS_PER_MINUTE: 4 },
      async (ask) => {
        expect(await statuses(5, () => ask(TYPE, { as: 'key@acme' }))).toEqual([
          200, 200, 429, 429, 429,
        ]);
        expect(await statuses(2, () => ask(TYPE, { as: 'key@north' }))).toEqual([200, 200]);
      },
    ));

  it('are counted in memory while the table cannot be reached', () =>
    withLimits({ RATE_LIMITS: 'postgres', RATE_REQUESTS_PER_MINUTE: 2 }, async (ask) => {
      await world.rows(sql`alter table rate_budgets rename to rate_budgets_away`);
      try {
        expect(await statuses(3, () => ask(READ, { as: 'key@acme' }))).toEqual([200, 200, 429]);
      } finally {
        await world.rows(sql`alter table rate_budgets_away rename to rate_budgets`);
      }
    }));

  it('are removed once their window is over', async () => {
    const now = Date.now();
    await world.rows(
      sql`insert into rate_budgets values ('ended', 1, ${now - 1_000}), ('running', 1, ${now + 60_000})`,
    );
    await sweepBudgets(world.db);
    expect(await world.rows(sql`select key from rate_budgets`)).toEqual([{ key: 'running' }]);
  });
});

it('A page of another origin can read Retry-After', async () => {
  const { ask, close } = await limited({}, ['https://app.example']);
  const { headers } = await ask(READ, {
    as: 'key@acme',
    headers: { origin: 'https://app.example' },
  });
  expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
  await close();
});
