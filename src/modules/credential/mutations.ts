/** Mutations of API keys and personal access tokens. */
import '../../graphql/failure-graph.ts';
import { builder } from '../../graphql/builder.ts';
import { orNotFound } from '../../errors.ts';
import { decodeId, encodeId } from '../../values/ids.ts';
import { atMost } from '../../graphql/cost.ts';
import { idempotencyKey, mutation } from '../../graphql/mutation.ts';
import type { Issued } from './remembered.ts';
import { createApiKey, createPersonalAccessToken, revokeApiKey, revokePersonalAccessToken, type RevokedKeys } from './commands.ts';
import { ISSUED_MAX } from './issued-queries.ts';
import { ApiKeyRef, PersonalAccessTokenRef } from './type.ts';
import { apiKeyById, tokenById } from './queries.ts';

const secret =
  'The whole credential for `Authorization: Bearer`. Shown here, and to a repeat with the same idempotency key and the same credential; ' +
  'never again.';
const expiresAt =
  'When it stops working, in the future; never when absent. Made with a key or token that expires, it must be given and not be later.';

mutation('createApiKey', {
  description: 'Makes an API key of an organization, bound to it for life. Takes `api_keys:manage`.',
  input: builder.inputType('CreateApiKeyInput', {
    description: 'The new key.',
    fields: (t) => ({
      organizationId: t.id({ required: true, description: 'The organization that it acts in: that of the request, or one below it.' }),
      name: t.string({ required: true, description: 'What the key is for: 1 to 100 characters, one of which can be seen, and no link.' }),
      scopes: t.stringList({ required: true, description: 'Scopes of `Query.scopes`; only such as the caller holds on the organization.' }),
      expiresAt: t.field({ type: 'DateTime', description: expiresAt }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: builder.objectRef<Issued>('CreateApiKeyPayload').implement({
    description: 'The key works from now on.',
    fields: (t) => ({
      apiKey: t.field({
        type: ApiKeyRef,
        description: 'The key.',
        resolve: async ({ id }, _args, { loaders }) => orNotFound(await loaders.load(apiKeyById, null, id)),
      }),
      secret: t.exposeString('secret', { description: `${secret} The form is ak_<id>.<secret>.` }),
    }),
  }),
  failures: ['ScopeEscalationError', 'IdempotencyConflictError', 'SecretShownBeforeError'],
  shows: [{ batch: apiKeyById, ids: ({ id }) => [id] }],
  run: (input, context) =>
    createApiKey(context, { ...input, organizationId: decodeId('Organization', input.organizationId, 'organizationId') }),
});

mutation('revokeApiKey', {
  description:
    'Revokes an API key, at once and for good; it stays listed. The caller has to hold its scopes on its organization, unless it is ' +
    'the key of the request or was revoked before. A key that is revoked stays so when it is revoked again, so it takes no ' +
    '`idempotencyKey`. Requires the `api_keys:manage` scope.',
  input: builder.inputType('RevokeApiKeyInput', {
    description: 'Which key to revoke.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The key.' }),
      includeIssued: t.boolean({
        defaultValue: false,
        description:
          'Whether to revoke all keys as well that it issued, directly or through others, in organizations whose keys the caller may ' +
          `manage: at most ${ISSUED_MAX}, all or none, each under the same rule.`,
      }),
    }),
  }),
  payload: builder.objectRef<RevokedKeys>('RevokeApiKeyPayload').implement({
    description: 'The key was revoked.',
    fields: (t) => ({
      apiKey: t.field({
        type: ApiKeyRef,
        nullable: true,
        description: 'The key as it is now; null when it is the key of this request, which may read nothing any more.',
        resolve: ({ apiKeyId }, _args, { loaders }) => loaders.load(apiKeyById, null, apiKeyId),
      }),
      revokedApiKeyIds: t.idList({
        description: `All keys that this call revoked, at most ${ISSUED_MAX + 1}; without the key itself if it was revoked before.`,
        extensions: atMost(ISSUED_MAX + 1),
        resolve: ({ revokedApiKeyIds }) => revokedApiKeyIds.map((id) => encodeId('ApiKey', id)),
      }),
      issuedKeyCount: t.exposeInt('issuedKeyCount', {
        description:
          'Keys that it issued, directly or through others, which still work and the caller may see: what `includeIssued` would revoke. ' +
          `Counts up to ${ISSUED_MAX}.`,
      }),
    }),
  }),
  failures: ['ScopeEscalationError'],
  shows: [{ batch: apiKeyById, ids: ({ apiKeyId }) => [apiKeyId] }],
  run: (input, context) => revokeApiKey(context, { id: decodeId('ApiKey', input.id, 'id'), includeIssued: input.includeIssued ?? false }),
});

mutation('createPersonalAccessToken', {
  description:
    'Makes a token of the calling person, which works in each organization that the person belongs to. At most 100 work at a time.',
  input: builder.inputType('CreatePersonalAccessTokenInput', {
    description: 'The new token.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'What the token is for: 1 to 100 characters, one of which can be seen, and no link.' }),
      expiresAt: t.field({ type: 'DateTime', description: expiresAt }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: builder.objectRef<Issued>('CreatePersonalAccessTokenPayload').implement({
    description: 'The token works from now on.',
    fields: (t) => ({
      personalAccessToken: t.field({
        type: PersonalAccessTokenRef,
        description: 'The token.',
        resolve: async ({ id }, _args, { loaders }) => orNotFound(await loaders.load(tokenById, null, id)),
      }),
      secret: t.exposeString('secret', { description: `${secret} The form is pat_<id>.<secret>.` }),
    }),
  }),
  failures: ['IdempotencyConflictError', 'SecretShownBeforeError'],
  shows: [{ batch: tokenById, ids: ({ id }) => [id] }],
  run: (input, context) => createPersonalAccessToken(context, input),
});

mutation('revokePersonalAccessToken', {
  description:
    'Revokes a token of the calling person, at once and for good; it stays listed. A token that is revoked stays so when it is revoked ' +
    'again, so it takes no `idempotencyKey`.',
  input: builder.inputType('RevokePersonalAccessTokenInput', {
    description: 'Which token to revoke.',
    fields: (t) => ({ id: t.id({ required: true, description: 'The token; one of the calling person.' }) }),
  }),
  payload: builder.objectRef<{ personalAccessTokenId: string }>('RevokePersonalAccessTokenPayload').implement({
    description: 'The token works no more.',
    fields: (t) => ({
      personalAccessToken: t.field({
        type: PersonalAccessTokenRef,
        description: 'The token as it is now.',
        resolve: async ({ personalAccessTokenId }, _args, { loaders }) =>
          orNotFound(await loaders.load(tokenById, null, personalAccessTokenId)),
      }),
    }),
  }),
  failures: [],
  shows: [{ batch: tokenById, ids: ({ personalAccessTokenId }) => [personalAccessTokenId] }],
  run: (input, context) => revokePersonalAccessToken(context, { id: decodeId('PersonalAccessToken', input.id, 'id') }),
});
