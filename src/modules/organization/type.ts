/**
 * The organization: its facts and its place in the tree. What is below it, and other domains, add
 * their own fields.
 */
import { inside, visibleTo } from '../../graphql/guards.ts';
import { inSql, related, rowsInSql } from '../../compiler/forms.ts';
import { nodesBy } from '../../graphql/node.ts';
import { builder } from '../../graphql/builder.ts';
import { badInput, notFound } from '../../errors.ts';
import { decodeId, encodeId } from '../../values/ids.ts';
import { atMost } from '../../graphql/cost.ts';
import { requireStorable } from '../../values/text.ts';
import { OrganizationKindRef, OrganizationRef, OrganizationStatusRef } from './refs.ts';
import {
  ancestors,
  askedOrganization,
  organizationById,
  organizationBySlug,
  visibleDepth,
  visibleParentId,
  type OrganizationSource,
} from './queries.ts';

/** The most that `MAX_TREE_DEPTH` can be. */
const DEPTH_MAX = 64;

const OrganizationSourceRef = builder.enumType('OrganizationSource', {
  description: 'How an organization came to be. More ways may be added.',
  values: {
    SIGN_UP: { description: 'A user created it as the top of a tree of its own.' },
    PARTNER: { description: 'Someone who acted in an organization above created it below.' },
    OPERATOR: { description: 'An operator of the platform created it with a command.' },
  } satisfies Record<OrganizationSource, object>,
});

const DomainSetupStatusRef = builder.enumType('DomainSetupStatus', {
  description: "Progress of the verification of an organization's own domain.",
  values: {
    NOT_CONFIGURED: { description: 'No domain is set.' },
    PENDING: { description: 'Waiting for the DNS record that proves ownership.' },
    VERIFIED: { description: 'Ownership is proven.' },
    FAILED: { description: 'The proof was not found in time.' },
  },
});

nodesBy('Organization', organizationById);

builder.node(OrganizationRef, {
  description: 'An organization: a node of the tree, and the account that owns everything else.',
  ...visibleTo({ scope: null, owner: 'shown_to' }),
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    slug: t.exposeString('slug', {
      description:
        'Unique on the platform, never changes, never reused: 3 to 63 of a-z, 0-9 and single hyphens.',
    }),
    name: t.exposeString('name', {
      description: 'Display name, 1 to 200 characters; not necessarily unique.',
    }),
    kind: t.expose('kind', {
      type: OrganizationKindRef,
      description: 'The kind of organization it is to the one above it.',
    }),
    status: t.expose('status', {
      type: OrganizationStatusRef,
      description: 'Whether it is in use.',
    }),
    source: t.expose('source', {
      type: OrganizationSourceRef,
      description: 'How it came to be. It stays the same when the organization is moved.',
    }),
    domain: t.exposeString('domain', {
      nullable: true,
      description: "The organization's own domain, if one is set.",
    }),
    domainSetupStatus: t.expose('domain_setup_status', {
      type: DomainSetupStatusRef,
      description: "Progress of the domain's verification.",
    }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updated_at', {
      type: 'DateTime',
      description: 'When it was last changed.',
    }),
    version: t.exposeInt('version', {
      description:
        'Increases with every change. Pass it as `expectedVersion` to detect concurrent changes.',
    }),
    parent: t.field({
      type: OrganizationRef,
      nullable: true,
      description: 'The organization directly above. Null at the top of what the caller may see.',
      authScopes: inside,
      resolve: ({ id, parent_id }, _args, { loaders, principal }) =>
        parent_id === null || id === principal.organization?.id
          ? null
          : loaders.load(organizationById, null, parent_id),
      extensions: related(organizationById, 'parent_id'),
    }),
    parentId: t.id({
      nullable: true,
      description: 'Id of `parent`.',
      authScopes: inside,
      resolve: ({ id, parent_id }, _args, { principal }) =>
        parent_id === null || id === principal.organization?.id
          ? null
          : encodeId('Organization', parent_id),
      extensions: inSql(({ viewer }) => visibleParentId(viewer)),
    }),
    ancestors: t.field({
      type: [OrganizationRef],
      nullable: true,
      description:
        "From the caller's own organization down to the parent; never above it. Empty for the caller's own. At most 64.",
      extensions: {
        ...atMost(DEPTH_MAX),
        ...related(ancestors, 'id'),
      },
      authScopes: inside,
      resolve: ({ id }, _args, { loaders }) => loaders.load(ancestors, null, id),
    }),
    depth: t.int({
      nullable: true,
      description: "Levels below the caller's own organization; 0 for that organization.",
      authScopes: inside,
      resolve: ({ lineage }, _args, { principal }) =>
        lineage.length -
        1 -
        (principal.organization ? lineage.indexOf(principal.organization.id) : 0),
      extensions: inSql(({ viewer }) => visibleDepth(viewer)),
    }),
  }),
});

builder.queryField('organization', (t) =>
  t.field({
    type: OrganizationRef,
    nullable: true,
    description:
      "An organization by id or by slug (giving both is BAD_USER_INPUT); with neither, the caller's organization. " +
      "One outside the caller's subtree answers exactly like a missing one: null with a NOT_FOUND error.",
    authScopes: { authenticated: true, organization: true },
    args: {
      id: t.arg.id({ description: 'Public id (org_…).' }),
      slug: t.arg.string({ description: 'Slug.' }),
    },
    async resolve(_root, given, { loaders, principal }) {
      const { id, slug } = askedFor(given);
      const found =
        slug === null
          ? await loaders.load(organizationById, null, id ?? principal.organization?.id ?? '')
          : await loaders.load(organizationBySlug, null, slug);
      if (!found) throw notFound();
      return found;
    },
    extensions: rowsInSql(({ viewer, args }) => askedOrganization(viewer, args), {
      prepare: askedFor,
    }),
  }),
);

interface Asked<Value> {
  id: Value;
  slug: Value;
}

/** The organization that a query names: its UUID, its slug, or neither for the caller's own. */
function askedFor({ id, slug }: Partial<Asked<string | null | undefined>>): Asked<string | null> {
  if (id != null && slug != null) throw badInput('slug', 'cannot be combined with "id"');
  if (slug != null) requireStorable(slug, 'slug');
  return { id: id == null ? null : decodeId('Organization', id, 'id'), slug: slug ?? null };
}
