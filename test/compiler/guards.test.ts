/**
 * The guards of compiled queries. The first part asks over HTTP and says whether one statement
 * answered. The second takes the first guard away where there are two, so that the second stands alone.
 */
import { isObjectType, type GraphQLObjectType } from 'graphql';
import { sql, type RawBuilder } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visibleIf, type VisibleRow } from '../../src/authorization/visibility.ts';
import {
  anonymous,
  type CredentialKind,
  type Principal,
} from '../../src/authorization/principal.ts';
import { formOf, Unsupported } from '../../src/compiler/forms.ts';
import type { Outcome } from '../../src/compiler/outcome.ts';
import { principalShape, slot, withSharedSlots } from '../../src/compiler/slots.ts';
import { REFUSED } from '../../src/compiler/statement.ts';
import { tokenHash } from '../../src/authentication/secret.ts';
import { createInvitationToken } from '../../src/modules/invitation/token.ts';
import { schema } from '../../src/schema.ts';
import { callerIn } from '../setup/principals.ts';
import {
  code,
  createWorld,
  insertInvitation,
  insertKey,
  insertMembership,
  missingId,
  SLUGS,
  type GraphQLAnswer,
  type RequestOptions,
  type Slug,
  type World,
} from '../setup/world.ts';
import { reading, unguarded, writtenIn, type Change } from './written.ts';

const WINDOW = 'from: "2026-11-01T00:00:00Z", to: "2026-11-30T00:00:00Z"';

let world: World;
let outcomes: Outcome[] = [];
beforeAll(async () => {
  world = await createWorld({ onOutcome: (outcome) => void outcomes.push(outcome) });
  await sql`insert into usage_events (organization_id, id, metric, quantity, occurred_at) values
    (${world.uuid('north')}, 'a', 'voice_calls', 3, '2026-11-12Z'),
    (${world.uuid('kiosk')}, 'b', 'voice_calls', 4, '2026-11-12Z')`.execute(world.db);
  await sql`
    insert into audit_events (action, actor_kind, acting_organization_id, organization_id, target_type, target_id, request_id)
    select 'createOrganization', 'OPERATOR', id, id, 'Organization', 'x', 'r' from organizations where slug = 'kiosk'`.execute(
    world.db,
  );
});
afterAll(() => world.close());

interface Answered extends GraphQLAnswer<unknown> {
  /** `compiled`, or why the resolvers answered. */
  by: string;
}

/**
 * Asks over HTTP and tells who answered. Asks twice, since a query of a caller who was not seen before
 * has another statement than that of one who was; both have to give the same answer.
 */
async function ask(
  document: string,
  options: RequestOptions,
  variables: Record<string, unknown> = {},
): Promise<Answered> {
  const first = await askOnce(document, options, variables);
  const second = await askOnce(document, options, variables);
  expect({ text: second.text, by: second.by }).toEqual({ text: first.text, by: first.by });
  return second;
}

async function askOnce(
  document: string,
  options: RequestOptions,
  variables: Record<string, unknown>,
): Promise<Answered> {
  outcomes = [];
  const answer = await world.ask<unknown>(document, options, variables);
  const [outcome] = outcomes;
  if (!outcome || outcomes.length > 1)
    throw new RangeError(`one outcome was expected, not ${outcomes.length}: ${answer.text}`);
  return { ...answer, by: 'data' in outcome ? 'compiled' : outcome.fall };
}

const keyOf = (slug: Slug, ...scopes: string[]): Promise<string> => insertKey(world, slug, scopes);

describe('A statement serves only requests of its shape: it is never used', () => {
  // Each test has a document of its own, since statements are kept by document.
  it.each(['the stronger', 'the weaker'])(
    'for callers with other scopes, when %s asks first',
    async (first) => {
      const document = `query ${first.replace('the ', '')} { organization { slug members { totalCount nodes { user { email } } } } }`;
      const stronger = await keyOf('north', 'members:read', 'usage:read');
      const weaker = await keyOf('north', 'usage:read');
      const tokens =
        first === 'the stronger' ? [stronger, weaker, stronger] : [weaker, stronger, weaker];
      for (const token of tokens) {
        const { by, data, errors } = await ask(document, { token });
        if (token === stronger) {
          expect({ by, errors }).toEqual({ by: 'compiled', errors: undefined });
          expect(data).toMatchObject({ organization: { members: { totalCount: 3 } } });
        } else {
          expect(by).toBe('unsupported');
          expect(data).toEqual({ organization: { slug: 'north', members: null } });
          expect(errors).toMatchObject([
            { path: ['organization', 'members'], extensions: { code: 'FORBIDDEN' } },
          ]);
        }
      }
    },
  );

  it.each([
    ['SINGLE', 'ALL'],
    ['ALL', 'SINGLE'],
  ])('for usage of another scope, when %s is asked for before %s', async (...scopes) => {
    const document = `query ${scopes.join('')} ($scope: UsageScope!) {
      organization { usage(${WINDOW}, scope: $scope) { scope organizationCount metrics(keys: ["voice_calls"]) { value } } } }`;
    const manager = await keyOf('north', 'usage:read', 'child_organizations:manage');
    const reader = await keyOf('north', 'usage:read');
    for (const scope of scopes) {
      const usage =
        scope === 'ALL'
          ? { scope, organizationCount: 4, metrics: [{ value: '7' }] }
          : { scope, organizationCount: 1, metrics: [{ value: '3' }] };
      const answer = await ask(document, { token: manager }, { scope });
      expect(answer).toMatchObject({ by: 'compiled', data: { organization: { usage } } });
      const read = await ask(document, { token: reader }, { scope });
      if (scope === 'SINGLE')
        expect(read).toMatchObject({ by: 'compiled', data: { organization: { usage } } });
      else
        expect(read).toMatchObject({
          by: 'unsupported',
          data: { organization: { usage: null } },
          errors: [{ extensions: { code: 'FORBIDDEN' } }],
        });
    }
  });

  it.each([
    [false, true],
    [true, false],
  ])(
    'for a log with organizations below when it was asked for without, or the other way around: %s before %s',
    async (...choices) => {
      const document = `query Log${choices.join('')} ($below: Boolean!) { organization { auditLog(includeDescendants: $below) { totalCount } } }`;
      const auditor = await keyOf('north', 'audit:read');
      const manager = await keyOf('north', 'audit:read', 'child_organizations:manage');
      for (const below of choices) {
        const all = await ask(document, { token: manager }, { below });
        expect(all).toMatchObject({
          by: 'compiled',
          data: { organization: { auditLog: { totalCount: below ? 1 : 0 } } },
        });
        const answer = await ask(document, { token: auditor }, { below });
        if (below)
          expect(answer).toMatchObject({
            by: 'unsupported',
            data: { organization: { auditLog: null } },
            errors: [{ extensions: { code: 'FORBIDDEN' } }],
          });
        else
          expect(answer).toMatchObject({
            by: 'compiled',
            data: { organization: { auditLog: { totalCount: 0 } } },
          });
      }
    },
  );

  it.each([
    [false, true],
    [true, false],
  ])(
    'for deleted organizations when they were asked for or not: %s before %s',
    async (...choices) => {
      const document = `query Deleted${choices.join('')} ($deleted: Boolean!) { organization { children(includeDeleted: $deleted) { nodes { slug } } } }`;
      await sql`update organizations set status = 'DELETED', deleted_at = now() where slug = 'depot'`.execute(
        world.db,
      );
      try {
        for (const deleted of choices) {
          const answer = await ask(document, { as: 'admin@south' }, { deleted });
          expect(answer).toMatchObject({
            by: 'compiled',
            data: { organization: { children: { nodes: deleted ? [{ slug: 'depot' }] : [] } } },
          });
        }
      } finally {
        await sql`update organizations set status = 'ACTIVE', deleted_at = null where slug = 'depot'`.execute(
          world.db,
        );
      }
    },
  );

  it('for pages of another size, from the other end, or with another order', async () => {
    const document = `query Pages ($first: Int, $last: Int, $order: OrganizationOrder) {
      organization { children(first: $first, last: $last, orderBy: $order) { nodes { slug } } } }`;
    const all = `query All ($first: Int, $last: Int) {
      organization { descendants(first: $first, last: $last) { nodes { slug } } } }`;
    const slugs = async (variables: object, asked = document) => {
      const { by, text } = await ask(asked, { as: 'key@acme' }, { ...variables });
      expect(by).toBe('compiled');
      return [...text.matchAll(/"slug":"([^"]+)"/g)].map(([, slug]) => slug);
    };
    expect(await slugs({ first: 2 }, all)).toEqual(['north', 'shop-1']);
    expect(await slugs({ first: 1 }, all)).toEqual(['north']);
    expect(await slugs({ last: 2 }, all)).toEqual(['south', 'depot']);
    expect(await slugs({ last: 1 }, all)).toEqual(['depot']);
    expect(await slugs({ first: 2 })).toEqual(['north', 'south']);
    expect(await slugs({ first: 1 })).toEqual(['north']);
    expect(await slugs({ last: 1 })).toEqual(['south']);
    expect(await slugs({ first: 1, order: 'SLUG_DESC' })).toEqual(['south']);
  });

  it('for another choice of its directives', async () => {
    const document =
      'query Switched ($with: Boolean!) { organization { slug name @include(if: $with) } }';
    for (const choice of [true, false, true]) {
      const { by, data } = await ask(document, { as: 'key@north' }, { with: choice });
      expect({ by, data }).toEqual({
        by: 'compiled',
        data: { organization: { slug: 'north', ...(choice && { name: 'The north' }) } },
      });
    }
  });
});

describe('A statement that serves again reads what belongs to its request:', () => {
  it('the organization, the credential and the scopes of its caller', async () => {
    const document =
      'query Caller { viewer { organization { slug } credential { id } } organization { slug members { totalCount } } }';
    for (const slug of ['north', 'rival', 'shop-1'] as const) {
      const token = await keyOf(slug, 'members:read');
      const [key] = await world.rows(
        sql<{ id: string }>`select id from api_keys order by id desc limit 1`,
      );
      const { by, data } = await ask(document, { token });
      expect(by).toBe('compiled');
      expect(data).toMatchObject({
        viewer: {
          organization: { slug },
          credential: { id: `key_${key?.id.replaceAll('-', '')}` },
        },
        organization: { slug },
      });
    }
  });

  it('its person', async () => {
    const document =
      'query Person { viewer { user { email } memberships { nodes { organization { slug } } } } }';
    for (const slug of ['north', 'south', 'rival'] as const) {
      const { by, data } = await ask(document, { as: `admin@${slug}` });
      expect(by).toBe('compiled');
      expect(data).toEqual({
        viewer: {
          user: { email: `admin@${slug}.example` },
          memberships: { nodes: [{ organization: { slug } }] },
        },
      });
    }
  });

  it('its arguments', async () => {
    const document = 'query Argument ($slug: String!) { organization(slug: $slug) { slug } }';
    for (const slug of ['north', 'shop-1', 'kiosk']) {
      expect(await ask(document, { as: 'key@acme' }, { slug })).toMatchObject({
        by: 'compiled',
        data: { organization: { slug } },
      });
    }
  });

  it('its cursors', async () => {
    const document =
      'query Cursors ($after: String) { organization { descendants(first: 1, after: $after) { nodes { slug } pageInfo { endCursor } } } }';
    const slugs: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 4; page++) {
      const { by, data } = await ask(document, { as: 'key@acme' }, { after });
      expect(by).toBe('compiled');
      const { descendants } = (
        data as {
          organization: {
            descendants: { nodes: { slug: string }[]; pageInfo: { endCursor: string } };
          };
        }
      ).organization;
      slugs.push(...descendants.nodes.map(({ slug }) => slug));
      after = descendants.pageInfo.endCursor;
    }
    expect(slugs).toEqual(['north', 'shop-1', 'kiosk', 'shop-2']);
  });
});

describe('The resolvers answer, with their error,', () => {
  it('where the caller may never read a field', async () => {
    const answer = await ask('query Never { organization { slug apiKeys { totalCount } } }', {
      token: await keyOf('north', 'members:read'),
    });
    expect(answer).toMatchObject({
      by: 'unsupported',
      data: { organization: { slug: 'north', apiKeys: null } },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it('where the caller may read a field below, but not in their own organization', async () => {
    const document =
      'query Below ($slug: String!) { organization(slug: $slug) { slug apiKeys { totalCount } } }';
    const token = await keyOf('north', 'child_organizations:manage');
    expect(await ask(document, { token }, { slug: 'shop-1' })).toMatchObject({
      by: 'compiled',
      data: { organization: { slug: 'shop-1' } },
    });
    const own = await ask(document, { token }, { slug: 'north' });
    expect(own).toMatchObject({
      by: 'refused',
      data: { organization: { slug: 'north', apiKeys: null } },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(await ask(document, { token }, { slug: 'kiosk' })).toMatchObject({
      by: 'compiled',
      data: { organization: { slug: 'kiosk' } },
    });
  });

  it('where an organization that is shown to a person alone is asked for more than its basic fields', async () => {
    await insertMembership(world, world.uuid('depot'), world.uuid('admin@shop-1' as Slug), [
      'user',
    ]);
    const basic = await ask(
      'query Basic { viewer { memberships { nodes { organization { slug } } } } }',
      { as: 'admin@shop-1' },
    );
    const nodes = [{ organization: { slug: 'shop-1' } }, { organization: { slug: 'depot' } }];
    expect(basic).toMatchObject({ by: 'compiled', data: { viewer: { memberships: { nodes } } } });
    const more = await ask(
      'query More { viewer { memberships { nodes { organization { slug depth } } } } }',
      { as: 'admin@shop-1' },
    );
    expect(more.by).toBe('refused');
    expect(more.data).toMatchObject({
      viewer: {
        memberships: {
          nodes: [{ organization: { depth: 0 } }, { organization: { slug: 'depot', depth: null } }],
        },
      },
    });
    expect(code(more)).toBe('ORGANIZATION_REQUIRED');
  });

  it('where what is asked for is missing or elsewhere', async () => {
    const document = 'query Elsewhere ($slug: String!) { organization(slug: $slug) { slug } }';
    const answers = [
      await ask(document, { as: 'key@north' }, { slug: 'rival' }),
      await ask(document, { as: 'key@north' }, { slug: 'no-such' }),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({
        by: 'refused',
        data: { organization: null },
        errors: [{ extensions: { code: 'NOT_FOUND' } }],
      });
  });

  it('where a form finds its arguments wrong', async () => {
    const answer = await ask(
      `query Metrics { organization { usage(${WINDOW}) { metrics(keys: ["no_such_metric"]) { value } } } }`,
      {
        as: 'key@north',
      },
    );
    expect(answer).toMatchObject({
      by: 'refused',
      data: { organization: { usage: { metrics: null } } },
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  it.each(['after', 'before'])(
    'where the cursor %s is of another list, or of another order',
    async (end) => {
      const list = (field: string) =>
        `query List_${end} { organization { ${field} { edges { cursor } } } }`;
      const first = async (field: string): Promise<string> => {
        const { text } = await ask(list(field), { as: 'key@acme' });
        return /"cursor":"([^"]+)"/.exec(text)?.[1] ?? '';
      };
      const document = `query Page_${end} ($cursor: String) { organization { children(${end}: $cursor) { nodes { slug } } } }`;
      const own = await ask(document, { as: 'key@acme' }, { cursor: await first('children') });
      expect(own).toMatchObject({ by: 'compiled', errors: undefined });
      // Keys of the same types are told apart by the statement, others before it is run.
      for (const [list, by] of [
        ['children(orderBy: SLUG_DESC)', 'refused'],
        ['children(orderBy: NAME_ASC)', 'refused'],
        ['members', 'arguments'],
      ] as const) {
        const answer = await ask(document, { as: 'key@acme' }, { cursor: await first(list) });
        expect(answer).toMatchObject({
          by,
          data: { organization: { children: null } },
          errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: end } }],
        });
      }
      const elsewhere = await ask(
        document,
        { as: 'key@north' },
        { cursor: await first('children') },
      );
      expect(elsewhere).toMatchObject({
        by: 'refused',
        errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: end } }],
      });
    },
  );

  it('where an answer has more bytes than any may have', async () => {
    const small = await createWorld({
      limits: { responseBytes: 1_000 },
      onOutcome: (outcome) => void outcomes.push(outcome),
    });
    try {
      outcomes = [];
      const names = (count: number) =>
        Array.from({ length: count }, (_, n) => `${'a'.repeat(40)}${n}: name`).join(' ');
      const short = await small.ask(`{ organization { ${names(10)} } }`, { as: 'key@acme' });
      expect(short.errors).toBeUndefined();
      const long = await small.ask(`{ organization { ${names(30)} } }`, { as: 'key@acme' });
      expect(long.errors).toMatchObject([
        { extensions: { code: 'LIMIT_EXCEEDED', limit: 'responseBytes' } },
      ]);
      expect(outcomes).toMatchObject([{ data: expect.any(String) }, { fall: 'refused' }]);
    } finally {
      await small.close();
    }
  });
});

describe('What the caller may do', () => {
  const CAN =
    'query Can ($scope: String!, $id: ID) { viewer { can(scope: $scope, organizationId: $id) } }';
  const answers = async (token: string, scope: string): Promise<unknown[]> => {
    const told = [];
    for (const id of [null, ...SLUGS.map((slug) => world.org(slug)), missingId('Organization')]) {
      const { by, data } = await ask(CAN, { token }, { scope, id });
      expect(by).toBe('compiled');
      told.push((data as { viewer: { can: boolean } }).viewer.can);
    }
    return told;
  };
  const inside = (own: boolean, below: boolean): boolean[] => [
    own,
    ...SLUGS.map((slug) =>
      slug === 'north' ? own : ['shop-1', 'shop-2', 'kiosk'].includes(slug) && below,
    ),
    false,
  ];

  it('is told of their organization and those below by the scopes they hold, and is nothing elsewhere', async () => {
    const reader = await keyOf('north', 'members:read');
    expect(await answers(reader, 'members:read')).toEqual(inside(true, false));
    expect(await answers(reader, 'api_keys:manage')).toEqual(inside(false, false));
    const manager = await keyOf('north', 'child_organizations:manage');
    expect(await answers(manager, 'members:read')).toEqual(inside(true, true));
    expect(await answers(manager, 'api_keys:manage')).toEqual(inside(false, true));
  });

  it('is an error for a scope that is not in the catalog, and for an id of another type', async () => {
    const token = await keyOf('north', 'members:read');
    expect(await ask(CAN, { token }, { scope: 'no:such' })).toMatchObject({
      by: 'refused',
      errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'scope' } }],
    });
    const user = world.person('admin@north');
    expect(await ask(CAN, { token }, { scope: 'members:read', id: user })).toMatchObject({
      by: 'arguments',
      errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'organizationId' } }],
    });
  });
});

describe('Usage by child', () => {
  const BY_CHILD = `query ByChild ($metric: String!, $after: String, $scope: UsageScope) { organization {
    usage(${WINDOW}, scope: $scope) { byChild(metric: $metric, first: 1, after: $after) { edges { cursor own subtree share node { slug } } } } } }`;

  it('is broken down by the metric, page by page, and by no cursor of another metric', async () => {
    const as = { as: 'key@north' } as const;
    const first = await ask(BY_CHILD, as, { metric: 'voice_calls', scope: 'ALL' });
    expect(first).toMatchObject({
      by: 'compiled',
      data: {
        organization: {
          usage: {
            byChild: {
              edges: [{ own: '0', subtree: '4', share: 4 / 7, node: { slug: 'shop-1' } }],
            },
          },
        },
      },
    });
    const after = /"cursor":"([^"]+)"/.exec(first.text)?.[1];
    const second = await ask(BY_CHILD, as, { metric: 'voice_calls', scope: 'ALL', after });
    expect(second).toMatchObject({ by: 'compiled', errors: undefined });
    expect(second.text).toContain('"own":"3","subtree":"3"');
    expect(second.text).toContain('"slug":"north"');
    for (const metric of ['chat_calls', 'no_such_metric', 'average_call_seconds']) {
      const isOther = metric === 'chat_calls';
      const variables = { metric, scope: 'ALL', ...(isOther && { after }) };
      expect(await ask(BY_CHILD, as, variables)).toMatchObject({
        by: 'refused',
        data: { organization: { usage: { byChild: null } } },
        errors: [
          { extensions: { code: 'BAD_USER_INPUT', argument: isOther ? 'after' : 'metric' } },
        ],
      });
    }
  });

  it('is empty, by its second guard alone, for callers who may not reach below', async () => {
    const document = `{ organization { usage(${WINDOW}, scope: SINGLE) { byChild(metric: "voice_calls") { edges { cursor } } } } }`;
    const answer = async (...scopes: string[]) =>
      (await written(document, await caller('north', ...scopes), unguarded)) ?? '';
    expect(await answer('usage:read')).toBe('{"organization":{"usage":{"byChild":{"edges":[]}}}}');
    expect(await answer('usage:read', 'child_organizations:manage')).toContain('"cursor":"');
    const token = await keyOf('north', 'usage:read');
    expect(
      await ask(BY_CHILD, { token }, { metric: 'voice_calls', scope: 'SINGLE' }),
    ).toMatchObject({
      by: 'unsupported',
      data: { organization: { usage: { byChild: null } } },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });
});

describe('An address of a contact', () => {
  it('is shown by the statement as it is stored, but with an international domain by the resolver, in letters', async () => {
    const emails = async (slug: Slug, email: string) => {
      await sql`insert into contacts (organization_id, kind, name, email) values (${world.uuid(slug)}, 'GENERAL', 'A', ${email})`.execute(
        world.db,
      );
      const { by, text } = await ask(
        'query Contacts ($slug: String!) { organization(slug: $slug) { contacts(kind: GENERAL) { nodes { email } } } }',
        { as: 'key@acme' },
        { slug },
      );
      return [by, ...[...text.matchAll(/"email":"([^"]*)"/g)].map(([, shown]) => shown)];
    };
    expect(await emails('shop-2', 'anna@books.example')).toEqual([
      'compiled',
      'anna@books.example',
    ]);
    expect(await emails('kiosk', 'anna@xn--bcher-kva.example')).toEqual([
      'refused',
      'anna@bücher.example',
    ]);
    expect(await emails('depot', 'anna@BÜCHER.example')).toEqual([
      'refused',
      'anna@bücher.example',
    ]);
  });
});

describe('A page', () => {
  const parts = [
    'nodes { slug }',
    'nodes { slug } pageInfo { hasNextPage hasPreviousPage }',
    'nodes { slug } edges { node { slug } }',
  ];
  it.each(parts)(
    'has no more rows than it was asked for, from either end, with { %s }',
    async (selection) => {
      const asked = (page: string) =>
        ask(`query { organization { descendants(${page}) { ${selection} } } }`, { as: 'key@acme' });
      const forward = await asked('first: 2');
      expect(forward).toMatchObject({
        by: 'compiled',
        data: { organization: { descendants: { nodes: [{ slug: 'north' }, { slug: 'shop-1' }] } } },
      });
      const backward = await asked('last: 2');
      expect(backward).toMatchObject({
        by: 'compiled',
        data: { organization: { descendants: { nodes: [{ slug: 'south' }, { slug: 'depot' }] } } },
      });
      // A statement that reads in order serves pages of any size.
      const children = `query Sizes ($first: Int) { organization { children(first: $first) { ${selection} } } }`;
      for (const [first, slugs] of [
        [1, ['north']],
        [2, ['north', 'south']],
        [100, ['north', 'south']],
        [1, ['north']],
      ] as const) {
        const answer = await ask(children, { as: 'key@acme' }, { first });
        expect(answer).toMatchObject({
          by: 'compiled',
          data: { organization: { children: { nodes: slugs.map((slug) => ({ slug })) } } },
        });
        if (selection.includes('pageInfo'))
          expect(answer.text).toContain(`"hasNextPage":${first === 1}`);
      }
      if (!selection.includes('pageInfo')) return;
      expect(forward).toMatchObject({
        data: {
          organization: {
            descendants: { pageInfo: { hasNextPage: true, hasPreviousPage: false } },
          },
        },
      });
      expect(backward).toMatchObject({
        data: {
          organization: {
            descendants: { pageInfo: { hasNextPage: false, hasPreviousPage: true } },
          },
        },
      });
    },
  );
});

const caller = (slug: Slug, ...scopes: string[]): Promise<Principal> =>
  callerIn(world, slug, ...scopes);
const written = (
  document: string,
  principal: Principal,
  ...changes: Change[]
): Promise<string | undefined> => writtenIn(world, document, principal, ...changes);

describe('The second guard alone', () => {
  const organization = (slug: Slug) =>
    reading(
      'organization',
      sql`select *, null::uuid as shown_to from organizations where slug = ${slug}`,
    );

  it('refuses the row of a type that the caller may not see', async () => {
    const manager = await caller('north', 'child_organizations:manage');
    const member = await caller('north');
    const seen = async (principal: Principal) => {
      const answers = await Promise.all(
        SLUGS.map((slug) => written('{ organization { slug } }', principal, organization(slug))),
      );
      return SLUGS.filter((_, index) => answers[index]?.includes(REFUSED) === false);
    };
    expect(await seen(manager)).toEqual(['north', 'shop-1', 'shop-2', 'kiosk']);
    expect(await seen(member)).toEqual(['north']);
  });

  it('leaves a list empty whose parent is not one of its own', async () => {
    const document =
      '{ organization { members { totalCount nodes { id } } children { totalCount edges { cursor } pageInfo { hasNextPage } } childCount } }';
    const answer = async (principal: Principal): Promise<unknown> =>
      JSON.parse((await written(document, principal, unguarded)) ?? '');
    const empty = {
      members: { totalCount: 0, nodes: [] },
      children: { totalCount: 0, edges: [], pageInfo: { hasNextPage: false } },
      childCount: 0,
    };
    expect(await answer(await caller('north', 'usage:read'))).toEqual({ organization: empty });
    const full = { members: { totalCount: 3 }, children: { totalCount: 2 }, childCount: 2 };
    expect(
      await answer(await caller('north', 'members:read', 'child_organizations:manage')),
    ).toMatchObject({ organization: full });
  });

  it('leaves the lists of a person empty for everybody else', async () => {
    const [own, other] = [world.uuid('admin@north' as Slug), world.uuid('admin@rival' as Slug)];
    const person: Principal = {
      ...(await caller('north')),
      user: { id: own, verifiedEmail: null },
    };
    const of = (id: string) =>
      written(
        '{ viewer { memberships { totalCount nodes { __typename } } } }',
        person,
        reading('viewer', sql`select ${id}::uuid as id`),
      );
    expect(await of(own)).toBe(
      '{"viewer":{"memberships":{"totalCount":1,"nodes":[{"__typename":"Membership"}]}}}',
    );
    expect(await of(other)).toBe('{"viewer":{"memberships":{"totalCount":0,"nodes":[]}}}');
  });

  it('refuses usage of an organization that the caller may not read it of', async () => {
    const document = `{ organization { usage(${WINDOW}, scope: SINGLE) { scope } } }`;
    expect(await written(document, await caller('north', 'members:read'), unguarded)).toContain(
      REFUSED,
    );
    expect(await written(document, await caller('north', 'usage:read'), unguarded)).toBe(
      '{"organization":{"usage":{"scope":"SINGLE"}}}',
    );
  });

  it('refuses an object that must be there and is not', async () => {
    const document = '{ organization { members { nodes { user { email } } } } }';
    const reader = await caller('north', 'members:read');
    expect(await written(document, reader)).toContain('admin@north.example');
    expect(
      await written(
        document,
        reader,
        reading('user', sql`select *, null::uuid[] as lineage, '' as scope from users where false`),
      ),
    ).toContain(REFUSED);
  });

  it('gives no answer where a root field has no value', async () => {
    const member = await caller('north');
    expect(await written('{ organization { slug } }', member)).toBe(
      '{"organization":{"slug":"north"}}',
    );
    expect(await written('{ organization(slug: "rival") { slug } }', member)).toBeUndefined();
  });

  it('writes no statement for callers without a credential, or without an organization that a root field takes', async () => {
    const member = await caller('north');
    const roots = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(
      (field) => formOf(field) !== undefined,
    );
    expect(roots.map(({ name }) => name)).toContain('viewer');
    const token = createInvitationToken();
    await insertInvitation(world, world.uuid('north'), 'root@x.example', tokenHash(token));
    const given: Record<string, string> = {
      node: `(id: "${world.org('north')}")`,
      nodes: `(ids: ["${world.org('north')}"])`,
      slugAvailability: '(slug: "free")',
      invitationPreview: `(token: "${token}")`,
    };
    for (const { name } of roots) {
      const document = `{ ${name}${given[name] ?? ''} { __typename } }`;
      expect(await written(document, member)).toContain('__typename');
      await expect(written(document, anonymous)).rejects.toThrow(Unsupported);
    }
    for (const name of ['organization', 'node', 'nodes'])
      await expect(
        written(`{ ${name}${given[name] ?? ''} { __typename } }`, {
          ...member,
          organization: null,
        }),
      ).rejects.toThrow(Unsupported);
  });

  it('tells callers apart by all that statements depend on', async () => {
    const key = await caller('north', 'members:read', 'usage:read');
    const shape = (change: Partial<Principal>) => principalShape({ ...key, ...change });
    const credential = (kind: CredentialKind) => ({
      credential: { kind, id: '1', name: null, expiresAt: null },
    });
    const user = (verifiedEmail: string | null) => ({ user: { id: '1', verifiedEmail } });
    const scopes = (...names: string[]) => ({
      organization: { id: '1', lineage: ['1'], scopes: new Set(names) },
    });
    const shapes = [
      shape({}),
      shape({ credential: null }),
      shape(credential('SESSION')),
      shape(credential('PERSONAL_ACCESS_TOKEN')),
      shape(user(null)),
      shape(user('a@x.example')),
      shape({ organization: null }),
      shape(scopes()),
      shape(scopes('members:read')),
    ];
    expect(new Set(shapes).size).toBe(shapes.length);
    // And by nothing else: not by who they are, nor by the order of their scopes.
    expect(shape(scopes('usage:read', 'members:read'))).toBe(shape({}));
    expect(shape(user('b@x.example'))).toBe(shape(user('a@x.example')));
  });

  it('keeps values of a request out of the text of a statement', () => {
    const value = slot(({ now }) => now.toISOString());
    expect(() => `at ${value}`).toThrow(TypeError);
    expect(() => value < 'x').toThrow(TypeError);
  });

  it('gives a slot one parameter, except where texts look like a parameter', () => {
    const one = slot(({ now }) => now);
    const other = slot(({ principal }) => principal.organization?.id);
    expect(withSharedSlots('$1 $2 $3 $4 $5', [one, 'x', other, one, 'x'])).toEqual({
      text: '$1 $2 $3 $1 $4',
      parameters: [one, 'x', other, 'x'],
    });
    for (const literal of ['$1', '$3', '$0', '$12'])
      expect(withSharedSlots(`$1 '${literal}' $2`, [one, one])).toEqual({
        text: `$1 '${literal}' $2`,
        parameters: [one, one],
      });
  });
});

describe('The two forms of the guard of a type agree', () => {
  interface Guarded {
    extensions: {
      visibility?: (principal: Principal) => RawBuilder<boolean>;
      pothosOptions?: { authScopes: (row: VisibleRow, context: object) => boolean };
    };
  }
  const types = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && 'visibility' in type.extensions,
  );

  it.each(types.map(({ name }) => name))('for %s', async (name) => {
    const { extensions } = schema.getType(name) as unknown as Guarded;
    const { visibility, pothosOptions } = extensions;
    if (!visibility || !pothosOptions) throw new RangeError(name);
    const [own, other] = [world.uuid('admin@north' as Slug), world.uuid('admin@rival' as Slug)];
    const callers: Principal[] = [
      anonymous,
      await caller('north'),
      await caller('north', 'child_organizations:manage'),
      await caller(
        'north',
        'members:read',
        'roles:manage',
        'api_keys:manage',
        'organizations:manage',
        'audit:read',
      ),
      { ...(await caller('north')), user: { id: own, verifiedEmail: null } },
      {
        ...(await caller('north', 'child_organizations:manage')),
        user: { id: own, verifiedEmail: null },
      },
      { ...anonymous, user: { id: own, verifiedEmail: null } },
    ];
    const rows = await world.rows(sql<Required<VisibleRow>>`
      select person as id, person as user_id, nullif(person, ${other}::uuid) as shown_to, o.lineage, built_in, scope
      from (select lineage from organizations union all select null) as o
      cross join unnest(array[${own}, ${other}]::uuid[]) as person
      cross join unnest(array[true, false]) as built_in
      cross join unnest(array['members:read', 'audit:read', 'usage:read']) as scope`);
    expect(rows).toHaveLength((SLUGS.length + 1) * 12);
    for (const principal of callers) {
      const visible = sql<{ visible: boolean[] }>`
        select array_agg(${visibility(principal)} order by parent.n) as visible
        from (
          select r.ordinality as n, (r.row->>'id')::uuid as id, (r.row->>'user_id')::uuid as user_id, (r.row->>'shown_to')::uuid as shown_to,
            (r.row->>'built_in')::boolean as built_in, r.row->>'scope' as scope,
            case when r.row->>'lineage' is not null then array(select jsonb_array_elements_text(r.row->'lineage'))::uuid[] end as lineage
          from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) with ordinality as r (row, ordinality)
        ) as parent`;
      const [inSql] = await world.rows(visible);
      expect(inSql?.visible).toEqual(
        rows.map((row) => pothosOptions.authScopes(row, { principal })),
      );
    }
  });

  it('and show nothing where nothing opens a type', async () => {
    const [row] = await world.rows(
      sql<{ visible: boolean }>`select ${visibleIf(anonymous, { owner: 'user_id' })} as visible`,
    );
    expect(row).toEqual({ visible: false });
  });
});
