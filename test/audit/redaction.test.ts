import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditParts, defineAuditParts } from '../../src/command/audit-parts.ts';
import { parseId } from '../../src/values/ids.ts';
import { createToken, tokenHash, tokenPreview } from '../../src/authentication/secret.ts';
import type { Gateway } from '../../src/http/gateway.ts';
import { everyMutationIn } from '../database/every-mutation.ts';
import { createWorld, gatewayOver, type GraphQLAnswer, type World } from '../setup/world.ts';

let world: World;
/** Leaves every query to the resolvers. */
let resolving: Gateway;
beforeAll(async () => {
  world = await createWorld();
  resolving = gatewayOver(world.gatewayDb, { compiled: false });
  const mutate = async (document: string, as: 'key@acme' | 'admin@north' = 'key@acme') => {
    const answer = await world.ask(`mutation { ${document} }`, { as });
    expect(answer.errors).toBeUndefined();
    expect(answer.text).not.toContain('"code"');
  };
  const north = world.org('north');
  await mutate(`updateOrganization(input: {
    id: "${north}", name: "Northern", billingEmail: "bills@north.example", domain: "north.example"
    primaryAddress: { line1: "Street 1", city: "Town", state: "TX", zip: "1", country: "US" }
    branding: { primaryColor: "#112233" }, invoiceOwner: PARTNER
    externalAccounts: [{ system: "zuora", accountId: "A-1" }], marketplaceOffers: [{ marketplace: AWS, url: "https://aws.example/1" }]
  }) { __typename ... on UserError { code } }`);
  await mutate(
    `createApiKey(input: { organizationId: "${north}", name: "secret plan", scopes: ["usage:write"] }) { __typename ... on UserError { code } }`,
  );
  await mutate(
    `createInvitation(input: { organizationId: "${north}", email: "new@x.example", roles: ["viewer"] }) { __typename ... on UserError { code } }`,
  );
  await mutate(
    `createRole(input: { organizationId: "${north}", key: "lead", name: "Lead", scopes: ["usage:read"] }) { __typename ... on UserError { code } }`,
  );
  await mutate(
    'createPersonalAccessToken(input: { name: "my laptop" }) { __typename ... on UserError { code } }',
    'admin@north',
  );
});
afterAll(() => world.close());

interface Event {
  action: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  redacted: string[];
}

interface Log {
  organization: { auditLog: { nodes: Event[] } };
}

/** Asks with a token and without errors. The resolvers answer like the statement. */
async function ask(
  query: string,
  { token, organization }: { token: string; organization?: string },
): Promise<GraphQLAnswer<Log>> {
  const answer = await world.ask<Log>(query, { token, organization: organization ?? null });
  expect(answer.errors).toBeUndefined();
  const resolved = await resolving.fetch(world.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(organization !== undefined && { 'x-organization': organization }),
    },
    body: JSON.stringify({ query }),
  });
  expect(await resolved.text()).toBe(answer.text);
  return answer;
}

/** The log of an organization for a key of it with these scopes, by action. */
async function logFor(
  scopes: readonly string[],
  organizationId = world.uuid('north'),
): Promise<Record<string, Event>> {
  const [{ id } = { id: '' }] = await world.rows(sql<{ id: string }>`select uuidv7() as id`);
  const token = createToken('ak', id);
  await sql`insert into api_keys (id, organization_id, name, secret_hash, preview, scopes)
    values (${id}, ${organizationId}, 'reader', ${tokenHash(token)}, ${tokenPreview(token)}, ${scopes}::text[])`.execute(
    world.db,
  );
  const answer = await ask(
    '{ organization { auditLog(first: 50) { nodes { action before after redacted } } } }',
    {
      token,
    },
  );
  return Object.fromEntries(
    (answer.data?.organization.auditLog.nodes ?? []).map((event) => [event.action, event]),
  );
}

describe('an audit event', () => {
  it('shows a reader of the log alone what happened, and says what it leaves out', async () => {
    const log = await logFor(['audit:read']);
    expect(log['updateOrganization']?.after).toEqual({
      name: 'Northern',
      domain: 'north.example',
      profile: expect.any(Object),
    });
    expect(log['updateOrganization']?.after?.['profile']).toEqual({
      logo_url: null,
      primary_color: '#112233',
      secondary_color: null,
    });
    expect(log['updateOrganization']?.redacted).toEqual(
      expect.arrayContaining([
        'after.billingEmail',
        'after.externalAccounts',
        'after.marketplaceOffers',
        'after.profile.address_city',
      ]),
    );
    expect(log['createApiKey']).toMatchObject({ before: null, after: {} });
    expect(log['createApiKey']?.redacted).toEqual(
      expect.arrayContaining(['after.name', 'after.scopes', 'after.expiresAt']),
    );
    expect(log['createInvitation']).toMatchObject({
      after: {},
      redacted: ['after.email', 'after.roles'],
    });
    expect(log['createRole']).toMatchObject({
      after: { key: 'lead', name: 'Lead', scopes: ['usage:read'] },
      redacted: [],
    });
    expect(log['createPersonalAccessToken']).toMatchObject({
      after: {},
      redacted: ['after.name', 'after.expiresAt'],
    });
    expect(JSON.stringify(log)).not.toMatch(
      /bills@|A-1|aws\.example|Street|Town|secret plan|usage:write|new@x|laptop/,
    );
  });

  it.each([
    ['billing:manage', 'updateOrganization', 'billingEmail', 'bills@north.example'],
    ['organizations:manage', 'updateOrganization', 'externalAccounts', { zuora: 'A-1' }],
    [
      'organizations:manage',
      'updateOrganization',
      'marketplaceOffers',
      { AWS: 'https://aws.example/1' },
    ],
    ['api_keys:manage', 'createApiKey', 'name', 'secret plan'],
    ['api_keys:manage', 'createApiKey', 'scopes', ['usage:write']],
    ['members:read', 'createInvitation', 'email', 'new@x.example'],
  ])(
    'shows a part to those who may read the field that it comes from: %s, %s, %s',
    async (scope, action, part, value) => {
      const log = await logFor(['audit:read', scope]);
      expect(log[action]?.after?.[part]).toEqual(value);
      expect(log[action]?.redacted).not.toContain(`after.${part}`);
    },
  );

  it.each(['billing:manage', 'organizations:manage'])(
    'shows the address of an organization to holders of %s',
    async (scope) => {
      const { updateOrganization } = await logFor(['audit:read', scope]);
      expect(updateOrganization?.after?.['profile']).toMatchObject({
        address_city: 'Town',
        invoice_owner: 'PARTNER',
      });
    },
  );

  it('shows counts of what is below, and organizations by name, to those who may see them', async () => {
    const change = async (document: string) => {
      const answer = await world.ask<Record<string, { organization?: { id: string } }>>(
        `mutation { ${document} }`,
        { as: 'key@acme' },
      );
      expect(answer.errors).toBeUndefined();
      return Object.values(answer.data ?? {})[0]?.organization?.id ?? '';
    };
    const made = await change(
      `createOrganization(input: { name: "Wanders", slug: "wanders", parentId: "${world.org('north')}" }) {
        ... on CreateOrganizationPayload { organization { id } }
      }`,
    );
    await change(
      `moveOrganization(input: { id: "${made}", newParentId: "${world.org('south')}" }) {
        ... on MoveOrganizationPayload { organization { id } }
      }`,
    );
    const uuid = parseId(made)?.uuid;
    const alone = (await logFor(['audit:read'], uuid))['moveOrganization'];
    expect(alone).toMatchObject({ before: {}, after: {} });
    expect(alone?.redacted).toEqual(['before.parentId', 'after.parentId', 'after.affectedCount']);
    const reaching = (await logFor(['audit:read', 'child_organizations:manage'], uuid))[
      'moveOrganization'
    ];
    expect(reaching).toMatchObject({ before: {}, after: { affectedCount: 1 } });
    expect(reaching?.redacted).toEqual(['before.parentId', 'after.parentId']);
    const above = await ask(
      `{ organization(id: "${made}") { auditLog(actions: ["moveOrganization"]) { nodes { before after redacted } } } }`,
      { token: world.token('key@acme') },
    );
    expect(above.data?.organization.auditLog.nodes).toEqual([
      {
        before: { parentId: world.org('north') },
        after: { parentId: world.org('south'), affectedCount: 1 },
        redacted: [],
      },
    ]);
  });

  it('shows nobody a part that nothing is decided about', async () => {
    await sql`insert into audit_events (action, actor_kind, organization_id, target_type, target_id, request_id, after)
      values ('createRole', 'API_KEY', ${world.uuid('rival')}, 'Role', 'x', 'r', '{"key": "k", "novelty": 1}')`.execute(
      world.db,
    );
    const answer = await ask(
      '{ organization { auditLog(actions: ["createRole"]) { nodes { after redacted } } } }',
      {
        token: world.token('key@rival'),
      },
    );
    expect(answer.data).toEqual({
      organization: { auditLog: { nodes: [{ after: { key: 'k' }, redacted: ['after.novelty'] }] } },
    });
  });

  it('shows a caller with every right every part, and the person alone what their tokens are called', async () => {
    const answer = await ask(
      '{ organization(slug: "north") { auditLog(first: 50) { nodes { action before after redacted } } } }',
      { token: world.token('key@acme') },
    );
    const redacted = answer.data?.organization.auditLog.nodes.filter(
      (event) => event.redacted.length > 0,
    );
    expect(redacted?.map((event) => event.action)).toEqual(['createPersonalAccessToken']);
    const own = await ask(
      '{ organization { auditLog(actions: ["createPersonalAccessToken"]) { nodes { after redacted } } } }',
      {
        token: world.token('admin@north'),
        organization: 'north',
      },
    );
    expect(own.data).toEqual({
      organization: {
        auditLog: { nodes: [{ after: { name: 'my laptop', expiresAt: null }, redacted: [] }] },
      },
    });
  });

  it('has no part that nothing is decided about, whichever mutation recorded it', async () => {
    expect(await everyMutationIn(world)).toEqual([]);
    // An organization's profile is decided about column by column.
    const recorded = await world.rows(sql<{ part: string }>`
      select distinct e.target_type || '.' || part.name as part
      from (
        select target_type, before, after from audit_events where request_id <> 'r'
        union all select target_type, before, after from account_events
      ) as e
      cross join lateral (values (e.before), (e.after)) as state (value)
      cross join lateral (
        select key as name from jsonb_each(state.value) where key <> 'profile'
        union all select 'profile.' || key from jsonb_each(nullif(state.value -> 'profile', 'null'))
      ) as part
      order by 1`);
    expect(recorded.length).toBeGreaterThan(25);
    const decided = new Set(auditParts().map(([name]) => name));
    expect(recorded.map(({ part }) => part).filter((part) => !decided.has(part))).toEqual([]);
  });

  it('has no part that is decided about in two places', () => {
    expect(() => defineAuditParts('Role', { key: ['roles:manage'] })).toThrow('is declared twice');
  });
});
