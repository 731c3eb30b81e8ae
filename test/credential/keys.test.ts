import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import {
  AuditLogDocument,
  CreateApiKeyDocument,
  CreatePersonalAccessTokenDocument,
  RevokeApiKeyDocument,
  RevokePersonalAccessTokenDocument,
  UpdateApiKeyDocument,
  type CreateApiKeyInput,
} from '../generated/graphql.ts';
import {
  code,
  createWorld,
  insertKey,
  insertUser,
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

const createKey = async (as: Caller, slug: Slug, input: Partial<CreateApiKeyInput> = {}) =>
  world.query(
    CreateApiKeyDocument,
    { input: { organizationId: world.org(slug), name: 'CI', scopes: ['usage:read'], ...input } },
    { as },
  );
const soon = (): string => new Date(Date.now() + 3_600_000).toISOString();
const works = async (token: string, options: RequestOptions = {}): Promise<boolean> =>
  (await world.ask('{ viewer { scopes } }', { token, ...options })).status === 200;

describe('an API key', () => {
  it('is made with its scopes, shows its secret once, and works at once in its organization', async () => {
    const expiresAt = soon();
    const made = payload(
      (await createKey('admin@acme', 'shop-1', { name: '  CI  ', expiresAt })).data?.createApiKey,
      'CreateApiKeyPayload',
    );
    expect(made.apiKey).toMatchObject({
      name: 'CI',
      scopes: ['usage:read'],
      expiresAt,
      revokedAt: null,
    });
    expect(made.secret).toMatch(/^ak_[0-9a-f]{32}\.[\w-]{48}$/);
    expect(made.apiKey.preview).toBe(`${made.secret.slice(0, 11)}…${made.secret.slice(-4)}`);
    const seen = await world.ask(
      '{ viewer { organization { slug } scopes credential { kind name } } }',
      { token: made.secret },
    );
    expect(seen.data).toEqual({
      viewer: {
        organization: { slug: 'shop-1' },
        scopes: ['usage:read'],
        credential: { kind: 'API_KEY', name: 'CI' },
      },
    });
  });

  it('is revoked for the very next request, and stays listed', async () => {
    const made = payload(
      (await createKey('admin@north', 'north')).data?.createApiKey,
      'CreateApiKeyPayload',
    );
    expect(await works(made.secret)).toBe(true);
    const revoke = () =>
      world.query(RevokeApiKeyDocument, { input: { id: made.apiKey.id } }, { as: 'admin@acme' });
    const first = payload((await revoke()).data?.revokeApiKey, 'RevokeApiKeyPayload');
    expect(first.apiKey).toEqual({ id: made.apiKey.id, revokedAt: expect.any(String) });
    expect(await works(made.secret)).toBe(false);
    expect(payload((await revoke()).data?.revokeApiKey, 'RevokeApiKeyPayload')).toEqual({
      ...first,
      revokedApiKeyIds: [],
    });
  });

  it('is renamed by who holds its scopes and by itself, and the log keeps the name that it acted under', async () => {
    const made = payload(
      (await createKey('admin@north', 'north', { name: 'Old', scopes: ['audit:read'] })).data
        ?.createApiKey,
      'CreateApiKeyPayload',
    );
    const rename = async (name: string, options: RequestOptions, id = made.apiKey.id) => {
      const answer = await world.query(UpdateApiKeyDocument, { input: { id, name } }, options);
      return answer.data?.updateApiKey ?? { __typename: code(answer) };
    };
    const nameNow = async () =>
      (
        await world.rows(
          sql<{ name: string }>`select name from api_keys where preview = ${made.apiKey.preview}`,
        )
      )[0]?.name;
    expect(await rename('  New  ', { as: 'admin@acme' })).toMatchObject({
      apiKey: { id: made.apiKey.id, name: 'New' },
    });
    const [weak, itself] = [
      await insertKey(world, 'north', ['api_keys:manage']),
      await insertKey(world, 'north', ['api_keys:manage', 'usage:read']),
    ];
    expect(await rename('Weak', { token: weak })).toMatchObject({
      __typename: 'ScopeEscalationError',
      missingScopes: ['audit:read'],
    });
    expect(await rename('Seen', { as: 'viewer@north' })).toEqual({ __typename: 'NOT_FOUND' });
    expect(await rename('Foreign', { as: 'admin@rival' })).toEqual({ __typename: 'NOT_FOUND' });
    for (const name of ['', ' ', 'x'.repeat(101), 'https://x.example'])
      expect(await rename(name, { as: 'admin@north' })).toEqual({ __typename: 'BAD_USER_INPUT' });
    expect(await nameNow()).toBe('New');

    const own = await world.ask<{ viewer: { credential: { id: string } } }>(
      '{ viewer { credential { id } } }',
      { token: itself },
    );
    expect(await rename('Self', { token: itself }, own.data?.viewer.credential.id)).toMatchObject({
      apiKey: { name: 'Self' },
    });
    const log = await world.query(
      AuditLogDocument,
      { id: world.org('north'), actions: ['updateApiKey'], first: 100 },
      { as: 'admin@north' },
    );
    const events = log.data?.organization?.auditLog?.nodes ?? [];
    expect(events[0]).toMatchObject({
      actor: { apiKeyName: 'key' },
      before: { name: 'key' },
      after: { name: 'Self' },
    });
    expect(events.at(-1)).toMatchObject({
      before: { name: 'Old' },
      after: { name: 'New' },
      refusal: null,
    });
    expect(events.map(({ refusal }) => refusal)).toContain('SCOPE_ESCALATION');
  });

  it('keeps its name once it is revoked', async () => {
    const { apiKey } = payload(
      (await createKey('admin@north', 'north', { name: 'Last' })).data?.createApiKey,
      'CreateApiKeyPayload',
    );
    await world.query(RevokeApiKeyDocument, { input: { id: apiKey.id } }, { as: 'admin@north' });
    const answer = await world.query(
      UpdateApiKeyDocument,
      { input: { id: apiKey.id, name: 'Later' } },
      { as: 'admin@north' },
    );
    expect(answer.data?.updateApiKey).toMatchObject({
      __typename: 'ApiKeyRevokedError',
      code: 'API_KEY_REVOKED',
    });
    const seen = await world.ask(
      'query ($id: ID!) { node(id: $id) { ... on ApiKey { name } } }',
      { as: 'admin@north' },
      { id: apiKey.id },
    );
    expect(seen.data).toEqual({ node: { name: 'Last' } });
  });

  it('names what is wrong with the input, and makes nothing', async () => {
    const count = async () => (await world.rows(sql`select from api_keys`)).length;
    const before = await count();
    const bad: [Partial<CreateApiKeyInput>, string][] = [
      [{ name: '' }, 'name'],
      [{ name: ' \t ' }, 'name'],
      [{ name: 'x'.repeat(101) }, 'name'],
      [{ scopes: ['no:such'] }, 'scopes'],
      [{ scopes: Array<string>(51).fill('usage:read') }, 'scopes'],
      [{ expiresAt: new Date(Date.now() - 1).toISOString() }, 'expiresAt'],
      [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    ];
    for (const [input, argument] of bad)
      expect((await createKey('key@north', 'north', input)).errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument,
      });
    expect(code(await createKey('key@north', 'north', { expiresAt: 'tomorrow' }))).toBe(
      'BAD_USER_INPUT',
    );
    expect(await count()).toBe(before);
  });

  it('may have no scopes, and then reads basic fields only', async () => {
    const made = payload(
      (await createKey('key@north', 'north', { scopes: [] })).data?.createApiKey,
      'CreateApiKeyPayload',
    );
    const seen = await world.ask('{ organization { slug members { totalCount } } }', {
      token: made.secret,
    });
    expect(seen.data).toEqual({ organization: { slug: 'north', members: null } });
  });
});

describe('a personal token', () => {
  const create = (options: RequestOptions, name = 'laptop', expiresAt?: string) =>
    world.query(
      CreatePersonalAccessTokenDocument,
      { input: { name, ...(expiresAt ? { expiresAt } : {}) } },
      options,
    );

  it('is made by its person, with or without an organization, and revoked by it', async () => {
    for (const organization of ['north', null]) {
      const made = payload(
        (await create({ as: 'admin@north', organization })).data?.createPersonalAccessToken,
        'CreatePersonalAccessTokenPayload',
      );
      expect(await works(made.secret, { organization: 'north' })).toBe(true);
      const answer = await world.query(
        RevokePersonalAccessTokenDocument,
        { input: { id: made.personalAccessToken.id } },
        { as: 'admin@north', organization },
      );
      expect(answer.data?.revokePersonalAccessToken).toMatchObject({
        personalAccessToken: { revokedAt: expect.any(String) },
      });
      expect(await works(made.secret)).toBe(false);
    }
  });

  it('of somebody else cannot be revoked, like one that does not exist', async () => {
    const made = payload(
      (await create({ as: 'admin@south' })).data?.createPersonalAccessToken,
      'CreatePersonalAccessTokenPayload',
    );
    const input = { id: made.personalAccessToken.id };
    for (const as of ['admin@acme', 'admin@north', 'admin@rival'] as const)
      expect(code(await world.query(RevokePersonalAccessTokenDocument, { input }, { as }))).toBe(
        'NOT_FOUND',
      );
    expect(await works(made.secret)).toBe(true);
  });

  it('needs a name and an end in the future', async () => {
    expect((await create({ as: 'admin@north' }, ' ')).errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'name',
    });
    expect(
      (await create({ as: 'admin@north' }, 'x', '2020-01-01T00:00:00Z')).errors?.[0]?.extensions,
    ).toMatchObject({
      argument: 'expiresAt',
    });
  });

  it('is one of at most 100 that work, however many are asked for at once; revoked ones make room', async () => {
    const user = await insertUser(world, 'collector@x.example');
    const token = await insertPersonalAccessToken(world.db, user, 'first');
    for (let n = 0; n < 97; n++) await insertPersonalAccessToken(world.db, user, `more ${n}`);
    // With all connections open, so that the requests do meet.
    await Promise.all(Array.from({ length: 8 }, () => works(token)));
    const codes = (await Promise.all(Array.from({ length: 8 }, () => create({ token })))).map(
      (answer) => code(answer) ?? 'done',
    );
    expect(codes.toSorted()).toEqual([...Array<string>(6).fill('LIMIT_EXCEEDED'), 'done', 'done']);
    await sql`update personal_access_tokens set revoked_at = now() where user_id = ${user} and name like 'more 1%'`.execute(
      world.db,
    );
    expect(code(await create({ token }))).toBeUndefined();
    const list = await world.ask<{
      viewer: { personalAccessTokens: { revokedAt: string | null }[] };
    }>('{ viewer { personalAccessTokens { revokedAt } } }', { token });
    const shown = list.data?.viewer.personalAccessTokens ?? [];
    expect(shown).toHaveLength(100);
    expect(shown.findLastIndex((one) => one.revokedAt === null)).toBe(90 - 1);
  });
});
