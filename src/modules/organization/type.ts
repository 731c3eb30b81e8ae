/** The organization: its facts, its place in the tree and what is below it. Other domains add their own relations. */
import { inside, requiresReach } from '../../graphql/guards.ts';
import { isInSubtree } from '../../authorization/rights.ts';
import { builder } from '../../graphql/builder.ts';
import { nodesBy } from '../../graphql/node.ts';
import { connect, connectionType, pageArguments } from '../../graphql/connection.ts';
import { countBatch } from '../../database/list.ts';
import { badInput, notFound } from '../../errors.ts';
import { decodeId, encodeId } from '../../values/ids.ts';
import { atMost, weighs } from '../../graphql/cost.ts';
import { requireStorable, searchPattern } from '../../values/text.ts';
import { descendants, type DescendantRow } from './descendants.ts';
import { OrganizationConnectionRef, OrganizationKindRef, OrganizationRef, PATH_WEIGHT } from './refs.ts';
import { ancestors, children, hasChildren, organizationById, organizationBySlug, slugById, type OrganizationSource } from './queries.ts';

/** The most that `MAX_TREE_DEPTH` can be. */
const DEPTH_MAX = 64;

const OrganizationStatusRef = builder.enumType('OrganizationStatus', {
  description: 'Whether an organization is in use.',
  values: {
    ACTIVE: { description: 'In use.' },
    SUSPENDED: { description: 'Its own credentials and those of everything below it are refused; callers above can still read it.' },
    DELETED: { description: 'Deleted and still restorable.' },
  },
});

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

const OrganizationOrderRef = builder.enumType('OrganizationOrder', {
  description: 'Sort orders of child organizations. Names are compared case-insensitively.',
  values: {
    SLUG_ASC: { description: 'By slug, a to z.' },
    SLUG_DESC: { description: 'By slug, z to a.' },
    NAME_ASC: { description: 'By name, a to z.' },
    NAME_DESC: { description: 'By name, z to a.' },
    CREATED_AT_ASC: { description: 'Oldest first.' },
    CREATED_AT_DESC: { description: 'Newest first.' },
  },
});

nodesBy('Organization', organizationById);

builder.node(OrganizationRef, {
  description: 'An organization: a node of the tree, and the account that owns everything else.',
  authScopes: ({ lineage, shown_to }, { principal }) =>
    isInSubtree(principal, lineage) || (shown_to !== null && shown_to === principal.user?.id),
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    slug: t.exposeString('slug', {
      description: 'Unique on the platform, never changes, never reused: 3 to 63 of a-z, 0-9 and single hyphens.',
    }),
    name: t.exposeString('name', { description: 'Display name, 1 to 200 characters; not necessarily unique.' }),
    kind: t.expose('kind', { type: OrganizationKindRef, description: 'The kind of organization it is to the one above it.' }),
    status: t.expose('status', { type: OrganizationStatusRef, description: 'Whether it is in use.' }),
    source: t.expose('source', {
      type: OrganizationSourceRef,
      description: 'How it came to be. It stays the same when the organization is moved.',
    }),
    domain: t.exposeString('domain', { nullable: true, description: "The organization's own domain, if one is set." }),
    domainSetupStatus: t.expose('domain_setup_status', {
      type: DomainSetupStatusRef,
      description: "Progress of the domain's verification.",
    }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updated_at', { type: 'DateTime', description: 'When it was last changed.' }),
    version: t.exposeInt('version', {
      description: 'Increases with every change. Pass it as `expectedVersion` to detect concurrent changes.',
    }),
    parent: t.field({
      type: OrganizationRef,
      nullable: true,
      description: 'The organization directly above. Null at the top of what the caller may see.',
      authScopes: inside,
      resolve: ({ id, parent_id }, _args, { loaders, principal }) =>
        parent_id === null || id === principal.home?.id ? null : loaders.load(organizationById, null, parent_id),
    }),
    parentId: t.id({
      nullable: true,
      description: 'Id of `parent`.',
      authScopes: inside,
      resolve: ({ id, parent_id }, _args, { principal }) =>
        parent_id === null || id === principal.home?.id ? null : encodeId('Organization', parent_id),
    }),
    ancestors: t.field({
      type: [OrganizationRef],
      nullable: true,
      description: "From the caller's own organization down to the parent; never above it. Empty for the caller's own. At most 64.",
      extensions: atMost(DEPTH_MAX),
      authScopes: inside,
      resolve: ({ id }, _args, { loaders }) => loaders.load(ancestors, null, id),
    }),
    depth: t.int({
      nullable: true,
      description: "Levels below the caller's own organization; 0 for that organization.",
      authScopes: inside,
      resolve: ({ lineage }, _args, { principal }) => lineage.length - 1 - (principal.home ? lineage.indexOf(principal.home.id) : 0),
    }),
    hasChildren: t.boolean({
      nullable: true,
      description: 'Whether there are organizations below. Cheaper than a count. Requires `child_organizations:manage`.',
      authScopes: requiresReach,
      resolve: ({ id }, _args, { loaders }) => loaders.load(hasChildren, null, id),
    }),
    childCount: t.int({
      nullable: true,
      description: 'Number of organizations directly below, not counting deleted ones. Requires `child_organizations:manage`.',
      authScopes: requiresReach,
      resolve: ({ id }, _args, { loaders }) =>
        loaders.load(countBatch(children), { orderBy: 'SLUG_ASC', kind: null, includeDeleted: false }, id),
    }),
    descendantCount: t.int({
      nullable: true,
      description: 'Number of organizations below at any depth, not counting deleted ones. Requires `child_organizations:manage`.',
      authScopes: requiresReach,
      resolve: ({ id }, _args, { loaders }) =>
        loaders.load(countBatch(descendants), { search: null, kind: null, maxDepth: null, includeDeleted: false }, id),
    }),
    children: t.field({
      type: OrganizationConnectionRef,
      nullable: true,
      description: 'The organizations directly below. Requires `child_organizations:manage`.',
      args: {
        orderBy: t.arg({ type: OrganizationOrderRef, defaultValue: 'SLUG_ASC', description: 'Order of the list; ties are broken by id.' }),
        kind: t.arg({ type: OrganizationKindRef, description: 'Only organizations of this kind.' }),
        includeDeleted: includeDeletedArgument(t),
        ...pageArguments(t.arg),
      },
      authScopes: requiresReach,
      resolve: ({ id }, { orderBy, kind, includeDeleted, ...page }, context) =>
        connect(
          context,
          children,
          id,
          { orderBy: orderBy ?? 'SLUG_ASC', kind: kind ?? null, includeDeleted: includeDeleted ?? false },
          page,
        ),
    }),
    descendants: t.field({
      type: OrganizationDescendantConnectionRef,
      nullable: true,
      description: 'All organizations below this one at any depth, in tree order. Requires `child_organizations:manage`.',
      args: {
        search: t.arg.string({
          description:
            'Part of the slug, id, name or domain, regardless of case and Unicode form: at most 64 characters after trimming, each of which stands ' +
            'for itself. Empty or blank: no search.',
        }),
        kind: t.arg({ type: OrganizationKindRef, description: 'Only organizations of this kind.' }),
        maxDepth: t.arg.int({ description: 'Limits the depth to this many levels below; at least 1.' }),
        includeDeleted: includeDeletedArgument(t),
        ...pageArguments(t.arg),
      },
      authScopes: requiresReach,
      resolve: ({ id }, { search, kind, maxDepth, includeDeleted, ...page }, context) => {
        if (maxDepth != null && maxDepth < 1) throw badInput('maxDepth', 'must be at least 1');
        return connect(
          context,
          descendants,
          id,
          { search: searchPattern(search), kind: kind ?? null, maxDepth: maxDepth ?? null, includeDeleted: includeDeleted ?? false },
          page,
        );
      },
    }),
  }),
});

type FieldBuilder = Parameters<NonNullable<Parameters<typeof builder.queryFields>[0]>>[0];

function includeDeletedArgument(t: Pick<FieldBuilder, 'arg'>) {
  return t.arg.boolean({
    defaultValue: false,
    description: 'Whether to include deleted organizations that can still be restored.',
  });
}

/** How many fields a search looks in. */
const SEARCH_FIELDS = 4;

const SearchFieldRef = builder.enumType('SearchField', {
  description: 'Fields that a search looks in.',
  values: {
    SLUG: { description: 'The slug.' },
    ID: { description: 'The id as printed.' },
    NAME: { description: 'The name.' },
    DOMAIN: { description: 'The domain.' },
  },
});

const OrganizationDescendantConnectionRef = connectionType<DescendantRow>({
  name: 'OrganizationDescendant',
  node: OrganizationRef as never,
  plural: 'organizations below another',
  edgeFields: (t) => ({
    depth: t.int({
      description: 'Levels below the organization whose `descendants` were queried; 1 for a direct child.',
      resolve: ({ row, connection }) => row.lineage.length - 1 - row.lineage.indexOf(connection.parentId),
    }),
    path: t.string({
      description: 'Breadcrumb of slugs from the organization whose `descendants` were queried to the node, both included.',
      extensions: weighs(PATH_WEIGHT),
      args: {
        separator: t.arg.string({ required: true, defaultValue: ' › ', description: 'Text between two slugs, at most 16 characters.' }),
      },
      async resolve({ row, connection }, { separator }, { loaders }) {
        if (separator.length > 16) throw badInput('separator', 'must have at most 16 characters');
        const below = row.lineage.slice(row.lineage.indexOf(connection.parentId));
        const found = await Promise.all(below.map((id) => loaders.load(slugById, null, id)));
        return loaders.count(found.map((organization) => organization?.slug ?? '').join(separator));
      },
    }),
    matchedOn: t.field({
      type: [SearchFieldRef],
      description: 'Fields that hold the search text; empty without `search`.',
      extensions: atMost(SEARCH_FIELDS),
      resolve: ({ row }) => row.matched_on,
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
    async resolve(_root, { id, slug }, { loaders, principal }) {
      if (id != null && slug != null) throw badInput('slug', 'cannot be combined with "id"');
      if (slug != null) requireStorable(slug, 'slug');
      const found =
        slug != null
          ? await loaders.load(organizationBySlug, null, slug)
          : await loaders.load(organizationById, null, id != null ? decodeId('Organization', id, 'id') : (principal.home?.id ?? ''));
      if (!found) throw notFound();
      return found;
    },
  }),
);
