import type { GraphQLObjectType } from 'graphql';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId, type IdType } from '../../src/ids.ts';
import { schema } from '../../src/schema.ts';
import { createWorld, insertInvitation, insertMembership, missingId, type Caller, type Slug, type World } from '../setup/world.ts';
import { documentOf, idArguments, implementors, waysTo } from './paths.ts';

let world: World;
const ids = new Map<string, string>();

/** Rows of every node type in the rival tree, next to the caller's and above it. */
const foreignPlaces: Slug[] = ['rival', 'rival-shop', 'south', 'acme'];

beforeAll(async () => {
  world = await createWorld();
  const { db } = world;
  for (const slug of [...foreignPlaces, 'shop-1', 'north'] as Slug[]) {
    const organization = world.uuid(slug);
    const at = (type: IdType, id: string): void => void ids.set(`${type}@${slug}`, encodeId(type, id));
    at('Organization', organization);
    at('Invitation', await insertInvitation(world, organization, `invited@${slug}.example`, Buffer.alloc(32, slug)));
    const [membership] = await world.rows(
      sql<{ id: string; user_id: string }>`select id, user_id from memberships where organization_id = ${organization} limit 1`,
    );
    at('Membership', membership?.id ?? '');
    at('User', membership?.user_id ?? '');
    const [role] = await world.rows(
      sql<{ id: string }>`insert into roles (key, name, scopes) values ('own', 'Own', '{usage:read}') returning id`,
    );
    await sql`insert into organization_roles (role_id, key, organization_id) values (${role?.id}, 'own', ${organization})`.execute(db);
    at('Role', role?.id ?? '');
    const [key] = await world.rows(
      sql<{
        id: string;
      }>`insert into api_keys (organization_id, name, secret_hash, preview, scopes) values (${organization}, 'k', ${Buffer.alloc(32)}, 'ak', '{}') returning id`,
    );
    at('ApiKey', key?.id ?? '');
    const [token] = await world.rows(
      sql<{ id: string }>`select id from personal_access_tokens where user_id = ${membership?.user_id} limit 1`,
    );
    at('PersonalAccessToken', token?.id ?? '');
    const [event] = await world.rows(sql<{ id: string }>`
      insert into audit_events (action, actor_kind, actor_user_id, acting_organization_id, organization_id, target_type, target_id, request_id)
      values ('createOrganization', 'API_KEY', ${membership?.user_id}, ${world.uuid('acme')}, ${organization}, 'Organization', 'x', 'r') returning id`);
    at('AuditEvent', event?.id ?? '');
    await sql`insert into usage_events (organization_id, id, metric, quantity, occurred_at) values (${organization}, 'e1', 'voice_calls', 3, '2026-05-05T05:05:05Z')`.execute(
      db,
    );
    await sql`insert into external_accounts (organization_id, system, account_id) values (${organization}, 'zuora', ${slug})`.execute(db);
  }
  const [gone] = await world.rows(sql<{ id: string }>`
    insert into organizations (slug, name, parent_id, status, deleted_at) values ('gone-shop', 'Gone', ${world.uuid('north')}, 'DELETED', now()) returning id`);
  ids.set('Organization@deleted', encodeId('Organization', gone?.id ?? ''));
});
afterAll(() => world.close());

const nodeTypes = implementors(schema, 'Node') as IdType[];

/**
 * How each argument that takes an id is asked. An argument without an entry fails the first test, so a new field
 * cannot come without being held to the rule.
 */
const questions: Record<string, { types: readonly IdType[]; ask(id: string): string }> = {
  'Query.node(id)': { types: nodeTypes, ask: (id) => `{ node(id: "${id}") { __typename id } }` },
  'Query.nodes(ids)': { types: nodeTypes, ask: (id) => `{ nodes(ids: ["${id}"]) { __typename id } }` },
  'Query.organization(id)': {
    types: ['Organization'],
    ask: (id) => `{ organization(id: "${id}") { __typename id name children { totalCount } } }`,
  },
  'Viewer.can(organizationId)': {
    types: ['Organization'],
    ask: (id) => `{ viewer { can(scope: "members:read", organizationId: "${id}") } }`,
  },
};

const callers: Caller[] = ['key@north', 'admin@north', 'viewer@north', 'cloud_rep@north'];

describe('an id that the caller may not see (A14, A32, A42, A58, R-EX-1)', () => {
  it('can be given in no argument that has no question here', () => {
    expect(Object.keys(questions).toSorted()).toEqual(idArguments(schema).toSorted());
  });

  for (const [argument, { types, ask }] of Object.entries(questions)) {
    for (const type of types) {
      it(`answers ${argument} exactly like a missing ${type}, byte for byte`, async () => {
        for (const as of callers) {
          const missing = await world.ask(ask(missingId(type)), { as });
          expect(missing.text).toContain(argument === 'Viewer.can(organizationId)' ? '"can":false' : '"NOT_FOUND"');
          for (const place of type === 'Organization' ? [...foreignPlaces, 'deleted'] : foreignPlaces) {
            // Roles of organizations above are usable at home and so may be seen; users and memberships are those of the place.
            if (type === 'Role' && place === 'acme') continue;
            const foreign = await world.ask(ask(ids.get(`${type}@${place}`) ?? ''), { as });
            expect({ place, as, status: foreign.status, text: foreign.text }).toEqual({
              place,
              as,
              status: missing.status,
              text: missing.text,
            });
          }
        }
      });
    }
  }

  it('answers organization(slug) exactly like a missing slug', async () => {
    for (const as of callers) {
      const missing = await world.ask('{ organization(slug: "nobody-has-this") { __typename id } }', { as });
      expect(missing.text).toContain('"NOT_FOUND"');
      for (const slug of [...foreignPlaces, 'gone-shop'])
        expect((await world.ask(`{ organization(slug: "${slug}") { __typename id } }`, { as })).text).toBe(missing.text);
    }
  });

  it('is found by those who may see it, so that the answers above are no accident', async () => {
    for (const type of nodeTypes) {
      const as = type === 'PersonalAccessToken' ? 'admin@shop-1' : 'key@north';
      const id = ids.get(`${type}@shop-1`) ?? '';
      const own =
        type === 'PersonalAccessToken'
          ? ((await world.ask<{ viewer: { personalAccessTokens: { id: string }[] } }>('{ viewer { personalAccessTokens { id } } }', { as }))
              .data?.viewer.personalAccessTokens[0]?.id ?? '')
          : id;
      expect((await world.ask(`{ node(id: "${own}") { __typename id } }`, { as })).data).toEqual({ node: { __typename: type, id: own } });
    }
  });

  it('stands alone in a list of nodes: the others are found', async () => {
    const answer = await world.ask(
      `{ nodes(ids: ["${world.org('shop-1')}", "${world.org('rival')}", "${missingId('User')}", "${world.org('north')}"]) { id } }`,
      { as: 'key@north' },
    );
    expect(answer.data).toEqual({ nodes: [{ id: world.org('shop-1') }, null, null, { id: world.org('north') }] });
    expect(answer.errors?.map(({ path, extensions, message }) => ({ path, code: extensions.code, message }))).toEqual([
      { path: ['nodes', 1], code: 'NOT_FOUND', message: expect.any(String) },
      { path: ['nodes', 2], code: 'NOT_FOUND', message: answer.errors?.[0]?.message },
    ]);
  });
});

describe('every way through the schema (R-AZ-1, R-AZ-2)', () => {
  const values = {
    from: '"2026-01-01T00:00:00Z"',
    to: '"2026-12-01T00:00:00Z"',
    metric: '"voice_calls"',
    scope: 'ALL',
    token: '"unknown"',
    slug: '"north"',
    includeDescendants: 'true',
    status: '[PENDING, EXPIRED]',
  };
  const query = schema.getQueryType() as GraphQLObjectType;
  const ways = waysTo(schema, query, 'Organization', values, 7);

  it('is walked: there are hundreds, through every relation', () => {
    expect(ways.length).toBeGreaterThan(100);
    const fields = new Set(ways.flatMap((way) => way.map((step) => step.field)));
    for (const field of [
      'parent',
      'ancestors',
      'children',
      'descendants',
      'members',
      'people',
      'invitations',
      'auditLog',
      'usage',
      'byChild',
      'memberships',
      'actor',
    ])
      expect(fields).toContain(field);
  });

  it.each(['key@north', 'admin@north', 'viewer@north'] as Caller[])('leads %s to organizations of its subtree only', async (as) => {
    // A person sees organizations elsewhere that it belongs to itself; this one belongs to none.
    const subtree: Slug[] = as === 'viewer@north' ? ['north'] : ['north', 'shop-1', 'shop-2', 'kiosk'];
    const allowed = new Set(subtree.map((slug) => world.org(slug)));
    const seen = new Set<string>();
    for (const way of ways) {
      const answer = await world.ask(documentOf(way, '__typename id'), { as });
      for (const [id] of answer.text.matchAll(/org_[0-9a-f]{32}/g)) {
        expect({ way: way.map((step) => step.field).join('.'), id, allowed: allowed.has(id) }).toMatchObject({ allowed: true });
        seen.add(id);
      }
      expect(answer.text).not.toMatch(/rival|depot|The south|INTERNAL_SERVER_ERROR/);
    }
    expect(seen).toEqual(allowed);
  });

  it('to people leads to none who belong elsewhere, except those named as actors', async () => {
    const toUsers = waysTo(schema, query, 'User', values, 8).filter((way) => !way.some((step) => step.type === 'Actor'));
    expect(toUsers.length).toBeGreaterThan(50);
    for (const way of toUsers) {
      const answer = await world.ask(documentOf(way, 'email'), { as: 'key@north' });
      expect(answer.text).not.toMatch(/@(rival|rival-shop|south|acme|depot)\.example/);
    }
  });
});

describe('organizations that are shown to a person for its own sake (B4, B5, F2)', () => {
  it('show their basic facts and lead nowhere', async () => {
    const user = await world.rows(
      sql<{ id: string }>`select user_id as id from memberships where organization_id = ${world.uuid('kiosk')}`,
    );
    await insertMembership(world, world.uuid('rival'), user[0]?.id ?? '', ['admin']);
    const as = 'admin@kiosk';
    const listed = await world.ask<{ viewer: { memberships: { nodes: { organization: { slug: string; name: string } }[] } } }>(
      '{ viewer { memberships { nodes { roles { key } scopes organization { id slug name kind status } } } } }',
      { as },
    );
    expect(listed.data?.viewer.memberships.nodes.map((node) => node.organization.slug)).toEqual(['kiosk', 'rival']);
    expect(listed.errors).toBeUndefined();
    const basic = new Set(['id', 'slug', 'name', 'kind', 'status', 'domain', 'domainSetupStatus', 'createdAt', 'updatedAt', 'version']);
    const fields = Object.values((schema.getType('Organization') as GraphQLObjectType).getFields());
    for (const field of fields) {
      if (basic.has(field.name)) continue;
      const selection =
        { usage: 'usage(from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { scope }' }[field.name] ??
        (/^(Int|Boolean|ID|InvoiceOwner)/.test(String(field.type)) ? field.name : `${field.name} { __typename }`);
      const answer = await world.ask(`{ viewer { memberships { nodes { organization { ${selection} } } } } }`, { as });
      expect({ field: field.name, codes: answer.errors?.map((error) => error.extensions.code) }).toEqual({
        field: field.name,
        codes: ['ORGANIZATION_REQUIRED'],
      });
    }
    expect((await world.ask(`{ organization(id: "${world.org('rival')}") { id } }`, { as })).errors?.[0]?.extensions.code).toBe(
      'NOT_FOUND',
    );
  });
});
