import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChildrenDocument, OrganizationDocument } from '../generated/graphql.ts';
import { backward, forward, type WalkArguments } from '../setup/pages.ts';
import { code, createWorld, missingId, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const as = 'key@north' as const;

describe('an organization', () => {
  it('stays in the answer when an argument of one of its lists is refused, which is null alone', async () => {
    const document = `{ organization { slug children(after: "bad") { totalCount } descendants(first: 0) { totalCount }
      members(first: 101) { totalCount } usage(from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z") { organizationCount metrics(keys: ["none"]) { value } } }
      viewer { scopes memberships(first: 0) { totalCount } invitations(after: "bad") { totalCount } } }`;
    const { data, errors } = await world.ask(document, { as: 'admin@north' });
    expect(data).toMatchObject({
      organization: {
        slug: 'north',
        children: null,
        descendants: null,
        members: null,
        usage: { organizationCount: 4, metrics: null },
      },
      viewer: { memberships: null, invitations: null },
    });
    expect(errors?.map(({ path }) => path?.at(-1)).toSorted()).toEqual(
      expect.arrayContaining([
        'children',
        'descendants',
        'invitations',
        'members',
        'memberships',
        'metrics',
      ]),
    );
  });

  it('is found by id, by slug, or as the organization of the request', async () => {
    for (const variables of [{ id: world.org('shop-1') }, { slug: 'shop-1' }]) {
      const { data } = await world.query(OrganizationDocument, variables, { as });
      expect(data?.organization).toMatchObject({
        id: world.org('shop-1'),
        slug: 'shop-1',
        name: 'The shop-1',
        kind: 'CUSTOMER',
        status: 'ACTIVE',
        domain: null,
        domainSetupStatus: 'NOT_CONFIGURED',
        parentId: world.org('north'),
        parent: { slug: 'north' },
        depth: 1,
        ancestors: [{ slug: 'north' }],
        hasChildren: true,
        childCount: 1,
        descendantCount: 1,
      });
    }
    expect((await world.query(OrganizationDocument, {}, { as })).data?.organization?.slug).toBe(
      'north',
    );
  });

  it("shows nothing above the caller's own: no parent, no ancestors, depth counted from there", async () => {
    const own = (await world.query(OrganizationDocument, {}, { as })).data?.organization;
    expect(own).toMatchObject({
      parent: null,
      parentId: null,
      ancestors: [],
      depth: 0,
      childCount: 2,
      descendantCount: 3,
    });
    const deep = (await world.query(OrganizationDocument, { slug: 'kiosk' }, { as })).data
      ?.organization;
    expect(deep).toMatchObject({
      depth: 2,
      ancestors: [{ slug: 'north' }, { slug: 'shop-1' }],
      parent: { slug: 'shop-1' },
      hasChildren: false,
      childCount: 0,
    });
  });

  it('asked for by id and slug at once is refused', async () => {
    const answer = await world.query(
      OrganizationDocument,
      { id: world.org('north'), slug: 'north' },
      { as },
    );
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'slug',
    });
  });

  it('asked for by something that is no id of an organization is refused, naming the argument and the form', async () => {
    for (const id of [
      '',
      'north',
      'org_123',
      'org_019AC2F1D0B87A3E8C5F4B2A1D0E9F87',
      `usr_${'0'.repeat(32)}`,
      world.uuid('north'),
      'org_\u0000',
      `${world.org('north')} `,
    ]) {
      const answer = await world.query(OrganizationDocument, { id }, { as });
      expect(answer.errors?.[0]).toMatchObject({
        extensions: {
          code: 'BAD_USER_INPUT',
          argument: 'id',
          bound: expect.stringContaining('org_'),
        },
      });
      expect(answer.data).toEqual({ organization: null });
    }
    for (const slug of ['no\u0000rth', '\ud800'])
      expect(code(await world.query(OrganizationDocument, { slug }, { as }))).toBe(
        'BAD_USER_INPUT',
      );
    for (const id of [
      'garbage',
      'xyz_019ac2f1d0b87a3e8c5f4b2a1d0e9f87',
      missingId('ExternalAccount'),
    ])
      expect(code(await world.ask(`{ node(id: "${id}") { id } }`, { as }))).toBe('BAD_USER_INPUT');
    expect(code(await world.ask('{ nodes(ids: []) { id } }', { as }))).toBe('BAD_USER_INPUT');
    // In any place of a list, and whatever stands beside it.
    for (const ids of [
      ['x', missingId('User')],
      [missingId('User'), 'x'],
      [world.org('north'), missingId('Role'), 'x'],
    ]) {
      const answer = await world.ask(`{ nodes(ids: ${JSON.stringify(ids)}) { id } }`, { as });
      expect(answer).toMatchObject({
        data: { nodes: null },
        errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'ids' } }],
      });
    }
    expect(
      code(
        await world.ask(
          `{ nodes(ids: ${JSON.stringify(Array(101).fill(missingId('User')))}) { id } }`,
          { as },
        ),
      ),
    ).toBe('BAD_USER_INPUT');
  });

  it('shows its details: address, offers, accounts, branding, billing, limits, inventory and provisioning', async () => {
    const id = world.uuid('shop-2');
    await sql`insert into organization_profiles values (${id}, 'Main St 1', null, 'Porto', '13', '4000', 'PT', 'PARTNER', 'https://x.example/l.svg', '#112233', null)`.execute(
      world.db,
    );
    await sql`insert into marketplace_offers values (${id}, 'GCP', 'https://gcp.example/o'), (${id}, 'AWS', 'https://aws.example/o')`.execute(
      world.db,
    );
    await sql`insert into external_accounts (organization_id, system, account_id) values (${id}, 'zuora', 'A-1')`.execute(
      world.db,
    );
    await sql`insert into billing_accounts (organization_id, email) values (${id}, 'pay@x.example')`.execute(
      world.db,
    );
    await sql`insert into concurrency_limits values (${id}, 3, 1)`.execute(world.db);
    await sql`insert into inventory_items (organization_id, kind, name) values (${id}, 'AGENT', 'a'), (${id}, 'AGENT', 'b'), (${id}, 'PHONE_NUMBER', 'p')`.execute(
      world.db,
    );
    await sql`insert into provisioning_steps (organization_id, name, status, attempts, error) values (${id}, 'PHONE_NUMBER', 'FAILED', 5, 'empty pool'), (${id}, 'IDENTITY', 'DONE', 1, null)`.execute(
      world.db,
    );
    const document = `{ organization(slug: "SLUG") {
      primaryAddress { line1 line2 city state zip country } marketplaceOffers { marketplace url } externalAccounts { id system accountId } invoiceOwner
      branding { logoUrl primaryColor secondaryColor } billing { plan status email customerId subscriptionId } limits { concurrency { limit inUse } }
      inventory { agents phoneNumbers webWidgets knowledgeBases telephonyTrunks } provisioning { status steps { name status attempts error finishedAt resourceId } } } }`;
    expect((await world.ask(document.replace('SLUG', 'shop-2'), { as })).data).toEqual({
      organization: {
        primaryAddress: {
          line1: 'Main St 1',
          line2: null,
          city: 'Porto',
          state: '13',
          zip: '4000',
          country: 'PT',
        },
        marketplaceOffers: [
          { marketplace: 'AWS', url: 'https://aws.example/o' },
          { marketplace: 'GCP', url: 'https://gcp.example/o' },
        ],
        externalAccounts: [
          { id: expect.stringMatching(/^ref_[0-9a-f]{32}$/), system: 'zuora', accountId: 'A-1' },
        ],
        invoiceOwner: 'PARTNER',
        branding: {
          logoUrl: 'https://x.example/l.svg',
          primaryColor: '#112233',
          secondaryColor: null,
        },
        billing: {
          plan: 'free',
          status: 'pending',
          email: 'pay@x.example',
          customerId: null,
          subscriptionId: null,
        },
        limits: { concurrency: { limit: 3, inUse: 1 } },
        inventory: {
          agents: 2,
          phoneNumbers: 1,
          webWidgets: 0,
          knowledgeBases: 0,
          telephonyTrunks: 0,
        },
        provisioning: {
          status: 'FAILED',
          steps: [
            {
              name: 'IDENTITY',
              status: 'DONE',
              attempts: 1,
              error: null,
              finishedAt: null,
              resourceId: null,
            },
            {
              name: 'PHONE_NUMBER',
              status: 'FAILED',
              attempts: 5,
              error: 'empty pool',
              finishedAt: null,
              resourceId: null,
            },
          ],
        },
      },
    });
    expect((await world.ask(document.replace('SLUG', 'kiosk'), { as })).data).toMatchObject({
      organization: {
        primaryAddress: null,
        marketplaceOffers: [],
        externalAccounts: [],
        invoiceOwner: null,
        branding: { logoUrl: null },
        billing: null,
        limits: { concurrency: { limit: 0, inUse: 0 } },
        inventory: { agents: 0 },
        provisioning: { status: 'PENDING', steps: [] },
      },
    });
  });
});

describe('slugAvailability', () => {
  it('tells whether a slug is free and, if not, why', async () => {
    const reason = async (slug: string) =>
      (
        await world.ask<{ slugAvailability: { available: boolean; reason: string | null } }>(
          `query ($slug: String!) { slugAvailability(slug: $slug) { slug available reason } }`,
          { as },
          { slug },
        )
      ).data?.slugAvailability;
    expect(await reason('brand-new')).toEqual({ slug: 'brand-new', available: true, reason: null });
    expect(await reason('rival')).toMatchObject({ available: false, reason: 'TAKEN' });
    expect(await reason('graphql')).toMatchObject({ available: false, reason: 'RESERVED' });
    for (const slug of ['ab', 'Abc', 'a--b', '-ab', 'x'.repeat(64), '', 'a b', 'ä-b-c', 'abc.'])
      expect(await reason(slug)).toMatchObject({ available: false, reason: 'INVALID' });
    const [row] = await world.rows(
      sql<{
        id: string;
      }>`insert into organizations (slug, name) values ('was-here', 'x') returning id`,
    );
    await sql`delete from organizations where id = ${row?.id}`.execute(world.db);
    expect(await reason('was-here')).toMatchObject({ available: false, reason: 'TAKEN' });
  });
});

describe('children', () => {
  const names = Array.from({ length: 30 }, (_, n) => ({
    slug: `kid-${String((n * 7) % 30).padStart(2, '0')}`,
    name: n % 2 ? `Zed ${n}` : `apple ${n}`,
    kind: n % 3 ? 'CUSTOMER' : 'RESELLER',
  }));
  beforeAll(async () => {
    for (const [n, { slug, name, kind }] of names.entries()) {
      await sql`insert into organizations (slug, name, kind, parent_id, created_at) values (${slug}, ${name}, ${kind}, ${world.uuid('shop-2')}, ${`2026-01-01T00:00:00.00000${n % 10}Z`})`.execute(
        world.db,
      );
    }
    await sql`insert into organizations (slug, name, parent_id, status, deleted_at) values ('kid-gone', 'Gone', ${world.uuid('shop-2')}, 'DELETED', now())`.execute(
      world.db,
    );
  });
  const page = async (variables: object) =>
    (await world.query(ChildrenDocument, { id: world.org('shop-2'), ...variables }, { as })).data
      ?.organization?.children;

  it('come 25 at a time by slug, with a count that leaves out the deleted', async () => {
    const first = await page({});
    expect(first?.nodes.map((node) => node.slug)).toEqual(
      names
        .map(({ slug }) => slug)
        .toSorted()
        .slice(0, 25),
    );
    expect(first?.edges.map((edge) => edge.node)).toEqual(first?.nodes);
    expect(first).toMatchObject({
      totalCount: 30,
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
  });

  it.each([
    'SLUG_ASC',
    'SLUG_DESC',
    'NAME_ASC',
    'NAME_DESC',
    'CREATED_AT_ASC',
    'CREATED_AT_DESC',
  ] as const)(
    'page through %s in both directions without losing or repeating any',
    async (orderBy) => {
      const whole = (await page({ orderBy, first: 100 }))?.nodes.map((node) => node.slug);
      expect(new Set(whole).size).toBe(30);
      for (const size of [1, 7, 29, 30]) {
        const ask = async (walk: WalkArguments) => {
          const found = await page({ orderBy, ...walk });
          return {
            rows: found?.nodes.map((node) => node.slug) ?? [],
            pageInfo: found?.pageInfo ?? { hasNextPage: false },
          };
        };
        expect(await forward(size, ask)).toEqual(whole);
        expect(await backward(size, ask)).toEqual(whole);
      }
    },
  );

  it('are ordered as the order says, names without regard to case', async () => {
    const byName = names
      .toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
      .map(({ slug }) => slug);
    expect(
      (await page({ orderBy: 'NAME_ASC', first: 100 }))?.nodes.map((node) => node.slug),
    ).toEqual(byName);
    expect(
      (await page({ orderBy: 'NAME_DESC', first: 100 }))?.nodes.map((node) => node.slug),
    ).toEqual(byName.toReversed());
    const dates = await world.rows(
      sql<{
        slug: string;
      }>`select slug from organizations where parent_id = ${world.uuid('shop-2')} and deleted_at is null order by created_at, id`,
    );
    expect(
      (await page({ orderBy: 'CREATED_AT_ASC', first: 100 }))?.nodes.map((node) => node.slug),
    ).toEqual(dates.map((row) => row.slug));
  });

  it('can be narrowed to a kind and widened to the deleted, by those who may manage them', async () => {
    expect((await page({ kind: 'RESELLER', first: 100 }))?.totalCount).toBe(10);
    expect(
      (await page({ includeDeleted: true, first: 100 }))?.nodes.map((node) => node.slug),
    ).toContain('kid-gone');
    const refused = await world.query(
      ChildrenDocument,
      { id: world.org('north'), includeDeleted: true },
      { as: 'viewer@north' },
    );
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      requiredScopes: ['child_organizations:manage'],
    });
  });

  it('keep their pages when others are added in between', async () => {
    const first = await page({ first: 10 });
    await sql`insert into organizations (slug, name, parent_id) values ('kid-00-new', 'New', ${world.uuid('shop-2')})`.execute(
      world.db,
    );
    const second = await page({ first: 10, after: first?.pageInfo.endCursor });
    expect(second?.nodes.map((node) => node.slug)).toEqual(
      names
        .map(({ slug }) => slug)
        .toSorted()
        .slice(10, 20),
    );
    await sql`delete from organizations where slug = 'kid-00-new'`.execute(world.db);
  });

  it('refuse page arguments out of bounds, naming the argument and the bound', async () => {
    const cursor = (await page({ first: 2 }))?.pageInfo.endCursor ?? '';
    const decoded = Buffer.from(cursor, 'base64url');
    const forged = Buffer.concat([
      decoded.subarray(0, 8),
      Buffer.from('["kid-20","019ac2f1-d0b8-7a3e-8c5f-4b2a1d0e9f87"]'),
    ]).toString('base64url');
    const elsewhere = (
      await world.query(ChildrenDocument, { id: world.org('north'), first: 1 }, { as })
    ).data?.organization?.children?.pageInfo.endCursor;
    const cases: [object, string][] = [
      [{ first: 0 }, 'first'],
      [{ first: 101 }, 'first'],
      [{ first: -1 }, 'first'],
      [{ last: 0 }, 'last'],
      [{ last: 101 }, 'last'],
      [{ first: 2, last: 2 }, 'last'],
      [{ after: 'x' }, 'after'],
      [{ after: '' }, 'after'],
      [{ before: '!' }, 'before'],
      [{ after: forged }, 'after'],
      [{ after: `${cursor}A` }, 'after'],
      [{ after: cursor.slice(1) }, 'after'],
      [{ after: elsewhere }, 'after'],
      [{ after: cursor, orderBy: 'NAME_ASC' }, 'after'],
      [{ before: cursor, orderBy: 'SLUG_DESC' }, 'before'],
      [{ after: '\u0000' }, 'after'],
    ];
    for (const [variables, argument] of cases) {
      const answer = await world.query(
        ChildrenDocument,
        { id: world.org('shop-2'), ...variables },
        { as },
      );
      expect({ variables, error: answer.errors?.[0]?.extensions }).toEqual({
        variables,
        error: {
          code: 'BAD_USER_INPUT',
          argument,
          bound: expect.any(String),
          path: [argument],
          fields: [{ field: argument, path: [argument], message: expect.any(String) }],
        },
      });
    }
  });
});
