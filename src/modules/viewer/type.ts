/** Who is calling and what they may do. */
import {
  inSql,
  listInSql,
  related,
  rowsInSql,
  sameRow,
  type GivenArguments,
} from '../../compiler/forms.ts';
import type { Principal } from '../../authorization/principal.ts';
import { can } from '../../authorization/rights.ts';
import { SCOPES_MAX } from '../../authorization/scopes.ts';
import { builder } from '../../graphql/builder.ts';
import { connect, pageArguments } from '../../graphql/connection.ts';
import { PersonalAccessTokenRef } from '../credential/type.ts';
import { ownTokens, LIVE_TOKENS_MAX } from '../credential/queries.ts';
import { badInput, unauthenticated } from '../../errors.ts';
import { decodeId, encodeId } from '../../values/ids.ts';
import { InvitationConnectionRef } from '../invitation/type.ts';
import { ownInvitations } from '../invitation/queries.ts';
import { atMost } from '../../graphql/cost.ts';
import { MembershipConnectionRef } from '../membership/type.ts';
import { ownMemberships } from '../membership/queries.ts';
import { OrganizationRef } from '../organization/refs.ts';
import { organizationById } from '../organization/queries.ts';
import { scopeCatalog } from '../role/queries.ts';
import { CredentialKindRef, UserRef } from '../user/type.ts';
import { userById } from '../user/queries.ts';
import {
  callerRow,
  isInCatalog,
  mayUse,
  NOBODY,
  publicCredentialId,
  scopesInOrder,
  type UseOfScope,
} from './queries.ts';

type Caller = Principal & { credential: NonNullable<Principal['credential']> };

const CredentialRef = builder.objectRef<Caller['credential']>('Credential').implement({
  description: 'The credential that the request was made with.',
  fields: (t) => ({
    kind: t.expose('kind', { type: CredentialKindRef, description: 'Its kind.' }),
    id: t.id({
      nullable: true,
      description: 'Id of the API key or token; null for a session.',
      resolve: ({ kind, id }) =>
        kind === 'SESSION'
          ? null
          : encodeId(kind === 'API_KEY' ? 'ApiKey' : 'PersonalAccessToken', id),
      extensions: inSql(({ viewer }) => publicCredentialId(viewer)),
    }),
    name: t.exposeString('name', { nullable: true, description: 'Its name; null for a session.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it stops working; null for never.',
    }),
  }),
});

/** The arguments of `Viewer.can`, as the client gives them. */
type GivenUse = GivenArguments<UseOfScope> & Pick<UseOfScope, 'scope'>;

function useOfScope({ scope, organizationId }: GivenUse): UseOfScope {
  const id = organizationId ?? null;
  return {
    scope,
    organizationId: id === null ? null : decodeId('Organization', id, 'organizationId'),
  };
}

const ViewerRef = builder.objectRef<Caller>('Viewer').implement({
  description: 'Who is calling, in which organization, with what rights.',
  fields: (t) => ({
    credential: t.expose('credential', {
      type: CredentialRef,
      description: 'The credential that the request was made with.',
      extensions: sameRow({
        kind: 'credential_kind',
        id: 'credential_id',
        name: 'credential_name',
        expiresAt: 'credential_expires_at',
      }),
    }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: 'The user; null for an API key.',
      resolve: ({ user }, _args, { loaders }) =>
        user ? loaders.load(userById, null, user.id) : null,
      extensions: related(userById, 'id'),
    }),
    organization: t.field({
      type: OrganizationRef,
      nullable: true,
      description:
        'The organization that this request acts in; null for a user credential that names none.',
      resolve: ({ organization }, _args, { loaders }) =>
        organization ? loaders.load(organizationById, null, organization.id) : null,
      extensions: related(organizationById, 'organization_id'),
    }),
    scopes: t.stringList({
      description: 'Scopes held in that organization, including implied ones.',
      extensions: {
        ...atMost(SCOPES_MAX),
        ...inSql(({ viewer }) => scopesInOrder(viewer)),
      },
      resolve: ({ organization }) => [...(organization?.scopes ?? [])],
    }),
    can: t.boolean({
      description:
        "Whether this request may use `scope` on an organization. For organizations outside the caller's subtree the answer is false, never an error.",
      args: {
        scope: t.arg.string({
          required: true,
          description: 'A scope of the catalog, `Query.scopes`.',
        }),
        organizationId: t.arg.id({
          description: "The organization; the caller's organization when absent.",
        }),
      },
      async resolve(principal, { scope, organizationId }, { loaders }) {
        const catalog = await loaders.load(scopeCatalog, null, 'all');
        if (!catalog.some(({ key }) => key === scope))
          throw badInput('scope', 'must be a scope of the catalog (see Query.scopes)');
        const id =
          useOfScope({ scope, organizationId }).organizationId ?? principal.organization?.id;
        const target = id === undefined ? null : await loaders.load(organizationById, null, id);
        return target !== null && can(principal, scope, target.lineage);
      },
      extensions: inSql<GivenUse, UseOfScope>(({ viewer, args }) => mayUse(viewer, args), {
        prepare: useOfScope,
        check: ({ args }) => isInCatalog(args),
      }),
    }),
    memberships: t.field({
      type: MembershipConnectionRef,
      nullable: true,
      description:
        'Every organization in which the user is a native member, oldest membership first. Empty for an API key.',
      args: pageArguments(t.arg),
      resolve: ({ user }, page, context) =>
        connect(context, ownMemberships, user?.id ?? NOBODY, null, page),
      extensions: listInSql(ownMemberships, () => null),
    }),
    invitations: t.field({
      type: InvitationConnectionRef,
      nullable: true,
      description:
        "Invitations waiting for the user's verified address, newest first. Empty for an API key.",
      args: pageArguments(t.arg),
      resolve: ({ user }, page, context) =>
        connect(context, ownInvitations, user?.id ?? NOBODY, null, page),
      extensions: listInSql(ownInvitations, () => null),
    }),
    personalAccessTokens: t.field({
      type: [PersonalAccessTokenRef],
      description:
        "The user's tokens: those that work, then revoked and expired ones, newest first; at most 100. Empty for an API key.",
      extensions: {
        ...atMost(LIVE_TOKENS_MAX),
        ...related(ownTokens, 'id'),
      },
      resolve: ({ user }, _args, { loaders }) =>
        user ? loaders.load(ownTokens, null, user.id) : [],
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerRef,
    description:
      'Who is calling, in which organization, with what rights. Requires authentication only.',
    authScopes: { authenticated: true },
    resolve(_root, _args, { principal }) {
      const { credential } = principal;
      if (!credential) throw unauthenticated();
      return { ...principal, credential };
    },
    extensions: rowsInSql(({ viewer }) => callerRow(viewer)),
  }),
);
