/** Requests for a credential that are sent again under their idempotency key (docs/decisions/0025-repeats.md). */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import {
  CreateApiKeyDocument,
  CreatePersonalAccessTokenDocument,
  type CreateApiKeyInput,
} from '../generated/graphql.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import {
  code,
  createWorld,
  insertKey,
  payload,
  type RequestOptions,
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

const createKey = (
  idempotencyKey: string,
  options: RequestOptions,
  input: Partial<CreateApiKeyInput> = {},
) =>
  world.query(
    CreateApiKeyDocument,
    {
      input: {
        organizationId: world.org('north'),
        name: idempotencyKey,
        scopes: ['usage:read'],
        idempotencyKey,
        ...input,
      },
    },
    options,
  );
const createToken = (idempotencyKey: string, options: RequestOptions) =>
  world.query(
    CreatePersonalAccessTokenDocument,
    { input: { name: idempotencyKey, idempotencyKey } },
    options,
  );
const works = async (token: string): Promise<boolean> =>
  (await world.ask('{ viewer { scopes } }', { token })).status === 200;
const keysNamed = (name: string) => world.rows(sql`select from api_keys where name = ${name}`);

describe('a request for an API key', () => {
  it('shows the same secret to a repeat, which works', async () => {
    const [first, again] = [
      await createKey('same', { as: 'key@north' }),
      await createKey('same', { as: 'key@north' }),
    ];
    expect(again.text).toBe(first.text);
    expect(await works(payload(again.data?.createApiKey, 'CreateApiKeyPayload').secret)).toBe(true);
    expect(await keysNamed('same')).toHaveLength(1);
  });

  it('leaves its secret in no table, neither in clear nor as anything that the database could open', async () => {
    const { secret } = payload(
      (await createKey('stored', { as: 'key@north' })).data?.createApiKey,
      'CreateApiKeyPayload',
    );
    const [, random = ''] = secret.split('.');
    const [row] = await world.rows(
      sql<{ result: string }>`select result::text from idempotency_keys where key = 'stored'`,
    );
    expect(row?.result).toContain('sealed');
    for (const encoded of [
      random,
      Buffer.from(random).toString('base64url'),
      Buffer.from(random, 'base64url').toString('hex'),
    ])
      expect(row?.result).not.toContain(encoded);
    expect(Object.keys(JSON.parse(row?.result ?? '{}') as object).toSorted()).toEqual([
      'id',
      'sealed',
    ]);
  });

  it('shows the secret to no other credential of the same person, who is told which key it was', async () => {
    const made = payload(
      (await createKey('others', { as: 'admin@north' })).data?.createApiKey,
      'CreateApiKeyPayload',
    );
    const [user] = await world.rows(
      sql<{ id: string }>`select id from users where email = 'admin@north.example'`,
    );
    const token = await insertPersonalAccessToken(world.db, user?.id ?? '', 'other');
    const answer = await createKey('others', { token, organization: 'north' });
    expect(answer.data?.createApiKey).toEqual({
      __typename: 'SecretShownBeforeError',
      code: 'SECRET_SHOWN_BEFORE',
      credentialId: made.apiKey.id,
    });
    expect(await keysNamed('others')).toHaveLength(1);
    expect(await works(made.secret)).toBe(true);
  });

  it('is judged anew by the right to manage keys, and by the scopes that the key has', async () => {
    const token = await insertKey(world, 'north', ['api_keys:manage', 'usage:read']);
    const created = await createKey('judged', { token });
    const { secret } = payload(created.data?.createApiKey, 'CreateApiKeyPayload');
    const hold = (scopes: string[]) =>
      sql`update api_keys set scopes = ${scopes}::text[] where id = ${token.slice(3, 35)}::uuid`.execute(
        world.db,
      );

    await hold(['api_keys:manage']);
    const escalating = await createKey('judged', { token });
    expect(escalating.data?.createApiKey).toMatchObject({
      __typename: 'ScopeEscalationError',
      missingScopes: ['usage:read'],
    });
    expect(escalating.text).not.toContain(secret);

    await hold(['usage:read']);
    const refused = await createKey('judged', { token });
    expect(code(refused)).toBe('FORBIDDEN');
    expect(refused.text).not.toContain(secret);

    await hold(['api_keys:manage', 'usage:read']);
    expect((await createKey('judged', { token })).text).toBe(created.text);
  });

  it('is answered by nothing that was stored for another key', async () => {
    await createKey('mine', { as: 'key@north' });
    const other = payload(
      (await createKey('another', { as: 'key@north' })).data?.createApiKey,
      'CreateApiKeyPayload',
    );
    await sql`update idempotency_keys as mine set result = mine.result || jsonb_build_object('sealed', other.result -> 'sealed')
      from idempotency_keys as other where mine.key = 'mine' and other.key = 'another'`.execute(
      world.db,
    );
    const answer = await createKey('mine', { as: 'key@north' });
    expect(answer.data?.createApiKey?.__typename).toBe('SecretShownBeforeError');
    expect(answer.text).not.toContain(other.secret);
  });
});

describe('a request for a personal access token', () => {
  it('shows the same secret to a repeat with the same session, and to no later session', async () => {
    const token = await issuer.session('repeating', 'repeating@x.example');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => createToken('laptop', { token })),
    );
    const { secret, personalAccessToken } = payload(
      answers[0]?.data?.createPersonalAccessToken,
      'CreatePersonalAccessTokenPayload',
    );
    for (const answer of answers) expect(answer.text).toBe(answers[0]?.text);
    expect(await works(secret)).toBe(true);

    const later = await issuer.session('repeating', 'repeating@x.example', {
      claims: { jti: 'later' },
    });
    const refused = await createToken('laptop', { token: later });
    expect(refused.data?.createPersonalAccessToken).toEqual({
      __typename: 'SecretShownBeforeError',
      code: 'SECRET_SHOWN_BEFORE',
      credentialId: personalAccessToken.id,
    });
    expect(
      await world.rows(sql`select from personal_access_tokens where name = 'laptop'`),
    ).toHaveLength(1);
  });
});
