/** Keys that keys make: how long they live, who may take them away, and what goes with them. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import { tokenHash } from '../../src/authentication/secret.ts';
import { encodeId, parseId } from '../../src/values/ids.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import {
  CreateApiKeyDocument,
  CreatePersonalAccessTokenDocument,
  RevokeApiKeyDocument,
  type CreateApiKeyInput,
} from '../generated/graphql.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import {
  createWorld,
  insertMembership,
  insertUser,
  payload,
  type RequestOptions,
  type Slug,
  type World,
} from '../setup/world.ts';

let world: World;
let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
  world = await createWorld({ sessions: new Sessions(issuer.settings, createLogger('silent')) });
});
afterAll(async () => {
  await world.close();
  await issuer.close();
});

const create = async (
  input: Partial<CreateApiKeyInput> & { scopes: string[] },
  options: RequestOptions,
  slug: Slug = 'north',
) => {
  const answer = await world.query(
    CreateApiKeyDocument,
    { input: { organizationId: world.org(slug), name: 'K', ...input } },
    options,
  );
  return answer.data?.createApiKey ?? { error: answer.errors?.[0]?.extensions };
};
const made = async (...call: Parameters<typeof create>): Promise<{ id: string; token: string }> => {
  const outcome = await create(...call);
  if (!('apiKey' in outcome)) throw new Error(JSON.stringify(outcome));
  return { id: outcome.apiKey.id, token: outcome.secret };
};
const revoke = async (id: string, options: RequestOptions, includeIssued?: boolean) => {
  const input = { id, ...(includeIssued === undefined ? {} : { includeIssued }) };
  const answer = await world.query(RevokeApiKeyDocument, { input }, options);
  return answer.data?.revokeApiKey ?? { error: answer.errors?.[0]?.extensions };
};
const works = async (token: string): Promise<boolean> =>
  (await world.ask('{ viewer { scopes } }', { token })).status === 200;
const inHours = (hours: number): Date => new Date(Date.now() + hours * 3_600_000);

const ALL = [
  'organizations:manage',
  'child_organizations:manage',
  'members:manage',
  'api_keys:manage',
  'usage:read',
  'audit:read',
];

describe('an expiring credential', () => {
  it('makes no key and no token that outlives it', async () => {
    const end = inHours(2);
    const key = await made(
      { scopes: ['api_keys:manage'], expiresAt: end.toISOString() },
      { as: 'admin@north' },
    );
    const refused = {
      error: {
        code: 'BAD_USER_INPUT',
        argument: 'expiresAt',
        bound: expect.stringContaining(end.toISOString()),
      },
    };
    expect(await create({ scopes: [] }, { token: key.token })).toMatchObject(refused);
    expect(
      await create({ scopes: [], expiresAt: inHours(3).toISOString() }, { token: key.token }),
    ).toMatchObject(refused);
    expect(
      await create({ scopes: [], expiresAt: end.toISOString() }, { token: key.token }),
    ).toMatchObject({
      apiKey: { expiresAt: end.toISOString() },
    });
    const admin = {
      token: await insertPersonalAccessToken(
        world.db,
        parseId(world.person('admin@north'))?.uuid ?? '',
        'short',
      ),
    };
    await sql`update personal_access_tokens set expires_at = ${end} where name = 'short'`.execute(
      world.db,
    );
    const token = async (
      expiresAt?: Date,
      options: RequestOptions = { ...admin, organization: 'north' },
    ) => {
      const input = { name: 'T', ...(expiresAt ? { expiresAt: expiresAt.toISOString() } : {}) };
      const answer = await world.query(CreatePersonalAccessTokenDocument, { input }, options);
      return answer.data?.createPersonalAccessToken ?? { error: answer.errors?.[0]?.extensions };
    };
    expect(await token()).toMatchObject(refused);
    expect(await token(inHours(3))).toMatchObject(refused);
    expect(await token(inHours(1))).toMatchObject({
      __typename: 'CreatePersonalAccessTokenPayload',
    });
    expect(await create({ scopes: [] }, { ...admin, organization: 'north' })).toMatchObject(
      refused,
    );
  });

  it('that is a session makes what lives longer, since sessions are how people sign in', async () => {
    const email = 'signed.in@x.example';
    await insertMembership(world, world.uuid('north'), await insertUser(world, email), ['admin']);
    const session = { token: await issuer.session('signed-in', email), organization: 'north' };
    expect(await create({ scopes: [] }, session)).toMatchObject({ apiKey: { expiresAt: null } });
    const answer = await world.query(
      CreatePersonalAccessTokenDocument,
      { input: { name: 'T' } },
      session,
    );
    expect(answer.data?.createPersonalAccessToken).toMatchObject({
      personalAccessToken: { expiresAt: null },
    });
  });
});

describe('revoking a key', () => {
  it('requires its scopes, unless it is the caller itself or was revoked before', async () => {
    const mighty = await made({ scopes: ALL }, { as: 'admin@north' });
    const keeper = await made({ scopes: ['api_keys:manage'] }, { as: 'admin@north' });
    expect(await revoke(mighty.id, { token: keeper.token })).toMatchObject({
      code: 'SCOPE_ESCALATION',
      missingScopes: [
        'organizations:manage',
        'child_organizations:manage',
        'members:read',
        'members:manage',
        'usage:read',
        'audit:read',
      ],
    });
    expect(await works(mighty.token)).toBe(true);
    expect(await revoke(mighty.id, { as: 'admin@north' })).toMatchObject({
      revokedApiKeyIds: [mighty.id],
      issuedKeyCount: 0,
    });
    expect(await revoke(mighty.id, { token: keeper.token })).toMatchObject({
      revokedApiKeyIds: [],
      issuedKeyCount: 0,
    });
    expect(await revoke(keeper.id, { token: keeper.token })).toMatchObject({
      apiKey: null,
      revokedApiKeyIds: [keeper.id],
    });
    expect(await works(keeper.token)).toBe(false);
  });

  it('tells how many keys it issued that still work, and revokes them when asked to', async () => {
    const first = await made({ scopes: ALL }, { as: 'admin@north' });
    const second = await made({ scopes: ALL }, { token: first.token });
    const third = await made({ scopes: ['usage:read'] }, { token: second.token });
    const below = await made({ scopes: ['usage:read'] }, { token: second.token }, 'kiosk');
    const beside = await made({ scopes: ['usage:read'] }, { as: 'admin@north' });
    const seen = await world.ask(
      `{ node(id: "${third.id}") { ... on ApiKey { issuedByKey { id issuedByKey { id issuedByKey { id } } } } } }`,
      {
        as: 'admin@north',
      },
    );
    expect(seen.data).toEqual({
      node: { issuedByKey: { id: second.id, issuedByKey: { id: first.id, issuedByKey: null } } },
    });
    expect(await revoke(second.id, { as: 'admin@north' })).toMatchObject({
      revokedApiKeyIds: [second.id],
      issuedKeyCount: 2,
    });
    expect(await works(third.token)).toBe(true);
    const all = payload(
      (
        await world.query(
          RevokeApiKeyDocument,
          { input: { id: first.id, includeIssued: true } },
          { as: 'admin@north' },
        )
      ).data?.revokeApiKey,
      'RevokeApiKeyPayload',
    );
    expect(all.revokedApiKeyIds.toSorted()).toEqual([first.id, third.id, below.id].toSorted());
    expect(all.issuedKeyCount).toBe(0);
    for (const { token } of [first, second, third, below]) expect(await works(token)).toBe(false);
    expect(await works(beside.token)).toBe(true);
    const events = await world.rows(sql<{ target_id: string; organization_id: string }>`
      select target_id, organization_id from audit_events where action = 'revokeApiKey' and target_id = any (${[first.id, third.id, below.id]})`);
    expect(events.toSorted((a, b) => a.target_id.localeCompare(b.target_id))).toEqual([
      { target_id: first.id, organization_id: world.uuid('north') },
      { target_id: third.id, organization_id: world.uuid('north') },
      { target_id: below.id, organization_id: world.uuid('kiosk') },
    ]);
  });

  it('takes all that it issued or none: one that holds more than the caller keeps all of them', async () => {
    const root = await made({ scopes: ALL }, { as: 'admin@north' });
    const small = await made({ scopes: ['api_keys:manage'] }, { token: root.token });
    await made({ scopes: ['audit:read'] }, { token: root.token });
    // The issuing key has lost its scopes since; what it issued has not.
    await sql`update api_keys set scopes = '{api_keys:manage}' where id = ${parseId(root.id)?.uuid}`.execute(
      world.db,
    );
    const keeper = await made({ scopes: ['api_keys:manage'] }, { as: 'admin@north' });
    expect(await revoke(root.id, { token: keeper.token }, true)).toMatchObject({
      code: 'SCOPE_ESCALATION',
      missingScopes: ['audit:read'],
    });
    expect(await works(root.token)).toBe(true);
    expect(await works(small.token)).toBe(true);
  });

  it('leaves and does not count what was issued into an organization that was moved away since', async () => {
    const key = await made({ scopes: ALL }, { as: 'admin@north' });
    const [shop] = await world.rows(sql<{ id: string }>`
      insert into organizations (slug, name, parent_id) values ('wanders', 'W', ${world.uuid('shop-1')}) returning id`);
    const organizationId = encodeId('Organization', shop?.id ?? '');
    const away = await made({ scopes: ['usage:read'], organizationId }, { token: key.token });
    const here = await made({ scopes: ['usage:read'] }, { token: key.token }, 'shop-1');
    await sql`update organizations set parent_id = ${world.uuid('south')} where id = ${shop?.id}`.execute(
      world.db,
    );
    expect(await revoke(key.id, { as: 'admin@north' })).toMatchObject({ issuedKeyCount: 1 });
    expect(await revoke(key.id, { as: 'admin@north' }, true)).toMatchObject({
      revokedApiKeyIds: [here.id],
      issuedKeyCount: 0,
    });
    expect(await works(away.token)).toBe(true);
  });

  it('revokes at most 1,000 issued keys at once, and says so', async () => {
    const key = await made({ scopes: ['api_keys:manage'] }, { as: 'admin@north' });
    const issuer_ = parseId(key.id)?.uuid;
    const insert = async (count: number) =>
      sql`insert into api_keys (organization_id, name, secret_hash, preview, scopes, issued_by_key_id)
        select ${world.uuid('north')}, 'many', ${tokenHash('many')}, 'ak', '{}', ${issuer_} from generate_series(1, ${count}::int)`.execute(
        world.db,
      );
    await insert(1_001);
    expect(await revoke(key.id, { as: 'admin@north' }, true)).toMatchObject({
      error: {
        code: 'LIMIT_EXCEEDED',
        argument: 'includeIssued',
        bound: expect.stringContaining('1000'),
      },
    });
    expect(await works(key.token)).toBe(true);
    await sql`delete from api_keys where id = (select id from api_keys where issued_by_key_id = ${issuer_} limit 1)`.execute(
      world.db,
    );
    const outcome = await revoke(key.id, { as: 'admin@north' }, true);
    expect(outcome).toMatchObject({ issuedKeyCount: 0 });
    expect('revokedApiKeyIds' in outcome && outcome.revokedApiKeyIds.length).toBe(1_001);
  });

  it('with what it issued leaves no key behind that is made at the same moment', async () => {
    for (let n = 0; n < 25; n++) {
      const key = await made({ scopes: ALL }, { as: 'admin@north' });
      const child = await made({ scopes: ALL }, { token: key.token });
      const [outcome, ...others] = await Promise.all([
        revoke(key.id, { as: 'admin@north' }, true),
        create({ scopes: [] }, { token: key.token }),
        create({ scopes: [] }, { token: child.token }, 'kiosk'),
        create({ scopes: [] }, { token: child.token }, 'shop-1'),
      ]);
      expect(outcome).toMatchObject({ __typename: 'RevokeApiKeyPayload' });
      for (const other of others)
        if ('secret' in other) expect(await works(other.secret)).toBe(false);
    }
  }, 60_000);
});
