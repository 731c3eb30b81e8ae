import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settleSearchIndex, startSettling } from '../../src/modules/organization/search-index.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { insertMany } from '../setup/many.ts';
import {
  AuditLogDocument,
  CreateApiKeyDocument,
  UpdateOrganizationDocument,
  type UpdateOrganizationInput,
} from '../generated/graphql.ts';
import {
  code,
  createWorld,
  missingId,
  payload,
  type Caller,
  type RequestOptions,
  type Slug,
  type World,
} from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const update = (
  slug: Slug,
  input: Omit<UpdateOrganizationInput, 'id'>,
  options: RequestOptions = { as: 'key@north' },
) => world.query(UpdateOrganizationDocument, { input: { id: world.org(slug), ...input } }, options);
const updated = async (...call: Parameters<typeof update>) =>
  payload((await update(...call)).data?.updateOrganization, 'UpdateOrganizationPayload')
    .organization;

const ADDRESS = {
  line1: '1 Main Street',
  line2: null,
  city: 'Springfield',
  state: 'IL',
  zip: '62701',
  country: 'US',
};

describe('updating an organization', () => {
  it('changes what is given and leaves the rest', async () => {
    const all = await updated('shop-1', {
      name: '  Shop One  ',
      kind: 'RESELLER',
      domain: 'Portal.Shop-One.example',
      primaryAddress: { ...ADDRESS, country: 'us' },
      marketplaceOffers: [
        { marketplace: 'GCP', url: 'https://gcp.example/offer' },
        { marketplace: 'AWS', url: 'https://aws.example/offer' },
      ],
      externalAccounts: [
        { system: 'zuora', accountId: 'Z-1' },
        { system: 'salesforce', accountId: '001' },
      ],
      invoiceOwner: 'PARTNER',
      branding: { logoUrl: 'https://cdn.example/logo.svg', primaryColor: '#1A2B3C' },
    });
    expect(all).toMatchObject({
      slug: 'shop-1',
      name: 'Shop One',
      kind: 'RESELLER',
      domain: 'portal.shop-one.example',
      domainSetupStatus: 'PENDING',
      version: 2,
      primaryAddress: ADDRESS,
      marketplaceOffers: [
        { marketplace: 'AWS' },
        { marketplace: 'GCP', url: 'https://gcp.example/offer' },
      ],
      externalAccounts: [
        { system: 'salesforce', accountId: '001' },
        { system: 'zuora', accountId: 'Z-1' },
      ],
      invoiceOwner: 'PARTNER',
      branding: {
        logoUrl: 'https://cdn.example/logo.svg',
        primaryColor: '#1a2b3c',
        secondaryColor: null,
      },
    });
    const after = await updated('shop-1', { branding: { secondaryColor: '#ffffff' } });
    expect(after).toEqual({
      ...all,
      version: 3,
      branding: { ...all.branding, secondaryColor: '#ffffff' },
    });
  });

  it('clears what is null', async () => {
    const before = await updated('shop-1', {});
    expect(
      await updated('shop-1', {
        domain: null,
        primaryAddress: null,
        marketplaceOffers: [],
        invoiceOwner: null,
        branding: null,
      }),
    ).toEqual({
      ...before,
      version: before.version + 1,
      domain: null,
      domainSetupStatus: 'NOT_CONFIGURED',
      primaryAddress: null,
      marketplaceOffers: [],
      invoiceOwner: null,
      branding: { logoUrl: null, primaryColor: null, secondaryColor: null },
    });
  });

  it('to an address in a country without states or postal codes leaves both out', async () => {
    const { state: _state, zip: _zip, ...rest } = ADDRESS;
    const hongKong = { ...rest, city: 'Kowloon', country: 'HK' };
    expect(await updated('shop-1', { primaryAddress: hongKong })).toMatchObject({
      primaryAddress: { ...hongKong, state: '', zip: '' },
    });
    const withZip = { ...hongKong, state: null, zip: '999077' };
    expect(await updated('shop-1', { primaryAddress: withZip })).toMatchObject({
      primaryAddress: { ...withZip, state: '' },
    });
  });

  it('of nothing changes nothing', async () => {
    const before = await updated('shop-2', {});
    expect(before.version).toBe(1);
    expect(await updated('shop-2', {})).toEqual(before);
  });

  it('keeps the setup of a domain that stays the same, and begins anew for another', async () => {
    await updated('shop-2', { domain: 'one.example' });
    await sql`update organizations set domain_setup_status = 'VERIFIED' where slug = 'shop-2'`.execute(
      world.db,
    );
    expect(await updated('shop-2', { domain: 'ONE.example', name: 'Two' })).toMatchObject({
      domainSetupStatus: 'VERIFIED',
    });
    expect(await updated('shop-2', { domain: 'two.example' })).toMatchObject({
      domainSetupStatus: 'PENDING',
    });
  });

  it('replaces accounts, keeping the ids of those that stay', async () => {
    const first = await updated('kiosk', {
      externalAccounts: [
        { system: 'a', accountId: '1' },
        { system: 'b', accountId: '2' },
      ],
    });
    const second = await updated('kiosk', {
      externalAccounts: [
        { system: 'b', accountId: '2' },
        { system: 'a', accountId: '3' },
      ],
    });
    expect(second.externalAccounts?.[1]).toEqual(first.externalAccounts?.[1]);
    expect(second.externalAccounts?.[0]).toMatchObject({ system: 'a', accountId: '3' });
    const taken = await update('shop-2', {
      name: 'Never',
      externalAccounts: [{ system: 'a', accountId: '3' }],
    });
    expect(taken.data?.updateOrganization).toEqual({
      __typename: 'ExternalAccountTakenError',
      code: 'EXTERNAL_ACCOUNT_TAKEN',
      system: 'a',
      accountId: '3',
    });
    expect(await updated('shop-2', {})).toMatchObject({ name: 'Two', externalAccounts: [] });
  });

  it('gives one account to one organization, however many claim it at once', async () => {
    for (let n = 0; n < 50; n++) {
      const externalAccounts = [{ system: 'raced', accountId: `r${n}` }];
      const codes = (
        await Promise.all(
          (['shop-1', 'shop-2', 'kiosk', 'north'] as Slug[]).map((slug) =>
            update(slug, { externalAccounts }),
          ),
        )
      ).map((answer) => answer.data?.updateOrganization?.__typename);
      expect(codes.map(String).toSorted()).toEqual([
        ...Array<string>(3).fill('ExternalAccountTakenError'),
        'UpdateOrganizationPayload',
      ]);
    }
  });

  it('is refused when somebody changed it meanwhile, exactly one of many that decided on the same version', async () => {
    const { version } = await updated('kiosk', {});
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        update('kiosk', { expectedVersion: version, name: `Name ${n}` }),
      ),
    );
    const names = answers.map((answer) => answer.data?.updateOrganization?.__typename);
    expect(names.map(String).toSorted()).toEqual([
      'UpdateOrganizationPayload',
      ...Array<string>(7).fill('VersionConflictError'),
    ]);
    const conflict = answers.find(
      (answer) => answer.data?.updateOrganization?.__typename === 'VersionConflictError',
    );
    expect(conflict?.data?.updateOrganization).toMatchObject({
      code: 'VERSION_CONFLICT',
      currentVersion: version + 1,
    });
  });

  it('names what is wrong, and changes nothing', async () => {
    const before = await updated('kiosk', {});
    const bad: [Omit<UpdateOrganizationInput, 'id'>, string][] = [
      [{ name: null }, 'name'],
      [{ name: ' ' }, 'name'],
      [{ name: 'x'.repeat(201) }, 'name'],
      [{ name: 'a\u0000' }, 'name'],
      [{ kind: null }, 'kind'],
      [{ domain: '' }, 'domain'],
      [{ domain: 'nodots' }, 'domain'],
      [{ externalReference: '' }, 'externalReference'],
      [{ externalReference: '\u200b' }, 'externalReference'],
      [{ externalReference: 'x'.repeat(101) }, 'externalReference'],
      [{ domain: 'http://x.example' }, 'domain'],
      [{ domain: 'x..example' }, 'domain'],
      [{ domain: '127.0.0.1' }, 'domain'],
      [{ primaryAddress: { ...ADDRESS, country: 'XX' } }, 'primaryAddress.country'],
      [{ primaryAddress: { ...ADDRESS, country: 'USA' } }, 'primaryAddress.country'],
      [{ primaryAddress: { ...ADDRESS, city: '' } }, 'primaryAddress.city'],
      [{ primaryAddress: { ...ADDRESS, state: '' } }, 'primaryAddress.state'],
      [{ primaryAddress: { ...ADDRESS, zip: 'x'.repeat(201) } }, 'primaryAddress.zip'],
      [{ branding: { primaryColor: 'red' } }, 'branding.primaryColor'],
      [{ branding: { secondaryColor: '#12345' } }, 'branding.secondaryColor'],
      [{ branding: { logoUrl: 'javascript:alert(1)' } }, 'branding.logoUrl'],
      [{ branding: { logoUrl: 'https://user:secret@x.example/' } }, 'branding.logoUrl'],
      [
        { marketplaceOffers: [{ marketplace: 'AWS', url: 'ftp://x.example' }] },
        'marketplaceOffers.0.url',
      ],
      [
        {
          marketplaceOffers: [
            { marketplace: 'AWS', url: 'https://x.example' },
            { marketplace: 'AWS', url: 'https://y.example' },
          ],
        },
        'marketplaceOffers',
      ],
      [
        { externalAccounts: [{ system: 'Big System', accountId: '1' }] },
        'externalAccounts.0.system',
      ],
      [{ externalAccounts: [{ system: 'a', accountId: ' ' }] }, 'externalAccounts.0.accountId'],
      [
        {
          externalAccounts: [
            { system: 'a', accountId: '1' },
            { system: 'a', accountId: '2' },
          ],
        },
        'externalAccounts',
      ],
      [
        {
          externalAccounts: Array.from({ length: 21 }, (_, n) => ({
            system: `s${n}`,
            accountId: '1',
          })),
        },
        'externalAccounts',
      ],
      [{ billingEmail: 'a..b@x.example' }, 'billingEmail'],
    ];
    for (const [input, argument] of bad)
      expect({
        input,
        error: (await update('kiosk', input)).errors?.[0]?.extensions,
      }).toMatchObject({
        error: { code: 'BAD_USER_INPUT', argument },
      });
    for (const input of [{ branding: { logoUrl: 'nonsense' } }, { billingEmail: 'nonsense' }])
      expect(code(await update('kiosk', input))).toBe('BAD_USER_INPUT');
    const literal = `mutation { updateOrganization(input: { id: "${world.org('kiosk')}", branding: { logoUrl: "nonsense" } }) { __typename } }`;
    expect(code(await world.ask(literal, { as: 'key@north' }))).toBe('BAD_USER_INPUT');
    expect(await updated('kiosk', {})).toEqual(before);
  });

  it('takes organizations:manage in its organization and children below, and billing:manage for the billing address', async () => {
    expect(code(await update('north', { name: 'X' }, { as: 'viewer@north' }))).toBe('FORBIDDEN');
    expect(code(await update('acme', { name: 'X' }))).toBe('NOT_FOUND');
    expect(code(await update('rival', { name: 'X' }))).toBe('NOT_FOUND');
    const missing = await world.query(
      UpdateOrganizationDocument,
      { input: { id: missingId('Organization'), name: 'X' } },
      { as: 'key@north' },
    );
    expect((await update('south', { name: 'X' })).text).toBe(missing.text);
    const input = {
      organizationId: world.org('north'),
      name: 'limited',
      scopes: ['organizations:manage'],
    };
    const { secret } = payload(
      (await world.query(CreateApiKeyDocument, { input }, { as: 'admin@north' })).data
        ?.createApiKey,
      'CreateApiKeyPayload',
    );
    expect(await updated('north', { name: 'Renamed' }, { token: secret })).toMatchObject({
      name: 'Renamed',
    });
    const refused = await update(
      'north',
      { name: 'Again', billingEmail: 'b@x.example' },
      { token: secret },
    );
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      requiredScopes: ['billing:manage'],
    });
    await updated('shop-1', { billingEmail: 'Invoices@X.example' }, { as: 'admin@acme' });
    const billing = await world.ask('{ organization(slug: "shop-1") { billing { email } } }', {
      as: 'admin@north' as Caller,
    });
    expect(billing.data).toEqual({ organization: { billing: { email: 'invoices@x.example' } } });
  });

  it('stands in the log with the fields that were given, before and after', async () => {
    await updated('shop-1', { name: 'Logged', branding: { primaryColor: '#000000' } });
    const log = await world.query(
      AuditLogDocument,
      { id: world.org('shop-1'), first: 1 },
      { as: 'key@north' },
    );
    expect(log.data?.organization?.auditLog?.nodes[0]).toMatchObject({
      action: 'updateOrganization',
      before: { name: 'Shop One' },
      after: { name: 'Logged', profile: { primary_color: '#000000' } },
    });
  });

  it('keeps what the partner calls it, from its creation on, in one form and out of the search', async () => {
    const made = await world.ask<{
      createOrganization: { organization: { id: string; externalReference: string } };
    }>(
      `mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) {
        ... on CreateOrganizationPayload { organization { id externalReference } } } }`,
      { as: 'key@north' },
      {
        input: {
          name: 'Referred',
          parentId: world.org('shop-2'),
          externalReference: ' CUST-e\u0301-1 ',
        },
      },
    );
    const { id = '', externalReference } = made.data?.createOrganization.organization ?? {};
    expect(externalReference).toBe('CUST-\u00e9-1');
    const change = (reference: string | null) =>
      world.query(
        UpdateOrganizationDocument,
        { input: { id, expectedVersion: 1, externalReference: reference } },
        { as: 'key@north' },
      );
    expect(
      payload((await change(null)).data?.updateOrganization, 'UpdateOrganizationPayload')
        .organization.version,
    ).toBe(2);
    expect((await change('CUST-2')).data?.updateOrganization).toMatchObject({
      __typename: 'VersionConflictError',
    });
    const found = await world.ask<{ organization: object }>(
      `query ($id: ID) { organization(id: $id) { externalReference auditLog { nodes { before after redacted } } }
        own: organization { descendants(search: "CUST-") { totalCount } } }`,
      { as: 'key@north' },
      { id },
    );
    expect(found.data).toMatchObject({
      organization: {
        externalReference: null,
        auditLog: {
          nodes: [
            {}, // The refusal.
            {
              before: { profile: { external_reference: 'CUST-\u00e9-1' } },
              after: { profile: { external_reference: null } },
              redacted: [],
            },
            {},
          ],
        },
      },
      own: { descendants: { totalCount: 0 } },
    });
  });

  it('is found by its new name at once', async () => {
    await updated('kiosk', { name: 'Quite Unlike Anything' });
    const found = await world.ask(
      '{ organization { descendants(search: "unlike any") { nodes { slug } } } }',
      { as: 'key@north' },
    );
    expect(found.data).toEqual({ organization: { descendants: { nodes: [{ slug: 'kiosk' }] } } });
  });
});

describe('The search index', () => {
  it('finds an organization as soon as it is created or renamed, before and after it is settled', async () => {
    // More than a search looks through itself, so that the index has to find what comes after them.
    await insertMany(world.db, 'rival', 1_100, 'Many');
    const found = async (search: string): Promise<unknown> => {
      const { data } = await world.ask<{ organization: object }>(
        'query ($search: String) { organization { descendants(search: $search) { totalCount nodes { slug } } } }',
        { as: 'key@rival' },
        { search },
      );
      return data?.organization;
    };
    const mutate = async (name: string, input: object): Promise<string> => {
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      const answer = await world.ask<Record<string, { organization: { id: string } }>>(
        `mutation ($input: ${type}Input!) { ${name}(input: $input) { ... on ${type}Payload { organization { id } } } }`,
        { as: 'key@rival' },
        { input },
      );
      return answer.data?.[name]?.organization.id ?? '';
    };
    const nothing = { descendants: { totalCount: 0, nodes: [] } };
    const one = { descendants: { totalCount: 1, nodes: [{ slug: 'late-comer' }] } };
    while ((await settleSearchIndex(world.gatewayDb)) > 0);

    const parentId = world.org('rival');
    const id = await mutate('createOrganization', { name: 'Quagga', slug: 'late-comer', parentId });
    expect(await found('quagga')).toEqual(one);
    expect(await settleSearchIndex(world.gatewayDb)).toBeGreaterThan(0);
    expect(await found('quagga')).toEqual(one);

    await mutate('updateOrganization', { id, name: 'Zebra' });
    expect(await found('zebra')).toEqual(one);
    expect(await found('quagga')).toEqual(nothing);
    expect(await settleSearchIndex(world.gatewayDb)).toBeGreaterThan(0);
    expect(await found('zebra')).toEqual(one);
    expect(await found('quagga')).toEqual(nothing);
  });

  it('is settled by a worker once many organizations were created', async () => {
    while ((await settleSearchIndex(world.gatewayDb)) > 0);
    const stop = startSettling(world.gatewayDb, createLogger('silent'));
    const settled = () => world.statements.filter((text) => text.includes('settle_search_index'));
    const before = settled().length;
    await expect
      .poll(
        async () => {
          // Before or after the worker has begun to count: it needs 400 from there.
          await sql`
            insert into organizations (slug, name, parent_id)
            select 'bulk-' || gen_random_uuid(), 'Bulk', ${world.uuid('rival-shop')} from generate_series(1, 250)`.execute(
            world.db,
          );
          return settled().length;
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBeGreaterThan(before);
    await stop();
  }, 40_000);
});
