/** Mutations of API keys and personal access tokens. */
import { builder } from '../../graphql/builder.ts';
import { decodeId, encodeId } from '../../values/ids.ts';
import { atMost } from '../../graphql/cost.ts';
import { idempotencyKey, mutation } from '../../graphql/mutation.ts';
import { definePayload, rowField } from '../../graphql/payload.ts';
import type { Issued } from './remembered.ts';
import { createApiKey, revokeApiKey, updateApiKey, type RevokedKeys } from './commands.ts';
import { createPersonalAccessToken, revokePersonalAccessToken } from './token-commands.ts';
import { ISSUED_MAX } from './issued-queries.ts';
import { ApiKeyRef, PersonalAccessTokenRef } from './type.ts';
import { apiKeyById, tokenById } from './queries.ts';
import { IdempotencyConflictError } from '../../command/errors.ts';
import { ApiKeyRevokedError, ScopeEscalationError, SecretShownBeforeError } from './errors.ts';
import { userErrorFields } from '../../graphql/user-error.ts';
import { SCOPES_MAX } from '../../authorization/scopes.ts';

userErrorFields(ScopeEscalationError, (t) => ({
  missingScopes: t.exposeStringList('missingScopes', {
    description: 'The scopes that the caller lacks.',
    extensions: atMost(SCOPES_MAX),
  }),
}));

userErrorFields(SecretShownBeforeError, (t) => ({
  credentialId: t.exposeID('credentialId', {
    description: 'The API key or token that was created then, which still exists.',
  }),
}));

const secret =
  'The whole credential for `Authorization: Bearer`. Shown here, and to a repeat with the same idempotency key and the same credential; ' +
  'never again.';
const keyName =
  'What the key is for: 1 to 100 characters, at least one of them visible, and not a link.';
const expiresAt =
  'When it stops working; must be in the future. Never when absent. A caller whose own credential expires must give a date that is not later.';

mutation('createApiKey', {
  description:
    'Creates an API key of an organization, bound to it permanently. Requires the `api_keys:manage` scope.',
  input: builder.inputType('CreateApiKeyInput', {
    description: 'The new key.',
    fields: (t) => ({
      organizationId: t.id({
        required: true,
        description:
          "The organization the key acts in: the caller's organization, or one below it.",
      }),
      name: t.string({
        required: true,
        description: keyName,
      }),
      scopes: t.stringList({
        required: true,
        description:
          'Scopes from `Query.scopes`, limited to those the caller holds on the organization.',
      }),
      expiresAt: t.field({ type: 'DateTime', description: expiresAt }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: definePayload<Issued>('CreateApiKeyPayload', {
    description: 'The API key was created.',
    rows: {
      apiKey: rowField({
        type: ApiKeyRef,
        batch: apiKeyById,
        id: ({ id }) => id,
        description: 'The key.',
      }),
    },
    fields: (t) => ({
      secret: t.exposeString('secret', { description: `${secret} The form is ak_<id>.<secret>.` }),
    }),
  }),
  errors: [ScopeEscalationError, IdempotencyConflictError, SecretShownBeforeError],
  run: (input, request) =>
    createApiKey(request, {
      ...input,
      organizationId: decodeId('Organization', input.organizationId, 'organizationId'),
    }),
});

mutation('updateApiKey', {
  description:
    'Renames an API key that was not revoked. The audit log keeps the name that the key had when it acted. The caller must hold its ' +
    'scopes on its organization, unless it is the key of the request. A repeat leaves the same name, so it has no `idempotencyKey`; keys ' +
    'have no version, so it has no `expectedVersion`. Requires the `api_keys:manage` scope.',
  input: builder.inputType('UpdateApiKeyInput', {
    description: 'Which key to rename.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The key.' }),
      name: t.string({ required: true, description: keyName }),
    }),
  }),
  payload: definePayload<{ apiKeyId: string }>('UpdateApiKeyPayload', {
    description: 'The key was renamed.',
    rows: {
      apiKey: rowField({
        type: ApiKeyRef,
        batch: apiKeyById,
        id: ({ apiKeyId }) => apiKeyId,
        description: 'The key as it is now.',
      }),
    },
  }),
  errors: [ScopeEscalationError, ApiKeyRevokedError],
  run: (input, request) =>
    updateApiKey(request, { ...input, id: decodeId('ApiKey', input.id, 'id') }),
});

mutation('revokeApiKey', {
  description:
    'Revokes an API key, immediately and permanently; it stays listed. The caller must hold its scopes on its organization, unless it is ' +
    'the key of the request or was revoked before. Revoking it again changes nothing, so it has no ' +
    '`idempotencyKey`. Requires the `api_keys:manage` scope.',
  input: builder.inputType('RevokeApiKeyInput', {
    description: 'Which key to revoke.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The key.' }),
      includeIssued: t.boolean({
        defaultValue: false,
        description:
          'Whether to also revoke all keys that it issued, directly or through other keys, in organizations whose keys the caller may ' +
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
        description:
          'The key after the change; null when it is the key that this request was made with, which can no longer read anything.',
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
          'Number of keys that it issued, directly or through other keys, that still work and that the caller may see: those that `includeIssued` would revoke. ' +
          `Counts up to ${ISSUED_MAX}.`,
      }),
    }),
  }),
  errors: [ScopeEscalationError],
  run: (input, request) =>
    revokeApiKey(request, {
      id: decodeId('ApiKey', input.id, 'id'),
      includeIssued: input.includeIssued ?? false,
    }),
});

mutation('createPersonalAccessToken', {
  description:
    'Creates a token of the calling user, which works in every organization that the user belongs to. At most 100 can be active at a time.',
  input: builder.inputType('CreatePersonalAccessTokenInput', {
    description: 'The new token.',
    fields: (t) => ({
      name: t.string({
        required: true,
        description:
          'What the token is for: 1 to 100 characters, at least one of them visible, and not a link.',
      }),
      expiresAt: t.field({ type: 'DateTime', description: expiresAt }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: definePayload<Issued>('CreatePersonalAccessTokenPayload', {
    description: 'The token was created.',
    rows: {
      personalAccessToken: rowField({
        type: PersonalAccessTokenRef,
        batch: tokenById,
        id: ({ id }) => id,
        description: 'The token.',
      }),
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
    'Revokes a token of the calling user, immediately and permanently; it stays listed. Revoking it ' +
    'again changes nothing, so it has no `idempotencyKey`.',
  input: builder.inputType('RevokePersonalAccessTokenInput', {
    description: 'Which token to revoke.',
    fields: (t) => ({
      id: t.id({
        required: true,
        description: 'The token, which must belong to the calling user.',
      }),
    }),
  }),
  payload: definePayload<{ personalAccessTokenId: string }>('RevokePersonalAccessTokenPayload', {
    description: 'The token was revoked.',
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
  run: (input, request) =>
    revokePersonalAccessToken(request, { id: decodeId('PersonalAccessToken', input.id, 'id') }),
});
