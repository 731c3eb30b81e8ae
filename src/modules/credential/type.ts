/** API keys and personal access tokens, as far as they can be shown: never a secret. */
import { pagesOf, related, rowsInSql, type GivenArguments } from '../../compiler/forms.ts';
import { requires, visibleTo } from '../../graphql/guards.ts';
import { SCOPES_MAX } from '../../authorization/scopes.ts';
import { nodesBy } from '../../graphql/node.ts';
import { builder } from '../../graphql/builder.ts';
import { connectionType, pageArguments } from '../../graphql/connection.ts';
import { creationOrder } from '../../graphql/order.ts';
import { atMost } from '../../graphql/cost.ts';
import type { Types } from '../../graphql/user-error.ts';
import { orNotFound } from '../../errors.ts';
import { OrganizationRef } from '../organization/refs.ts';
import { organizationById } from '../organization/queries.ts';
import { ActorRef } from '../user/type.ts';
import { creatorOfKey, creatorOfRow } from './creator-queries.ts';
import {
  apiKeyById,
  apiKeys,
  type ApiKeyRow,
  type ApiKeysArguments,
  type TokenRow,
  tokenById,
} from './queries.ts';

type Lifetime = Pick<
  ApiKeyRow & TokenRow,
  'created_at' | 'expires_at' | 'last_used_at' | 'revoked_at'
>;

/** Fields of every credential: from when to when it works. */
const lifetime = (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Lifetime>) => ({
  createdAt: t.expose('created_at', { type: 'DateTime', description: 'When it was created.' }),
  expiresAt: t.expose('expires_at', {
    type: 'DateTime',
    nullable: true,
    description: 'When it stops working; null for never.',
  }),
  lastUsedAt: t.expose('last_used_at', {
    type: 'DateTime',
    nullable: true,
    description: 'When it was last used, accurate to a few seconds.',
  }),
  revokedAt: t.expose('revoked_at', {
    type: 'DateTime',
    nullable: true,
    description: 'When it was revoked.',
  }),
});

export const ApiKeyRef = builder.objectRef<ApiKeyRow>('ApiKey');

nodesBy('ApiKey', apiKeyById);

builder.node(ApiKeyRef, {
  description: 'A credential of an organization, bound to it permanently.',
  ...visibleTo({ scope: 'api_keys:manage' }),
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What the key is for.' }),
    preview: t.exposeString('preview', {
      description: 'First and last characters of the key, to tell keys apart.',
    }),
    scopes: t.exposeStringList('scopes', {
      description: 'Scopes that the key was given.',
      extensions: atMost(SCOPES_MAX),
    }),
    ...lifetime(t),
    issuedByKey: t.field({
      type: ApiKeyRef,
      nullable: true,
      description:
        'The key that created this one; null when a person created it, or when the caller may not see that key.',
      resolve: ({ issued_by_key_id }, _args, { loaders }) =>
        issued_by_key_id === null ? null : loaders.load(apiKeyById, null, issued_by_key_id),
      extensions: related(apiKeyById, 'issued_by_key_id'),
    }),
    organization: t.field({
      type: OrganizationRef,
      description: 'The organization that the key belongs to, which it acts in.',
      resolve: async ({ organization_id }, _args, { loaders }) =>
        orNotFound(await loaders.load(organizationById, null, organization_id)),
      extensions: related(organizationById, 'organization_id'),
    }),
    createdBy: t.field({
      type: ActorRef,
      nullable: true,
      description:
        'Who created it: a person, or a key. Null when an operator created it, when they no longer exist, or when the caller may not ' +
        'see them: a person whose memberships the caller may not read, a key that they may not manage.',
      resolve: ({ id }, _args, { loaders }) => loaders.load(creatorOfKey, null, id),
      extensions: rowsInSql(({ viewer }) => creatorOfRow(viewer)),
    }),
  }),
});

const ApiKeyConnectionRef = connectionType<ApiKeyRow>({
  name: 'ApiKey',
  node: ApiKeyRef,
  plural: 'API keys',
});

const ApiKeyOrderRef = creationOrder('ApiKeyOrder', 'API keys');

builder.objectField(OrganizationRef, 'apiKeys', (t) =>
  t.field({
    type: ApiKeyConnectionRef,
    nullable: true,
    description:
      'API keys of this organization, including revoked and expired ones, newest first by default. Requires the `api_keys:manage` scope.',
    args: {
      orderBy: t.arg({
        type: ApiKeyOrderRef,
        defaultValue: 'CREATED_AT_DESC',
        description: 'Order of the list.',
      }),
      ...pageArguments(t.arg),
    },
    authScopes: requires('api_keys:manage'),
    ...pagesOf(
      apiKeys,
      ({ orderBy }: GivenArguments<ApiKeysArguments>) => ({
        orderBy: orderBy ?? 'CREATED_AT_DESC',
      }),
      ['orderBy'],
    ),
  }),
);

export const PersonalAccessTokenRef = builder.objectRef<TokenRow>('PersonalAccessToken');

nodesBy('PersonalAccessToken', tokenById);

builder.node(PersonalAccessTokenRef, {
  description: 'A credential of a person. Each request names the organization to act in.',
  ...visibleTo({ owner: 'user_id' }),
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What the token is for.' }),
    preview: t.exposeString('preview', {
      description: 'First and last characters of the token, to tell tokens apart.',
    }),
    ...lifetime(t),
  }),
});
