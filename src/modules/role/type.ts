/** Roles and the catalog of scopes. */
import { inside, visibleTo } from '../../graphql/guards.ts';
import { inSql, related, rowsInSql } from '../../compiler/forms.ts';
import { SCOPES_MAX } from '../../authorization/scopes.ts';
import { builder } from '../../graphql/builder.ts';
import { nodesBy } from '../../graphql/node.ts';
import { atMost } from '../../graphql/cost.ts';
import { present } from '../../database/rows.ts';
import { OrganizationRef } from '../organization/refs.ts';
import { organizationById } from '../organization/queries.ts';
import {
  rolesUsableIn,
  scopeCatalog,
  scopesHeld,
  scopesKey,
  scopesOfRole,
  USABLE_ROLES_MAX,
  type RoleRow,
  type ScopeRow,
  roleById,
} from './queries.ts';

export const RoleRef = builder.objectRef<RoleRow>('Role');

nodesBy('Role', roleById);

builder.node(RoleRef, {
  description:
    'A named set of scopes. Built in: admin, viewer, user, support, cloud_rep, restricted_user. An organization can define its own, ' +
    'which are usable in it and in everything below it.',
  ...visibleTo({ scope: null, owner: 'shown_to', everybody: 'built_in' }),
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    key: t.exposeString('key', {
      description: 'Name used in inputs, e.g. admin; unique among the roles of one organization.',
    }),
    name: t.exposeString('name', { description: 'Display name.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What the role is for.',
    }),
    scopes: t.stringList({
      description: 'Scopes that the role grants, including implied ones.',
      extensions: { ...atMost(SCOPES_MAX), ...inSql(() => scopesOfRole) },
      resolve: async ({ scopes }, _args, { loaders }) =>
        present(await loaders.load(scopesHeld, null, scopesKey(scopes)), 'the set of scopes')
          .scopes,
    }),
    builtIn: t.exposeBoolean('built_in', {
      description: 'Whether the role is built in and the same everywhere.',
    }),
    organization: t.field({
      type: OrganizationRef,
      nullable: true,
      description:
        "The organization that defines it; null for a built-in role, and when that organization is outside the caller's subtree.",
      resolve: ({ organization_id }, _args, { loaders }) =>
        organization_id === null ? null : loaders.load(organizationById, null, organization_id),
      extensions: related(organizationById, 'organization_id'),
    }),
  }),
});

builder.objectField(OrganizationRef, 'roles', (t) =>
  t.field({
    type: [RoleRef],
    nullable: true,
    description:
      "Roles that can be granted here: the built-in ones, the organization's own, and those of organizations above. An organization can define at most 100. " +
      `At most ${USABLE_ROLES_MAX} are shown, of those above the nearest first; ask \`Organization.roles\` further up for the rest.`,
    extensions: {
      ...atMost(USABLE_ROLES_MAX),
      ...related(rolesUsableIn, 'id'),
    },
    authScopes: inside,
    resolve: ({ id }, _args, { loaders }) => loaders.load(rolesUsableIn, null, id),
  }),
);

const ScopeInfoRef = builder.objectRef<ScopeRow>('ScopeInfo').implement({
  description: 'A right that roles and keys grant.',
  fields: (t) => ({
    key: t.exposeString('key', {
      description: 'Name of the scope, e.g. members:read. More may be added.',
    }),
    description: t.exposeString('description', { description: 'What it allows.' }),
    implies: t.exposeStringList('implies', {
      description: 'Scopes that this one includes.',
      extensions: atMost(SCOPES_MAX),
    }),
  }),
});

builder.queryField('scopes', (t) =>
  t.field({
    type: [ScopeInfoRef],
    nullable: true,
    description: 'The catalog of scopes that roles and keys are made of.',
    extensions: {
      ...atMost(SCOPES_MAX),
      ...rowsInSql(({ viewer }) => scopeCatalog.statement(viewer, ['all'], null)),
    },
    authScopes: { authenticated: true, organization: true },
    resolve: (_root, _args, { loaders }) => loaders.load(scopeCatalog, null, 'all'),
  }),
);
