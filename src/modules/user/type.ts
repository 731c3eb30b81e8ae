/** People, and actors: whoever did something. */
import { related, rowsInSql } from '../../compiler/forms.ts';
import { builder } from '../../graphql/builder.ts';
import { visibleTo } from '../../graphql/guards.ts';
import { nodesBy } from '../../graphql/node.ts';
import type { ActorKind } from '../../authorization/principal.ts';
import type { Lineage } from '../../authorization/rights.ts';
import type { Scope } from '../../authorization/scopes.ts';
import { OrganizationRef } from '../organization/refs.ts';
import { organizationById } from '../organization/queries.ts';
import { actorById, actorOfRow, type UserRow, userById } from './queries.ts';

export const UserRef = builder.objectRef<UserRow>('User');

nodesBy('User', userById);

builder.node(UserRef, {
  description: 'A person, who may belong to many organizations.',
  ...visibleTo({ scopes: ['members:read', 'audit:read'], owner: 'id' }),
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    email: t.expose('email', { type: 'EmailAddress', description: "The person's address." }),
    name: t.exposeString('name', { nullable: true, description: "The person's name, if known." }),
    createdAt: t.expose('created_at', {
      type: 'DateTime',
      description: 'When the person was first seen.',
    }),
  }),
});

export const CredentialKindRef = builder.enumType('CredentialKind', {
  description: 'Kinds of credentials, and OPERATOR for actions without one.',
  values: {
    API_KEY: { description: 'A key of an organization (ak_…).' },
    PERSONAL_ACCESS_TOKEN: { description: 'A token of a person (pat_…).' },
    SESSION: { description: 'A person signed in through the identity provider.' },
    OPERATOR: {
      description:
        'No credential: an operator acted at the command line. Only actors have this kind.',
    },
  },
});

/** Somebody named in a row of an organization, and the scope that reading the row took. */
export interface Actor {
  kind: ActorKind;
  userId: string | null;
  apiKeyName: string | null;
  /** The organization acted from, if any. */
  organizationId: string | null;
  lineage: Lineage;
  scope: Scope;
}

export const ActorRef = builder.objectRef<Actor>('Actor').implement({
  description: 'Who performed an action: a person, an API key, or an operator at the command line.',
  fields: (t) => ({
    kind: t.expose('kind', {
      type: CredentialKindRef,
      description: 'The kind of credential that was used; OPERATOR when there was none.',
    }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description:
        'The person; null for an API key or an operator, or when the person no longer exists.',
      async resolve({ userId, lineage, scope }, _args, { loaders }) {
        const user = userId === null ? null : await loaders.load(actorById, null, userId);
        return user && { ...user, lineage, scope };
      },
      extensions: rowsInSql(({ viewer }) => actorOfRow(viewer)),
    }),
    apiKeyName: t.exposeString('apiKeyName', {
      nullable: true,
      description: 'Name of the API key; null for a person or an operator.',
    }),
    organization: t.field({
      type: OrganizationRef,
      nullable: true,
      description:
        "The organization the actor acted from; null when it is outside the caller's subtree.",
      resolve: ({ organizationId }, _args, { loaders }) =>
        organizationId === null ? null : loaders.load(organizationById, null, organizationId),
      extensions: related(organizationById, 'organizationId'),
    }),
  }),
});
