import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import {
  AuditLogDocument,
  CreateOrganizationDocument,
  SlugAvailabilityDocument,
  type CreateOrganizationInput,
} from '../generated/graphql.ts';
import { PATIENT, untilAnswered } from '../setup/answered.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import { runJobs, sentMail, tokenIn } from '../setup/outbox.ts';
import {
  code,
  createWorld,
  missingId,
  payload,
  type RequestOptions,
  type World,
} from '../setup/world.ts';

let world: World;
let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
  world = await createWorld(
    { sessions: new Sessions(issuer.settings, createLogger('silent')), limits: PATIENT },
    { poolSize: 16 },
  );
});
afterAll(async () => {
  await world.close();
  await issuer.close();
});

let made = 0;
const fresh = (): string => `made-${++made}`;

type Input = Partial<CreateOrganizationInput>;
const create = (input: Input = {}, options: RequestOptions = { as: 'admin@north' }) =>
  world.query(
    CreateOrganizationDocument,
    { input: { name: 'Made', slug: fresh(), parentId: world.org('north'), ...input } },
    options,
  );
const created = async (...call: Parameters<typeof create>) => {
  const answer = await create(...call);
  expect(answer.errors).toBeUndefined();
  return payload(answer.data?.createOrganization, 'CreateOrganizationPayload');
};
const availability = async (slug: string) =>
  (await world.query(SlugAvailabilityDocument, { slug }, { as: 'admin@acme', organization: null }))
    .data?.slugAvailability;
const counted = async () =>
  (await world.rows(sql<{ count: number }>`select count(*)::int as count from organizations`))[0]
    ?.count;

const FULL: Input = {
  name: 'Summit Dental',
  kind: 'CUSTOMER',
  domain: 'Portal.Summit.example',
  primaryAddress: {
    line1: '1 Main Street',
    city: 'Springfield',
    state: 'IL',
    zip: '62701',
    country: 'us',
  },
  marketplaceOffers: [
    { marketplace: 'AWS', url: 'https://aws.example/offer' },
    { marketplace: 'GCP', url: 'https://gcp.example/offer' },
  ],
  externalAccounts: [
    { system: 'labra', accountId: 'sub-1' },
    { system: 'zuora', accountId: 'A-1' },
  ],
  invoiceOwner: 'END_CUSTOMER',
  branding: { logoUrl: 'https://cdn.example/logo.svg', primaryColor: '#1A2B3C' },
  billingEmail: 'bills@summit.example',
  users: [
    { email: 'One@summit.example', roles: ['admin'] },
    { email: 'two@summit.example', roles: ['support', 'pilot'] },
    { email: 'three@summit.example' },
  ],
};

describe('creating an organization below another', () => {
  it('takes everything that there is to say in one mutation', async () => {
    const slug = fresh();
    const all = await created({ ...FULL, slug });
    expect(all.organization).toMatchObject({
      slug,
      name: 'Summit Dental',
      status: 'ACTIVE',
      version: 1,
      depth: 1,
      parentId: world.org('north'),
      domain: 'portal.summit.example',
      domainSetupStatus: 'PENDING',
      primaryAddress: { line1: '1 Main Street', city: 'Springfield', country: 'US' },
      marketplaceOffers: [{ marketplace: 'AWS' }, { marketplace: 'GCP' }],
      externalAccounts: [
        { system: 'labra', accountId: 'sub-1' },
        { system: 'zuora', accountId: 'A-1' },
      ],
      invoiceOwner: 'END_CUSTOMER',
      branding: { logoUrl: 'https://cdn.example/logo.svg', primaryColor: '#1a2b3c' },
      billing: { plan: 'free', status: 'pending', email: 'bills@summit.example' },
      provisioning: { status: 'PENDING' },
    });
    expect(all.membership).toMatchObject({
      user: { id: world.person('admin@north') },
      roles: [{ key: 'admin' }],
    });
    expect(all.memberships).toEqual([{ id: all.membership?.id }]);
    expect(all.invitations).toMatchObject([
      { email: 'One@summit.example', roles: [{ key: 'admin' }], status: 'PENDING' },
      { email: 'two@summit.example', roles: [{ key: 'support' }] },
      { email: 'three@summit.example', roles: [{ key: 'user' }] },
    ]);
    expect(all.ignoredRoles).toEqual(['pilot']);
    expect(all.invitationOutcomes.map((one) => one.ignoredRoles)).toEqual([[], ['pilot'], []]);
    const mails = await sentMail(world);
    expect(mails.map((mail) => mail.to).toSorted()).toEqual([
      'One@summit.example',
      'three@summit.example',
      'two@summit.example',
    ]);
    expect(mails.map(tokenIn)).toHaveLength(3);
  });

  it('makes the person its admin, who signs in there with the next request', async () => {
    const { organization } = await created();
    const there = await world.ask<{ viewer: { scopes: string[] } }>(
      '{ viewer { scopes } organization { slug } }',
      {
        as: 'admin@north',
        organization: organization.slug,
      },
    );
    expect(there.data).toMatchObject({ organization: { slug: organization.slug } });
    expect(there.data?.viewer.scopes).toHaveLength(10);
  });

  it('makes no member for an API key: whoever is to be admin is invited', async () => {
    const { membership, memberships, invitations, organization } = await created(
      { users: [{ email: 'first@admin.example', roles: ['admin'] }] },
      { as: 'key@north' },
    );
    expect({ membership, memberships }).toEqual({ membership: null, memberships: [] });
    expect(invitations).toHaveLength(1);
    expect(organization.billing?.email).toBeNull();
  });

  it('takes the billing address from the person unless one is given', async () => {
    expect((await created()).organization.billing).toMatchObject({
      plan: 'free',
      email: 'admin@north.example',
    });
  });

  it('reports each person who could not be invited, and creates all the same', async () => {
    const { invitations, invitationOutcomes, ignoredRoles } = await created({
      users: [
        { email: 'admin@north.example' },
        { email: 'twice@x.example' },
        { email: 'TWICE@X.example' },
        { email: 'odd@x.example', roles: ['pilot'] },
      ],
    });
    expect(invitations).toHaveLength(1);
    expect(invitationOutcomes.map((one) => one.error?.code ?? null)).toEqual([
      'ALREADY_MEMBER',
      null,
      'INVITATION_EXISTS',
      'NO_VALID_ROLE',
    ]);
    expect(ignoredRoles).toEqual(['pilot']);
  });

  it('is in the log of the new organization', async () => {
    const { organization } = await created({
      externalAccounts: [{ system: 'zuora', accountId: fresh() }],
    });
    const log = await world.query(
      AuditLogDocument,
      { id: organization.id, first: 5 },
      { as: 'admin@acme' },
    );
    expect(log.data?.organization?.auditLog?.nodes).toMatchObject([
      {
        action: 'createOrganization',
        targetId: organization.id,
        before: null,
        after: {
          slug: organization.slug,
          parentId: world.org('north'),
          admin: world.person('admin@north'),
        },
      },
    ]);
    // Its own people do not learn from the log what lies above them.
    const within = await world.query(
      AuditLogDocument,
      { id: organization.id, first: 5 },
      { as: 'admin@north', organization: organization.slug },
    );
    const after: unknown = within.data?.organization?.auditLog?.nodes[0]?.after;
    expect(after).toMatchObject({ slug: organization.slug });
    expect(after).not.toHaveProperty('parentId');
  });
});

describe('creating an organization of its own', () => {
  it('is open to every person, without an organization, and its answer shows it whole', async () => {
    const token = await issuer.session('founder', 'founder@start.example');
    const all = await created(
      {
        ...FULL,
        parentId: null,
        externalAccounts: null,
        users: [{ email: 'co@start.example', roles: ['admin'] }],
      },
      { token },
    );
    expect(all.organization).toMatchObject({
      depth: 0,
      parentId: null,
      primaryAddress: { city: 'Springfield' },
      billing: { plan: 'free' },
    });
    expect(all.membership?.roles).toEqual([{ key: 'admin' }]);
    expect(all.membership?.scopes).toHaveLength(10);
    expect(all.invitations).toMatchObject([{ email: 'co@start.example' }]);
    const there = await world.ask('{ organization { slug } }', {
      token,
      organization: all.organization.slug,
    });
    expect(there.data).toEqual({ organization: { slug: all.organization.slug } });
  });

  it('has invitations that can be accepted, since the person vouches as its admin', async () => {
    const { organization } = await created(
      { parentId: null, users: [{ email: 'guest@start.example', roles: ['admin'] }] },
      { as: 'viewer@north' },
    );
    const mail = (await sentMail(world)).find(({ to }) => to === 'guest@start.example');
    const guest = await issuer.session('guest', 'guest@start.example');
    const accepted = await world.ask<{ acceptInvitation: { __typename: string } }>(
      `mutation { acceptInvitation(input: { token: "${tokenIn(mail ?? { text: '' })}" }) { __typename } }`,
      { token: guest },
    );
    expect(accepted.data?.acceptInvitation.__typename).toBe('AcceptInvitationPayload');
    expect(
      (
        await world.ask('{ organization { slug } }', {
          token: guest,
          organization: organization.slug,
        })
      ).errors,
    ).toBeUndefined();
  });

  it('is not shown to those it does not concern, nor does it give rights elsewhere', async () => {
    const { organization } = await created({ parentId: null }, { as: 'viewer@north' });
    const seen = await world.ask(
      'query ($id: ID) { organization(id: $id) { id } }',
      { as: 'admin@acme' },
      { id: organization.id },
    );
    expect(code(seen)).toBe('NOT_FOUND');
    // Several mutations in one document: the answer of the first changes nothing for the second.
    const document = `mutation ($a: CreateOrganizationInput!, $b: SuspendOrganizationInput!) {
      a: createOrganization(input: $a) { __typename ... on CreateOrganizationPayload { organization { provisioning { status } } } }
      b: suspendOrganization(input: $b) { __typename }
    }`;
    const both = await world.ask(
      document,
      { as: 'viewer@north' },
      { a: { name: 'X', slug: fresh() }, b: { id: world.org('shop-2') } },
    );
    expect(code(both)).toBe('NOT_FOUND');
    expect(both.errors?.[0]?.path).toEqual(['b']);
  });

  it('is refused to an API key, which nobody could follow there', async () => {
    expect(code(await create({ parentId: null }, { as: 'key@north' }))).toBe('FORBIDDEN');
  });
});

describe('a slug', () => {
  it('is refused exactly as slugAvailability tells', async () => {
    const taken = (await created()).organization.slug;
    await sql`insert into retired_slugs (slug, organization_id) values ('once-there', uuidv7())`.execute(
      world.db,
    );
    const cases = [
      [taken, 'TAKEN'],
      ['rival', 'TAKEN'],
      ['once-there', 'TAKEN'],
      ['admin', 'RESERVED'],
      ['ab', 'INVALID'],
      ['a--b', 'INVALID'],
      ['-ab', 'INVALID'],
      ['Abc', 'INVALID'],
      ['ab_c', 'INVALID'],
      ['a'.repeat(64), 'INVALID'],
      ['äbc', 'INVALID'],
    ] as const;
    for (const [slug, reason] of cases) {
      expect(await availability(slug)).toEqual({ slug, available: false, reason });
      const answer = await create({ slug });
      if (reason === 'INVALID')
        expect(answer.errors?.[0]?.extensions).toMatchObject({
          code: 'BAD_USER_INPUT',
          argument: 'slug',
        });
      else
        expect(answer.data?.createOrganization).toMatchObject({
          __typename: 'SlugTakenError',
          code: 'SLUG_TAKEN',
          slug,
          reason,
        });
    }
    for (const slug of ['a-b', 'abc', '0-0-0', 'a'.repeat(63)]) {
      expect(await availability(slug)).toEqual({ slug, available: true, reason: null });
      expect((await created({ slug })).organization.slug).toBe(slug);
    }
  });

  it('claimed 64 times at the same moment, in five places, has one winner', async () => {
    for (let round = 0; round < 10; round++) {
      const slug = fresh();
      const places = [
        { as: 'key@acme', parentId: world.org('acme') },
        { as: 'key@acme', parentId: world.org('south') },
        { as: 'key@north', parentId: world.org('shop-1') },
        { as: 'key@rival', parentId: world.org('rival') },
        { as: 'viewer@acme', parentId: null },
      ] as const;
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, n) => {
          const { as, parentId } = places[n % places.length] ?? places[0];
          return untilAnswered(() => create({ slug, parentId }, { as, withoutSocket: true }));
        }),
      );
      const outcomes = Map.groupBy(
        answers,
        (answer) => answer.data?.createOrganization?.__typename,
      );
      expect(outcomes.get('CreateOrganizationPayload')).toHaveLength(1);
      expect(outcomes.get('SlugTakenError')).toHaveLength(63);
    }
  });
});

describe('a slug that is left out', () => {
  const slugFor = async (name: string) => (await created({ name, slug: null })).organization.slug;

  it('is made from the name, without accents, and with hyphens for what is neither letter nor digit', async () => {
    expect(await slugFor('Crème Brûlée & Söhne, Straße 9')).toBe('creme-brulee-sohne-strasse-9');
    expect(await slugFor('  (İstanbul) Łódź  ')).toBe('istanbul-lodz');
    expect(await slugFor('x'.repeat(200))).toBe('x'.repeat(63));
    expect(await slugFor(`${'x'.repeat(62)} y`)).toBe('x'.repeat(62));
  });

  it('gets a suffix where it is taken, retired, reserved or too short', async () => {
    await sql`insert into retired_slugs (slug, organization_id) values ('long-gone', uuidv7())`.execute(
      world.db,
    );
    expect(await slugFor('Rival')).toMatch(/^rival-[a-z0-9]{6}$/);
    expect(await slugFor('Long gone')).toMatch(/^long-gone-[a-z0-9]{6}$/);
    expect(await slugFor('Admin')).toMatch(/^admin-[a-z0-9]{6}$/);
    expect(await slugFor('AB')).toMatch(/^ab-[a-z0-9]{6}$/);
    expect(await slugFor('東京')).toMatch(/^org-[a-z0-9]{6}$/);
    expect(await slugFor('x'.repeat(200))).toMatch(/^x{56}-[a-z0-9]{6}$/);
  });

  it('is another one for each of 64 organizations of one name that are created at the same moment, in five places', async () => {
    const places = [
      { as: 'key@acme', parentId: world.org('acme') },
      { as: 'key@acme', parentId: world.org('south') },
      { as: 'key@north', parentId: world.org('shop-1') },
      { as: 'key@rival', parentId: world.org('rival') },
      { as: 'viewer@acme', parentId: null },
    ] as const;
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, n) => {
        const { as, parentId } = places[n % places.length] ?? places[0];
        return untilAnswered(() =>
          create({ name: 'Same Name', slug: null, parentId }, { as, withoutSocket: true }),
        );
      }),
    );
    const slugs = answers.map(
      (answer) =>
        payload(answer.data?.createOrganization, 'CreateOrganizationPayload').organization.slug,
    );
    expect(new Set(slugs).size).toBe(64);
    expect(slugs.filter((slug) => slug === 'same-name')).toHaveLength(1);
    expect(slugs.every((slug) => /^same-name(-[a-z0-9]{6})?$/.test(slug))).toBe(true);
  });

  it('is the same for the same idempotency key', async () => {
    const input = { name: 'Sent Twice', slug: null, idempotencyKey: 'slugless' };
    const [first, second] = [await created(input), await created(input)];
    expect(second.organization).toEqual(first.organization);
  });
});

describe('what is refused leaves nothing behind', () => {
  const bad: [name: string, input: Input, argument: string][] = [
    [
      'a 101st person',
      { users: Array.from({ length: 101 }, (_, n) => ({ email: `n${n}@x.example` })) },
      'users',
    ],
    [
      'an address that is none',
      { users: [{ email: 'a@x.example' }, { email: 'dotted..twice@x.example' }] },
      'users.1.email',
    ],
    [
      'a person with no role in the list',
      { users: [{ email: 'a@x.example', roles: [] }] },
      'users.0.roles',
    ],
    ['a blank name', { name: '  ' }, 'name'],
    ['a name of 201 characters', { name: 'x'.repeat(201) }, 'name'],
    ['a domain that is none', { domain: 'localhost' }, 'domain'],
    [
      'an unknown country',
      { primaryAddress: { line1: '1', city: 'c', state: 's', zip: 'z', country: 'XX' } },
      'primaryAddress.country',
    ],
    [
      'a blank line of an address',
      { primaryAddress: { line1: ' ', city: 'c', state: 's', zip: 'z', country: 'DE' } },
      'primaryAddress.line1',
    ],
    [
      'an offer that is no http address',
      { marketplaceOffers: [{ marketplace: 'AWS', url: 'ftp://x.example/' }] },
      'marketplaceOffers.0.url',
    ],
    [
      'a logo that is no http address',
      { branding: { logoUrl: 'javascript:alert(1)' } },
      'branding.logoUrl',
    ],
    ['a color that is none', { branding: { primaryColor: 'red' } }, 'branding.primaryColor'],
    [
      'a system twice',
      {
        externalAccounts: [
          { system: 'z', accountId: '1' },
          { system: 'z', accountId: '2' },
        ],
      },
      'externalAccounts',
    ],
    ['a billing address that is none', { billingEmail: 'dotted..twice@x.example' }, 'billingEmail'],
    ['an empty idempotency key', { idempotencyKey: '' }, 'idempotencyKey'],
    ['a parent that is no id', { parentId: 'north' }, 'parentId'],
  ];
  it.each(bad)('%s', async (_name, input, argument) => {
    const before = await counted();
    expect((await create(input)).errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument,
    });
    expect(await counted()).toBe(before);
  });

  it('an unknown field of the input or of a person', async () => {
    for (const more of [
      'color: "red"',
      'users: [{ email: "a@x.example", rank: 1 }]',
      'primaryAddress: { line1: "1" }',
    ]) {
      const answer = await world.ask(
        `mutation { createOrganization(input: { name: "X", slug: "unknown-field", ${more} }) { __typename } }`,
        { as: 'admin@north' },
      );
      expect(code(answer)).toBe('BAD_USER_INPUT');
    }
  });

  it('an account of another organization', async () => {
    await created({ externalAccounts: [{ system: 'zuora', accountId: 'taken-1' }] });
    const before = await counted();
    const answer = await create({
      externalAccounts: [
        { system: 'a', accountId: '1' },
        { system: 'zuora', accountId: 'taken-1' },
      ],
    });
    expect(answer.data?.createOrganization).toMatchObject({
      __typename: 'ExternalAccountTakenError',
      system: 'zuora',
      accountId: 'taken-1',
    });
    // A system may be called like something that every object has.
    const constructor = [{ system: 'constructor', accountId: 'taken-2' }];
    await created({ externalAccounts: constructor });
    const second = await create({ externalAccounts: constructor });
    expect(second.data?.createOrganization).toMatchObject({
      __typename: 'ExternalAccountTakenError',
      ...constructor[0],
    });
    expect(await counted()).toBe((before ?? 0) + 1);
  });

  it('a parent that is missing, deleted, beside or above: all the same answer', async () => {
    const gone = (await created()).organization.id;
    await sql`update organizations set status = 'DELETED', deleted_at = now() where organization_public_id(id) = ${gone}`.execute(
      world.db,
    );
    const before = await counted();
    const missing = await create({ slug: 'same-answer', parentId: missingId('Organization') });
    expect(code(missing)).toBe('NOT_FOUND');
    for (const parentId of [gone, world.org('south'), world.org('acme'), world.org('rival')])
      expect((await create({ slug: 'same-answer', parentId })).text).toBe(missing.text);
    expect(await counted()).toBe(before);
  });

  it('a caller without the scope on the parent', async () => {
    for (const as of ['viewer@north', 'viewer@acme', 'user@acme'] as const) {
      const answer = await create(
        { parentId: world.org(as === 'viewer@north' ? 'north' : 'acme') },
        { as },
      );
      expect(answer.errors?.[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        requiredScopes: ['child_organizations:manage'],
      });
    }
    // Below its own organization nothing exists for it.
    expect(code(await create({ parentId: world.org('north') }, { as: 'viewer@acme' }))).toBe(
      'NOT_FOUND',
    );
    // The scope is enough, whatever else the role lacks.
    expect((await created({}, { as: 'cloud_rep@acme' })).membership).not.toBeNull();
    expect(
      code(await world.query(CreateOrganizationDocument, { input: { name: 'X', slug: 'nobody' } })),
    ).toBe('UNAUTHENTICATED');
  });

  it('an organization that would lie too deep', async () => {
    let parentId = world.org('kiosk');
    for (let depth = 4; depth <= 32; depth++)
      parentId = (await created({ parentId }, { as: 'key@acme' })).organization.id;
    const answer = await create({ parentId }, { as: 'key@acme' });
    expect(answer.data?.createOrganization).toMatchObject({
      __typename: 'DepthLimitError',
      limit: 32,
    });
  });
});

describe('an idempotency key', () => {
  const twin = (input: Input, options?: RequestOptions) => {
    const sent = { slug: fresh(), ...input };
    return untilAnswered(() => create(sent, options));
  };

  it('has one effect and one answer, however often the request is sent', async () => {
    const input = { ...FULL, slug: fresh(), externalAccounts: null, idempotencyKey: 'k1' };
    const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => twin(input)));
    expect(
      payload(first?.data?.createOrganization, 'CreateOrganizationPayload').invitations,
    ).toHaveLength(3);
    for (const other of others) expect(other.data).toEqual(first?.data);
    expect(
      await world.rows(sql`select from organizations where slug = ${input.slug}`),
    ).toHaveLength(1);
  });

  it('with another input is a conflict, and another actor or parent may use the same', async () => {
    const slug = fresh();
    await twin({ slug, idempotencyKey: 'k2' });
    expect(
      (await twin({ slug, name: 'Other', idempotencyKey: 'k2' })).data?.createOrganization
        ?.__typename,
    ).toBe('IdempotencyConflictError');
    for (const options of [{ as: 'key@north' }, { as: 'admin@acme' }] as const)
      expect(
        (await twin({ idempotencyKey: 'k2' }, options)).data?.createOrganization?.__typename,
      ).toBe('CreateOrganizationPayload');
    const elsewhere = await twin({ idempotencyKey: 'k2', parentId: world.org('shop-1') });
    expect(elsewhere.data?.createOrganization?.__typename).toBe('CreateOrganizationPayload');
  });

  it('is not used up by a failure', async () => {
    expect(
      (await twin({ slug: 'rival', idempotencyKey: 'k3' })).data?.createOrganization?.__typename,
    ).toBe('SlugTakenError');
    expect((await twin({ idempotencyKey: 'k3' })).data?.createOrganization?.__typename).toBe(
      'CreateOrganizationPayload',
    );
  });

  it('holds for organizations of one’s own too, for each person alone', async () => {
    const token = await issuer.session('serial', 'serial@start.example');
    const input = { slug: fresh(), parentId: null, idempotencyKey: 'k4' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => twin(input, { token })));
    for (const answer of answers) expect(answer.data).toEqual(answers[0]?.data);
    expect(answers[0]?.data?.createOrganization?.__typename).toBe('CreateOrganizationPayload');
    expect(
      (await twin({ ...input, name: 'Other' }, { token })).data?.createOrganization?.__typename,
    ).toBe('IdempotencyConflictError');
    expect(
      (await twin({ ...input, slug: fresh() }, { as: 'user@acme' })).data?.createOrganization
        ?.__typename,
    ).toBe('CreateOrganizationPayload');
  });

  it('is kept for 24 hours, and then forgotten by a job', async () => {
    const input = { slug: fresh(), idempotencyKey: 'k6' };
    await created(input);
    const personal = { slug: fresh(), parentId: null, idempotencyKey: 'k6' };
    await created(personal, { as: 'viewer@acme' });
    const age = (hours: number) =>
      Promise.all(
        ['idempotency_keys', 'account_idempotency_keys'].map((table) =>
          sql`update ${sql.table(table)} set created_at = now() - make_interval(hours => ${hours}) where key = 'k6'`.execute(
            world.db,
          ),
        ),
      );
    await age(23);
    expect((await created(input)).organization.slug).toBe(input.slug);
    expect((await created(personal, { as: 'viewer@acme' })).organization.slug).toBe(personal.slug);
    await age(24);
    expect((await create(input)).data?.createOrganization?.__typename).toBe('SlugTakenError');
    expect(
      (await create(personal, { as: 'viewer@acme' })).data?.createOrganization?.__typename,
    ).toBe('SlugTakenError');
    await sql`select graphile_worker.add_job('forget_answers', '{}')`.execute(world.db);
    await runJobs(world);
    for (const table of ['idempotency_keys', 'account_idempotency_keys'])
      expect(await world.rows(sql`select from ${sql.table(table)} where key = 'k6'`)).toEqual([]);
    expect((await world.rows(sql`select from idempotency_keys`)).length).toBeGreaterThan(0);
  });

  it('is asked for the right again before it is answered', async () => {
    const input = { slug: fresh(), parentId: world.org('south'), idempotencyKey: 'k5' };
    const token = await insertApiKey(world.db, world.uuid('south'), 'soon weaker');
    await created(input, { token });
    await sql`update api_keys set scopes = '{}' where name = 'soon weaker'`.execute(world.db);
    expect(code(await create(input, { token }))).toBe('FORBIDDEN');
  });
});
