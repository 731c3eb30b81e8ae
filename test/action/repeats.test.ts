/** Every mutation that takes an idempotency key, sent again: one effect, one answer. */
import { isInputObjectType, isNonNullType } from 'graphql';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenHash } from '../../src/authentication/secret.ts';
import { encodeId } from '../../src/values/ids.ts';
import { createInvitationToken } from '../../src/modules/invitation/token.ts';
import { schema } from '../../src/schema.ts';
import {
  createWorld,
  insertInvitation,
  insertMembership,
  insertUser,
  type GraphQLAnswer,
  type RequestOptions,
  type Slug,
  type World,
} from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

let made = 0;
const unique = (): string => `again${++made}`;
const address = (): string => `${unique()}@x.example`;

async function organization(status = 'ACTIVE'): Promise<string> {
  const { id } = await world.db
    .insertInto('organizations')
    .values({ slug: unique(), name: 'Again', parent_id: world.uuid('north'), status })
    .returning('id')
    .executeTakeFirstOrThrow();
  return encodeId('Organization', id);
}

/** An organization with a billing account, and plans that it may change to. */
async function subscriber(): Promise<string> {
  const id = await organization();
  await sql`insert into billing_accounts (organization_id, status)
    select id, 'active' from organizations where organization_public_id(id) = ${id}`.execute(
    world.db,
  );
  await sql`insert into plans (key, name, max_calls, position) values ('other', 'Other', 5, 2), ('third', 'Third', 5, 3)
    on conflict do nothing`.execute(world.db);
  return id;
}

/** The address of a person whom the caller can see. */
async function person(): Promise<string> {
  const email = address();
  await insertMembership(world, world.uuid('south'), await insertUser(world, email), ['user']);
  return email;
}

const invitation = async (): Promise<string> =>
  encodeId(
    'Invitation',
    await insertInvitation(
      world,
      world.uuid('shop-1'),
      address(),
      tokenHash(createInvitationToken()),
    ),
  );

/** The token of an invitation to the calling person, in an organization of its own. */
async function invitationToken(): Promise<string> {
  const token = createInvitationToken();
  const { id } = await world.db
    .insertInto('organizations')
    .values({ slug: unique(), name: 'Again', parent_id: world.uuid('south') })
    .returning('id')
    .executeTakeFirstOrThrow();
  const invited = await insertInvitation(world, id, 'admin@acme.example', tokenHash(token));
  await sql`update invitations set inviter_kind = 'SESSION', inviter_organization_id = ${world.uuid('acme')},
    inviter_user_id = (select id from users where email = 'admin@acme.example') where id = ${invited}`.execute(
    world.db,
  );
  return token;
}

interface Repeatable {
  /** What it shows beside its type. */
  shows: string;
  /** An input that nothing else has used. */
  input(): Promise<object> | object;
  /** What another input for the same thing says instead; absent when there is no other one under the same key. */
  other?(): Promise<object> | object;
}

const on = (slug: Slug) => ({ organizationId: world.org(slug) });

const repeatable: Record<string, Repeatable> = {
  acceptInvitation: {
    shows: 'membership { id }',
    input: async () => ({ token: await invitationToken() }),
    other: async () => ({ token: await invitationToken() }),
  },
  addMember: {
    shows: 'membership { id } ignoredRoles',
    input: async () => ({ ...on('shop-2'), email: await person(), roles: ['user', 'nothing'] }),
    other: () => ({ roles: ['viewer'] }),
  },
  changePlan: {
    shows: 'organization { id version billing { planChange { plan status requestedAt } } }',
    input: async () => ({ organizationId: await subscriber(), plan: 'other', expectedVersion: 1 }),
    other: () => ({ plan: 'third' }),
  },
  createApiKey: {
    shows: 'apiKey { id } secret',
    input: () => ({ ...on('shop-1'), name: unique(), scopes: ['usage:read'] }),
    other: () => ({ scopes: [] }),
  },
  createContact: {
    shows: 'contact { id }',
    input: () => ({ ...on('shop-1'), name: 'Again', email: address() }),
    other: () => ({ name: 'Other' }),
  },
  createInvitation: {
    shows: 'invitation { id } ignoredRoles',
    input: () => ({ ...on('shop-1'), email: address() }),
    other: () => ({ email: address() }),
  },
  createOrganization: {
    shows: 'organization { id } membership { id } invitations { id }',
    input: () => ({
      name: 'Again',
      slug: unique(),
      parentId: world.org('north'),
      users: [{ email: address() }],
    }),
    other: () => ({ name: 'Other' }),
  },
  createPersonalAccessToken: {
    shows: 'personalAccessToken { id } secret',
    input: () => ({ name: unique() }),
    other: () => ({ name: unique() }),
  },
  createRole: {
    shows: 'role { id }',
    input: () => ({ ...on('shop-1'), key: unique(), name: 'Again', scopes: [] }),
    other: () => ({ name: 'Other' }),
  },
  inviteUsers: {
    shows: 'results { invitation { id } error { code } }',
    input: () => ({ ...on('shop-1'), users: [{ email: address() }, { email: address() }] }),
    other: () => ({ users: [{ email: address() }] }),
  },
  moveOrganization: {
    shows: 'organization { id version } pathAfter affectedCount',
    input: async () => ({
      id: await organization(),
      newParentId: world.org('south'),
      expectedVersion: 1,
    }),
    other: () => ({ newParentId: world.org('shop-1') }),
  },
  resendInvitation: {
    shows: 'invitation { id expiresAt }',
    input: async () => ({ id: await invitation() }),
    other: async () => ({ id: await invitation() }),
  },
  resumeOrganization: {
    shows: 'organization { id status version }',
    input: async () => ({ id: await organization('SUSPENDED'), expectedVersion: 1 }),
    other: () => ({ expectedVersion: 7 }),
  },
  // A key counts for one organization, and there is nothing else to say.
  retryProvisioning: {
    shows: 'organization { id }',
    input: async () => ({ organizationId: await organization() }),
  },
  suspendOrganization: {
    shows: 'organization { id status version }',
    input: async () => ({ id: await organization(), reason: 'unpaid', expectedVersion: 1 }),
    other: () => ({ reason: 'another' }),
  },
  updateOrganization: {
    shows: 'organization { id name version }',
    input: async () => ({ id: await organization(), name: unique(), expectedVersion: 1 }),
    other: () => ({ name: 'Other' }),
  },
};

/** Sends a mutation as the admin of acme. */
function send(
  name: string,
  input: object,
  options: RequestOptions = {},
): Promise<GraphQLAnswer<Record<string, { __typename: string }>>> {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const shows = repeatable[name]?.shows ?? '';
  const document = `mutation ($input: ${title}Input!) {
    ${name}(input: $input) { __typename ... on ${title}Payload { ${shows} } ... on UserError { code } }
  }`;
  return world.ask(document, { as: 'admin@acme', ...options }, { input });
}

/** Counts of everything that a mutation may add to or change. */
async function counts(): Promise<Record<string, number>> {
  const [row] = await world.rows(sql<Record<string, number>>`
    select (select count(*)::int from organizations) as organizations,
      (select sum(version)::int from organizations) as versions,
      (select count(*)::int from memberships) as memberships,
      (select count(*)::int from roles) as roles,
      (select count(*)::int from invitations) as invitations,
      (select sum(round)::int from invitations) as rounds,
      (select count(*)::int from invitation_mails) as mails,
      (select count(*)::int from api_keys) as keys,
      (select count(*)::int from personal_access_tokens) as tokens,
      (select count(*)::int from provisioning_steps) as steps,
      (select count(*)::int from audit_events) + (select count(*)::int from account_events) as events`);
  if (!row) throw new RangeError('the statement gave no row');
  return row;
}

/** What doing something adds to the counts. */
async function effectOf<Result>(
  action: () => Promise<Result>,
): Promise<{ effect: Record<string, number>; result: Result }> {
  const before = await counts();
  const result = await action();
  const after = await counts();
  return {
    effect: Object.fromEntries(
      Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]),
    ),
    result,
  };
}

/** Names of the mutations whose input has a field. */
const mutationsWith = (field: string): string[] =>
  Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(({ name, args: [input] }) => {
    const type = isNonNullType(input?.type) ? input.type.ofType : undefined;
    return isInputObjectType(type) && field in type.getFields() ? [name] : [];
  });

it('covers every mutation that takes an idempotency key', () => {
  expect(Object.keys(repeatable).toSorted()).toEqual(mutationsWith('idempotencyKey').toSorted());
});

describe.each(Object.entries(repeatable))(
  '%s under an idempotency key',
  (name, { input: inputOf }) => {
    const title = name.charAt(0).toUpperCase() + name.slice(1);

    it('has one effect and one answer when it is sent twice, and eight times at once', async () => {
      const plain = await inputOf();
      const once = await effectOf(() => send(name, plain));
      expect(once.result.data?.[name]?.__typename).toBe(`${title}Payload`);
      expect(once.effect['events']).toBeGreaterThan(0);

      const first = { ...(await inputOf()), idempotencyKey: 'twice' };
      const twice = await effectOf(async () => [await send(name, first), await send(name, first)]);
      expect(twice.effect).toEqual(once.effect);
      expect(twice.result[0]?.data?.[name]?.__typename).toBe(`${title}Payload`);
      expect(twice.result[1]?.text).toBe(twice.result[0]?.text);

      const second = { ...(await inputOf()), idempotencyKey: 'eight' };
      const eight = await effectOf(() =>
        Promise.all(Array.from({ length: 8 }, () => send(name, second))),
      );
      expect(eight.effect).toEqual(once.effect);
      expect(eight.result[0]?.data?.[name]?.__typename).toBe(`${title}Payload`);
      expect(new Set(eight.result.map(({ text }) => text)).size).toBe(1);
    });
  },
);

describe('a key that comes with another input', () => {
  const entries = Object.entries(repeatable).flatMap(([name, { input, other }]) =>
    other ? [{ name, input, other }] : [],
  );

  it.each(entries)('is a conflict for $name', async ({ name, input: inputOf, other }) => {
    const input = { ...(await inputOf()), idempotencyKey: 'conflict' };
    expect((await send(name, input)).data?.[name]?.__typename).toMatch(/Payload$/);
    const another = { ...input, ...(await other()) };
    const { effect, result } = await effectOf(() => send(name, another));
    expect(result.data?.[name]).toEqual({
      __typename: 'IdempotencyConflictError',
      code: 'IDEMPOTENCY_CONFLICT',
    });
    // The refused attempt is in the audit log.
    expect(effect).toEqual({
      ...Object.fromEntries(Object.keys(effect).map((count) => [count, 0])),
      events: 1,
    });
  });
});

describe('an organization’s expected version', () => {
  it.each(mutationsWith('expectedVersion'))(
    'is compared by %s, which changes nothing when it is another',
    async (name) => {
      const isPlan = name === 'changePlan';
      const id = isPlan
        ? await subscriber()
        : await organization(name === 'resumeOrganization' ? 'SUSPENDED' : 'ACTIVE');
      const place = isPlan ? { organizationId: id, plan: 'other' } : { id };
      const more = { moveOrganization: { newParentId: world.org('south') } }[name] ?? {};
      const document = (expected: number) =>
        world.ask<Record<string, object>>(
          `mutation ($input: ${name.charAt(0).toUpperCase() + name.slice(1)}Input!) { ${name}(input: $input) {
          __typename ... on VersionConflictError { code currentVersion } } }`,
          { as: 'admin@acme' },
          { input: { ...place, expectedVersion: expected, ...more } },
        );
      const { effect, result } = await effectOf(() => document(2));
      expect(result.data?.[name]).toEqual({
        __typename: 'VersionConflictError',
        code: 'VERSION_CONFLICT',
        currentVersion: 1,
      });
      expect(effect['versions']).toBe(0);
      expect((await document(1)).data?.[name]).toMatchObject({
        __typename: expect.stringMatching(/Payload$/),
      });
    },
  );
});
