/** What the caller may do in an organization, and why. */
import { can } from '../../authorization/rights.ts';
import { SCOPES_MAX } from '../../authorization/scopes.ts';
import { inSql, sameRow } from '../../compiler/forms.ts';
import { builder } from '../../graphql/builder.ts';
import { atMost } from '../../graphql/cost.ts';
import { inside } from '../../graphql/guards.ts';
import { scopeCatalog } from '../role/queries.ts';
import { isNativeMember, type OrganizationRow } from './queries.ts';
import { accessKind, canSignIn, usableScopes } from './access-queries.ts';
import { OrganizationRef } from './refs.ts';

const AccessKindRef = builder.enumType('AccessKind', {
  description: "Where the caller's access to an organization comes from.",
  values: {
    NATIVE: { description: 'From belonging to it.' },
    DELEGATED: { description: 'From acting in an organization above it.' },
    BOTH: { description: 'From both.' },
  } as const,
});

const ViewerAccessRef = builder.objectRef<OrganizationRow>('ViewerAccess').implement({
  description: 'What the caller may do in an organization, and why.',
  fields: (t) => ({
    kind: t.field({
      type: AccessKindRef,
      description: 'Where the access comes from.',
      async resolve({ id }, _args, { loaders, principal }) {
        if (principal.organization?.id === id) return 'NATIVE';
        return (await loaders.load(isNativeMember, null, id)) ? 'BOTH' : 'DELEGATED';
      },
      extensions: inSql(({ viewer }) => accessKind(viewer)),
    }),
    canSignIn: t.boolean({
      description:
        'Whether the calling user is a native member and may act in the organization itself. False for an API key.',
      resolve: ({ id, status }, _args, { loaders, principal }) =>
        status === 'ACTIVE' && principal.user !== null && loaders.load(isNativeMember, null, id),
      extensions: inSql(({ viewer }) => canSignIn(viewer)),
    }),
    scopes: t.stringList({
      description:
        "Scopes that this request has on the organization: in the caller's organization those held there, below it all of them or none.",
      extensions: { ...atMost(SCOPES_MAX), ...inSql(({ viewer }) => usableScopes(viewer)) },
      async resolve({ lineage }, _args, { loaders, principal }) {
        const catalog = await loaders.load(scopeCatalog, null, 'all');
        return catalog.map(({ key }) => key).filter((scope) => can(principal, scope, lineage));
      },
    }),
  }),
});

builder.objectFields(OrganizationRef, (t) => ({
  viewerAccess: t.field({
    type: ViewerAccessRef,
    nullable: true,
    description: 'What the caller may do here, and why.',
    authScopes: inside,
    resolve: (organization) => organization,
    extensions: sameRow({ id: 'id', status: 'status', lineage: 'lineage' }),
  }),
}));
