/** Samples of the mutations of API keys and personal access tokens. */
import { sql } from 'kysely';
import { tokenHash } from '../../src/authentication/secret.ts';
import { one } from '../../src/database/rows.ts';
import { encodeId } from '../../src/values/ids.ts';
import { ofGround, plantApiKey, unique } from '../samples/planting.ts';
import type { Ground, Right, Samples } from '../samples/sample.ts';

/** A token of the calling person. */
async function plantToken({ database: { db }, email }: Ground): Promise<string> {
  const { id } = await one(
    db,
    sql<{ id: string }>`
      insert into personal_access_tokens (user_id, name, secret_hash, preview)
      select id, 'sample', ${tokenHash(unique())}, 'pat_…' from users where canonical_email = ${email} returning id`,
  );
  return encodeId('PersonalAccessToken', id);
}

const plantKey = async (ground: Ground): Promise<string> =>
  encodeId('ApiKey', await plantApiKey(ground));

/** Whoever may not manage keys does not see them either. */
const right: Right = { scope: 'api_keys:manage', seenWith: 'api_keys:manage' };

export const samples: Samples = {
  createApiKey: {
    right: { scope: 'api_keys:manage' },
    input: (ground) => ({ ...ofGround(ground), name: unique(), scopes: ['usage:read'] }),
    shows: 'apiKey { id } secret',
    repeats: { other: () => ({ scopes: [] }) },
    attempts: ({ inTarget }) => [
      { input: { ...inTarget, name: 'matrix', scopes: [] }, answer: 'CreateApiKeyPayload' },
    ],
  },
  updateApiKey: {
    right,
    input: async (ground) => ({ id: await plantKey(ground), name: unique() }),
    attempts: ({ target }) => [
      { input: { id: target.nodes.ApiKey, name: 'k' }, answer: 'UpdateApiKeyPayload' },
    ],
  },
  revokeApiKey: {
    right,
    input: async (ground) => ({ id: await plantKey(ground) }),
    attempts: ({ target }) => [{ input: { id: target.revokedKey }, answer: 'RevokeApiKeyPayload' }],
  },
  createPersonalAccessToken: {
    right: 'people',
    sender: 'a person',
    input: () => ({ name: unique() }),
    shows: 'personalAccessToken { id } secret',
    repeats: { other: () => ({ name: unique() }) },
    attempts: () => [{ input: { name: 'matrix' }, answer: 'CreatePersonalAccessTokenPayload' }],
  },
  revokePersonalAccessToken: {
    right: 'people',
    sender: 'a person',
    input: async (ground) => ({ id: await plantToken(ground) }),
    attempts: ({ target, fixture: { ownToken } }) => [
      { input: { id: target.nodes.PersonalAccessToken }, answer: 'NOT_FOUND' },
      ...(ownToken === null
        ? []
        : [
            {
              alias: 'revokeOwn',
              input: { id: ownToken },
              answer: 'RevokePersonalAccessTokenPayload',
            },
          ]),
    ],
  },
};
