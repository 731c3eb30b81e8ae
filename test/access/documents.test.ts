import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../src/values/ids.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { CreateRoleDocument } from '../generated/graphql.ts';
import {
  createWorld,
  insertMembership,
  insertUser,
  type RequestOptions,
  type World,
} from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  // Requests are held between their statements, of which a compiled one has a single one.
  world = await createWorld({ compiled: false });
});
afterAll(() => world.close());

let made = 0;
/** A second admin of shop-1 with a token, and its own public id. */
async function secondAdmin(): Promise<
  RequestOptions & { id: string; membership: string; tokenId: string }
> {
  const user = await insertUser(world, `second${++made}@x.example`);
  const membership = await insertMembership(world, world.uuid('shop-1'), user, ['admin']);
  const token = await insertPersonalAccessToken(world.db, user, 'x');
  const tokenId = token.slice(0, token.indexOf('.'));
  return { token, organization: 'shop-1', id: encodeId('User', user), membership, tokenId };
}

const role = (alias: string, key: string): string =>
  `${alias}: createRole(input: { organizationId: "${world.org('shop-1')}", key: "${key}", name: "X", scopes: [] }) { __typename ... on UserError { code } }`;
const exists = async (key: string) =>
  (await world.rows(sql`select from roles where key = ${key}`)).length > 0;

describe('several mutations in one document', () => {
  it('all happen, in order, each seeing what those before it did', async () => {
    const answer = await world.ask<Record<string, { __typename: string }>>(
      `mutation { ${role('a', 'doc_a')} ${role('b', 'doc_a')} ${role('c', 'doc_c')} }`,
      { as: 'key@shop-1' },
    );
    expect(Object.values(answer.data ?? {}).map((one) => one.__typename)).toEqual([
      'CreateRolePayload',
      'RoleKeyTakenError',
      'CreateRolePayload',
    ]);
  });

  it('see a demotion of the caller itself: what comes after is refused', async () => {
    const self = await secondAdmin();
    const demote = `a: updateMemberRoles(input: { organizationId: "${world.org('shop-1')}", userId: "${self.id}", roles: ["viewer"] }) { __typename }`;
    const answer = await world.ask(`mutation { ${demote} ${role('b', 'doc_demoted')} }`, self);
    expect(answer.errors).toMatchObject([
      { path: ['b'], extensions: { code: 'FORBIDDEN', requiredScopes: ['roles:manage'] } },
    ]);
    expect(await exists('doc_demoted')).toBe(false);
    expect(
      await world.rows(
        sql`select from membership_roles mr join roles r on r.id = mr.role_id where mr.membership_id = ${self.membership} and r.key = 'viewer'`,
      ),
    ).toHaveLength(1);
  });

  it('see the removal of the caller itself', async () => {
    const self = await secondAdmin();
    const remove = `a: removeMember(input: { organizationId: "${world.org('shop-1')}", userId: "${self.id}" }) { __typename }`;
    const answer = await world.ask(`mutation { ${remove} ${role('b', 'doc_removed')} }`, self);
    expect(answer.errors).toMatchObject([{ path: ['b'], extensions: { code: 'NOT_FOUND' } }]);
    expect(await exists('doc_removed')).toBe(false);
  });

  it('see the revocation of their own token', async () => {
    const self = await secondAdmin();
    const revoke = `a: revokePersonalAccessToken(input: { id: "${self.tokenId}" }) { ... on RevokePersonalAccessTokenPayload { personalAccessToken { revokedAt } } }`;
    const answer = await world.ask(`mutation { ${revoke} ${role('b', 'doc_revoked')} }`, self);
    expect(answer.errors).toMatchObject([{ path: ['b'], extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(await exists('doc_revoked')).toBe(false);
  });

  it('see the revocation of their own key, which may not read afterwards', async () => {
    const make = `mutation { createApiKey(input: { organizationId: "${world.org('shop-1')}", name: "own", scopes: ["api_keys:manage", "roles:manage"] }) { ... on CreateApiKeyPayload { secret apiKey { id } } } }`;
    const made_ = (
      await world.ask<{ createApiKey: { secret: string; apiKey: { id: string } } }>(make, {
        as: 'admin@shop-1',
      })
    ).data?.createApiKey;
    const revoke = `a: revokeApiKey(input: { id: "${made_?.apiKey.id}" }) { ... on RevokeApiKeyPayload { apiKey { id } } }`;
    const answer = await world.ask(`mutation { ${revoke} ${role('b', 'doc_key')} }`, {
      token: made_?.secret ?? '',
    });
    expect(answer.errors).toMatchObject([{ path: ['b'], extensions: { code: 'UNAUTHENTICATED' } }]);
    const alone = await world.ask(`mutation { ${revoke} }`, { token: made_?.secret ?? '' });
    expect(alone.status).toBe(401);
  });

  it('see new rights as well: a right that the first gives, the second uses', async () => {
    const self = await secondAdmin();
    await sql`update membership_roles set role_id = (select id from roles where key = 'user' and built_in) where membership_id = ${self.membership}`.execute(
      world.db,
    );
    const other = await secondAdmin();
    const promote = `mutation { updateMemberRoles(input: { organizationId: "${world.org('shop-1')}", userId: "${self.id}", roles: ["admin"] }) { __typename } }`;
    expect(
      (await world.ask(`mutation { ${role('a', 'doc_early')} }`, self)).errors?.[0]?.extensions
        .code,
    ).toBe('FORBIDDEN');
    await world.ask(promote, other);
    expect((await world.ask(`mutation { ${role('a', 'doc_late')} }`, self)).data).toMatchObject({
      a: { __typename: 'CreateRolePayload' },
    });
  });

  it('keep what they answered when a later one is refused: a secret that is shown once reaches the caller', async () => {
    const make = `a: createApiKey(input: { organizationId: "${world.org('shop-1')}", name: "kept", scopes: [] }) { ... on CreateApiKeyPayload { secret } }`;
    const refused = `b: createRole(input: { organizationId: "${world.org('rival')}", key: "elsewhere", name: "X", scopes: [] }) { __typename }`;
    const answer = await world.ask<{ a: { secret: string }; b: null }>(
      `mutation { ${make} ${refused} ${role('c', 'doc_after')} }`,
      {
        as: 'key@shop-1',
      },
    );
    expect(answer.data).toEqual({
      a: { secret: expect.stringMatching(/^ak_/) },
      b: null,
      c: expect.objectContaining({ __typename: 'CreateRolePayload' }),
    });
    expect(answer.errors).toMatchObject([{ path: ['b'], extensions: { code: 'NOT_FOUND' } }]);
    expect(
      (
        await world.ask('{ viewer { credential { name } } }', {
          token: answer.data?.a.secret ?? '',
        })
      ).data,
    ).toEqual({
      viewer: { credential: { name: 'kept' } },
    });
  });

  it('read what is true after each, not what was read before', async () => {
    const self = await secondAdmin();
    const set = (alias: string, key: string) =>
      `${alias}: updateMemberRoles(input: { organizationId: "${world.org('shop-1')}", userId: "${self.id}", roles: ["${key}"] }) {
        ... on UpdateMemberRolesPayload { membership { roles { key } organization { members(search: "second${made}@") { nodes { roles { key } } } } } } }`;
    const answer = await world.ask<Record<string, unknown>>(
      `mutation { ${set('a', 'viewer')} ${set('b', 'support')} ${set('c', 'admin')} }`,
      { as: 'key@acme' },
    );
    expect(answer.data).toEqual(
      Object.fromEntries(
        [
          ['a', 'viewer'],
          ['b', 'support'],
          ['c', 'admin'],
        ].map(([alias, key]) => [
          alias,
          {
            membership: {
              roles: [{ key }],
              organization: { members: { nodes: [{ roles: [{ key }] }] } },
            },
          },
        ]),
      ),
    );
  });
});

describe('a request under way', () => {
  it('reads nothing more once its person is removed: the next statement sees it', async () => {
    const { db } = world;
    await sql`insert into organization_profiles (organization_id, address_line1, address_city, address_state, address_zip, address_country)
      values (${world.uuid('shop-1')}, 'Street 1', 'Town', 'State', '1', 'DE')`.execute(db);
    const document = '{ organization { id primaryAddress { line1 } } }';
    const self = await secondAdmin();
    expect((await world.ask(document, self)).data).toMatchObject({
      organization: { primaryAddress: { line1: 'Street 1' } },
    });
    // The request is held between its statements: the second reads a table that is locked until the person is removed.
    const asking = await db.transaction().execute(async (tx) => {
      await sql`lock table organization_profiles in access exclusive mode`.execute(tx);
      const answer = world.ask(document, self);
      await waitFor(() => isWaiting('relation'));
      await sql`delete from memberships where id = ${self.membership}`.execute(db);
      return { answer };
    });
    expect((await asking.answer).data).toMatchObject({ organization: { primaryAddress: null } });
    expect((await world.ask(document, self)).status).toBe(404);
  });

  it('is not held up, and holds up nobody, on an organization that it may not even see', async () => {
    const foreign = world.uuid('rival');
    await world.db.transaction().execute(async (tx) => {
      await sql`select from organizations where id = ${foreign} for update`.execute(tx);
      const input = { organizationId: world.org('rival'), key: 'foreign', name: 'F', scopes: [] };
      const answer = await world.query(CreateRoleDocument, { input }, { as: 'key@shop-1' });
      expect(answer.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    });
  });
});

/** Whether a statement of this database waits for a lock of the kind. */
async function isWaiting(event: string): Promise<boolean> {
  const waiting = await world.rows(
    sql`select from pg_stat_activity where wait_event_type = 'Lock' and wait_event = ${event} and datname = current_database()`,
  );
  return waiting.length > 0;
}

/** Asks again and again until something is so; the test's own time-out bounds it. */
async function waitFor(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}
