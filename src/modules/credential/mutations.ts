/** Mutations of API keys and personal access tokens. */
import { builder } from '../../graphql/builder.ts';
import { decodeId, encodeId } from '../../values/ids.ts';
import { atMost } from '../../graphql/cost.ts';
import { idempotencyKey, mutation } from '../../graphql/mutation.ts';
import { definePayload, rowField } from '../../graphql/payload.ts';
import type { Issued } from './remembered.ts';
import { createApiKey, createPersonalAccessToken, revokeApiKey, revokePersonalAccessToken, type RevokedKeys } from './commands.ts';
import { ISSUED_MAX } from './issued-queries.ts';
import { ApiKeyRef, PersonalAccessTokenRef } from './type.ts';
import { apiKeyById, tokenById } from './queries.ts';
import { IdempotencyConflictError } from '../../command/errors.ts';
import { ScopeEscalationError, SecretShownBeforeError } from './errors.ts';
import { userErrorFields } from '../../graphql/user-error.ts';
import { SCOPES_MAX } from '../../authorization/scopes.ts';

userErrorFields(ScopeEscalationError, (t) => ({
  missingScopes: t.exposeStringList('missingScopes', { description: 'The scopes that the caller lacks.', extensions: atMost(SCOPES_MAX) }),
}));

userErrorFields(SecretShownBeforeError, (t) => ({
  credentialId: t.exposeID('credentialId', { description: 'The API key or token that was created then. It still exists.' }),
}));

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
  payload: definePayload<Issued>('CreateApiKeyPayload', {
    description: 'The key works from now on.',
    rows: { apiKey: rowField({ type: ApiKeyRef, batch: apiKeyById, id: ({ id }) => id, description: 'The key.' }) },
    fields: (t) => ({
      secret: t.exposeString('secret', { description: `${secret} The form is ak_<id>.<secret>.` }),
    }),
  }),
  errors: [ScopeEscalationError, IdempotencyConflictError, SecretShownBeforeError],
  run: (input, request) =>
    createApiKey(request, { ...input, organizationId: decodeId('Organization', input.organizationId, 'organizationId') }),
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
  payload: definePayload<RevokedKeys>('RevokeApiKeyPayload', {
    description: 'The key was revoked.',
    rows: {
      apiKey: rowField({
        type: ApiKeyRef,
        batch: apiKeyById,
        id: ({ apiKeyId }) => apiKeyId,
        nullable: true,
        description: 'The key as it is now; null when it is the key of this request, which may read nothing any more.',
      }),
    },
    fields: (t) => ({
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
  errors: [ScopeEscalationError],
  run: (input, request) => revokeApiKey(request, { id: decodeId('ApiKey', input.id, 'id'), includeIssued: input.includeIssued ?? false }),
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
  payload: definePayload<Issued>('CreatePersonalAccessTokenPayload', {
    description: 'The token works from now on.',
    rows: {
      personalAccessToken: rowField({ type: PersonalAccessTokenRef, batch: tokenById, id: ({ id }) => id, description: 'The token.' }),
    },
    fields: (t) => ({
      secret: t.exposeString('secret', { description: `${secret} The form is pat_<id>.<secret>.` }),
    }),
  }),
  errors: [IdempotencyConflictError, SecretShownBeforeError],
  run: (input, request) => createPersonalAccessToken(request, input),
});

mutation('revokePersonalAccessToken', {
  description:
    'Revokes a token of the calling person, at once and for good; it stays listed. A token that is revoked stays so when it is revoked ' +
    'again, so it takes no `idempotencyKey`.',
  input: builder.inputType('RevokePersonalAccessTokenInput', {
    description: 'Which token to revoke.',
    fields: (t) => ({ id: t.id({ required: true, description: 'The token; one of the calling person.' }) }),
  }),
  payload: definePayload<{ personalAccessTokenId: string }>('RevokePersonalAccessTokenPayload', {
    description: 'The token works no more.',
    rows: {
      personalAccessToken: rowField({
        type: PersonalAccessTokenRef,
        batch: tokenById,
        id: ({ personalAccessTokenId }) => personalAccessTokenId,
        description: 'The token as it is now.',
      }),
    },
  }),
  errors: [],
  run: (input, request) => revokePersonalAccessToken(request, { id: decodeId('PersonalAccessToken', input.id, 'id') }),
});
