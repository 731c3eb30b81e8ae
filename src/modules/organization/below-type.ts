/** What is below an organization: its children, and everything at any depth, with search. */
import { badInput } from '../../errors.ts';
import { builder } from '../../graphql/builder.ts';
import { connectionType, pageArguments } from '../../graphql/connection.ts';
import { atMost, weighs } from '../../graphql/cost.ts';
import {
  boundedCountInSql,
  countOf,
  flagged,
  inSql,
  pagesOf,
  type GivenArguments,
} from '../../compiler/forms.ts';
import { requiresReach } from '../../graphql/guards.ts';
import { searchPattern } from '../../values/text.ts';
import {
  breadcrumbBelowOwner,
  depthBelowOwner,
  descendants,
  matchedOn,
  type DescendantOrder,
  type DescendantRow,
  type DescendantsArguments,
} from './descendants.ts';
import { children, type ChildrenArguments } from './children.ts';
import { hasChildren, slugById } from './queries.ts';
import {
  OrganizationConnectionRef,
  OrganizationKindRef,
  OrganizationRef,
  OrganizationStatusRef,
  BREADCRUMB_WEIGHT,
} from './refs.ts';

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

const OrganizationDescendantOrderRef = builder.enumType('OrganizationDescendantOrder', {
  description: 'Sort orders of organizations at any depth.',
  values: {
    TREE_ASC: { description: 'Each before those below it, and those created first before others.' },
    TREE_DESC: { description: 'The same from its end.' },
  } satisfies Record<DescendantOrder, object>,
});

function checkSeparator(separator: string): string {
  if (separator.length > 16) throw badInput('separator', 'must have at most 16 characters');
  return separator;
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
  boundedCount: boundedCountInSql,
  edgeFields: (t) => ({
    depth: t.int({
      description:
        'Levels below the organization whose `descendants` were queried; 1 for a direct child.',
      resolve: ({ row, connection }) =>
        row.lineage.length - 1 - row.lineage.indexOf(connection.parentId),
      extensions: inSql(() => depthBelowOwner),
    }),
    path: t.string({
      description:
        'Breadcrumb of slugs from the organization whose `descendants` were queried to the node, both included.',
      extensions: {
        ...weighs(BREADCRUMB_WEIGHT),
        ...inSql(({ args }) => breadcrumbBelowOwner(args), {
          prepare: ({ separator }: { separator: string }) => checkSeparator(separator),
        }),
      },
      args: {
        separator: t.arg.string({
          required: true,
          defaultValue: ' › ',
          description: 'Text between two slugs, at most 16 characters.',
        }),
      },
      async resolve({ row, connection }, { separator }, { loaders }) {
        checkSeparator(separator);
        const below = row.lineage.slice(row.lineage.indexOf(connection.parentId));
        const organizations = await Promise.all(
          below.map((id) => loaders.load(slugById, null, id)),
        );
        return loaders.count(
          organizations.map((organization) => organization?.slug ?? '').join(separator),
        );
      },
    }),
    matchedOn: t.field({
      type: [SearchFieldRef],
      description: 'Fields that hold the search text; empty without `search`.',
      extensions: { ...atMost(SEARCH_FIELDS), ...inSql(() => matchedOn) },
      resolve: ({ row }) => row.matched_on,
    }),
  }),
});

type FieldBuilder = Parameters<NonNullable<Parameters<typeof builder.queryFields>[0]>>[0];

/** The arguments that choose among organizations below. */
function filterArguments(t: Pick<FieldBuilder, 'arg'>) {
  return {
    search: t.arg.string({
      description:
        'Part of the slug, id, name or domain, regardless of case and Unicode form: at most 64 characters after trimming, each of which stands ' +
        'for itself. Empty or blank: no search.',
    }),
    kind: t.arg({ type: OrganizationKindRef, description: 'Only organizations of this kind.' }),
    status: t.arg({
      type: OrganizationStatusRef,
      description:
        'Only organizations in this state. Deleted ones are found with `includeDeleted` only.',
    }),
    includeDeleted: t.arg.boolean({
      defaultValue: false,
      description: 'Whether to include deleted organizations that can still be restored.',
    }),
  };
}

type Filter = Pick<DescendantsArguments, 'search' | 'kind' | 'status' | 'includeDeleted'>;

function filterOf({ search, kind, status, includeDeleted }: GivenArguments<Filter>): Filter {
  return {
    search: searchPattern(search),
    kind: kind ?? null,
    status: status ?? null,
    includeDeleted: includeDeleted ?? false,
  };
}

builder.objectFields(OrganizationRef, (t) => ({
  hasChildren: t.boolean({
    nullable: true,
    description:
      'Whether there are organizations below. Cheaper than a count. Requires `child_organizations:manage`.',
    authScopes: requiresReach,
    resolve: ({ id }, _args, { loaders }) => loaders.load(hasChildren, null, id),
    extensions: flagged(hasChildren),
  }),
  childCount: t.int({
    nullable: true,
    description:
      'Number of organizations directly below, not counting deleted ones. Requires `child_organizations:manage`.',
    authScopes: requiresReach,
    ...countOf(children, {
      orderBy: 'SLUG_ASC',
      search: null,
      kind: null,
      status: null,
      includeDeleted: false,
    }),
  }),
  descendantCount: t.int({
    nullable: true,
    description:
      'Number of organizations below at any depth, not counting deleted ones. Requires `child_organizations:manage`.',
    authScopes: requiresReach,
    ...countOf(descendants, {
      orderBy: 'TREE_ASC',
      search: null,
      kind: null,
      status: null,
      maxDepth: null,
      includeDeleted: false,
    }),
  }),
  children: t.field({
    type: OrganizationConnectionRef,
    nullable: true,
    description: 'The organizations directly below. Requires `child_organizations:manage`.',
    args: {
      orderBy: t.arg({
        type: OrganizationOrderRef,
        defaultValue: 'SLUG_ASC',
        description: 'Order of the list; ties are broken by id.',
      }),
      ...filterArguments(t),
      ...pageArguments(t.arg),
    },
    authScopes: requiresReach,
    ...pagesOf(
      children,
      ({ orderBy, ...filter }: GivenArguments<ChildrenArguments>) => ({
        ...filterOf(filter),
        orderBy: orderBy ?? 'SLUG_ASC',
      }),
      ['orderBy', 'status'],
    ),
  }),
  descendants: t.field({
    type: OrganizationDescendantConnectionRef,
    nullable: true,
    description:
      'All organizations below this one at any depth, in tree order. Requires `child_organizations:manage`.',
    args: {
      orderBy: t.arg({
        type: OrganizationDescendantOrderRef,
        defaultValue: 'TREE_ASC',
        description: 'Order of the list.',
      }),
      maxDepth: t.arg.int({
        description: 'Limits the depth to this many levels below; at least 1.',
      }),
      ...filterArguments(t),
      ...pageArguments(t.arg),
    },
    authScopes: requiresReach,
    ...pagesOf(
      descendants,
      ({ orderBy, maxDepth, ...filter }: GivenArguments<DescendantsArguments>) => {
        if (maxDepth != null && maxDepth < 1) throw badInput('maxDepth', 'must be at least 1');
        return {
          ...filterOf(filter),
          orderBy: orderBy ?? 'TREE_ASC',
          maxDepth: maxDepth ?? null,
        };
      },
      ['orderBy', 'status'],
    ),
  }),
}));
