/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query TreeLevel($slug: String!, $first: Int!, $after: String, $withRow: Boolean!, $from: DateTime!, $to: DateTime!, $metric: String!) {\n  organization(slug: $slug) {\n    id\n    ...TreeRow @include(if: $withRow)\n    children(first: $first, after: $after, orderBy: NAME_ASC) {\n      nodes {\n        ...TreeRow\n      }\n      pageInfo {\n        endCursor\n        hasNextPage\n      }\n    }\n  }\n}\n\nquery TreePath($slug: String!, $from: DateTime!, $to: DateTime!, $metric: String!) {\n  organization(slug: $slug) {\n    ...TreeRow\n    ancestors {\n      ...TreeRow\n    }\n  }\n}\n\nfragment TreeRow on Organization {\n  id\n  slug\n  name\n  kind\n  status\n  domain\n  domainSetupStatus\n  childCount\n  provisioning {\n    status\n  }\n  members {\n    totalCount\n  }\n  usage(from: $from, to: $to) {\n    buckets(size: DAY, keys: [$metric]) {\n      metrics {\n        value\n      }\n    }\n  }\n}\n\nquery Search($search: String!) {\n  organization {\n    id\n    descendants(search: $search, first: 25) {\n      edges {\n        path\n        matchedOn\n        node {\n          id\n          slug\n          name\n          kind\n          status\n          domain\n        }\n      }\n    }\n  }\n}": typeof types.TreeLevelDocument,
};
const documents: Documents = {
    "query TreeLevel($slug: String!, $first: Int!, $after: String, $withRow: Boolean!, $from: DateTime!, $to: DateTime!, $metric: String!) {\n  organization(slug: $slug) {\n    id\n    ...TreeRow @include(if: $withRow)\n    children(first: $first, after: $after, orderBy: NAME_ASC) {\n      nodes {\n        ...TreeRow\n      }\n      pageInfo {\n        endCursor\n        hasNextPage\n      }\n    }\n  }\n}\n\nquery TreePath($slug: String!, $from: DateTime!, $to: DateTime!, $metric: String!) {\n  organization(slug: $slug) {\n    ...TreeRow\n    ancestors {\n      ...TreeRow\n    }\n  }\n}\n\nfragment TreeRow on Organization {\n  id\n  slug\n  name\n  kind\n  status\n  domain\n  domainSetupStatus\n  childCount\n  provisioning {\n    status\n  }\n  members {\n    totalCount\n  }\n  usage(from: $from, to: $to) {\n    buckets(size: DAY, keys: [$metric]) {\n      metrics {\n        value\n      }\n    }\n  }\n}\n\nquery Search($search: String!) {\n  organization {\n    id\n    descendants(search: $search, first: 25) {\n      edges {\n        path\n        matchedOn\n        node {\n          id\n          slug\n          name\n          kind\n          status\n          domain\n        }\n      }\n    }\n  }\n}": types.TreeLevelDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query TreeLevel($slug: String!, $first: Int!, $after: String, $withRow: Boolean!, $from: DateTime!, $to: DateTime!, $metric: String!) {\n  organization(slug: $slug) {\n    id\n    ...TreeRow @include(if: $withRow)\n    children(first: $first, after: $after, orderBy: NAME_ASC) {\n      nodes {\n        ...TreeRow\n      }\n      pageInfo {\n        endCursor\n        hasNextPage\n      }\n    }\n  }\n}\n\nquery TreePath($slug: String!, $from: DateTime!, $to: DateTime!, $metric: String!) {\n  organization(slug: $slug) {\n    ...TreeRow\n    ancestors {\n      ...TreeRow\n    }\n  }\n}\n\nfragment TreeRow on Organization {\n  id\n  slug\n  name\n  kind\n  status\n  domain\n  domainSetupStatus\n  childCount\n  provisioning {\n    status\n  }\n  members {\n    totalCount\n  }\n  usage(from: $from, to: $to) {\n    buckets(size: DAY, keys: [$metric]) {\n      metrics {\n        value\n      }\n    }\n  }\n}\n\nquery Search($search: String!) {\n  organization {\n    id\n    descendants(search: $search, first: 25) {\n      edges {\n        path\n        matchedOn\n        node {\n          id\n          slug\n          name\n          kind\n          status\n          domain\n        }\n      }\n    }\n  }\n}"): (typeof documents)["query TreeLevel($slug: String!, $first: Int!, $after: String, $withRow: Boolean!, $from: DateTime!, $to: DateTime!, $metric: String!) {\n  organization(slug: $slug) {\n    id\n    ...TreeRow @include(if: $withRow)\n    children(first: $first, after: $after, orderBy: NAME_ASC) {\n      nodes {\n        ...TreeRow\n      }\n      pageInfo {\n        endCursor\n        hasNextPage\n      }\n    }\n  }\n}\n\nquery TreePath($slug: String!, $from: DateTime!, $to: DateTime!, $metric: String!) {\n  organization(slug: $slug) {\n    ...TreeRow\n    ancestors {\n      ...TreeRow\n    }\n  }\n}\n\nfragment TreeRow on Organization {\n  id\n  slug\n  name\n  kind\n  status\n  domain\n  domainSetupStatus\n  childCount\n  provisioning {\n    status\n  }\n  members {\n    totalCount\n  }\n  usage(from: $from, to: $to) {\n    buckets(size: DAY, keys: [$metric]) {\n      metrics {\n        value\n      }\n    }\n  }\n}\n\nquery Search($search: String!) {\n  organization {\n    id\n    descendants(search: $search, first: 25) {\n      edges {\n        path\n        matchedOn\n        node {\n          id\n          slug\n          name\n          kind\n          status\n          domain\n        }\n      }\n    }\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;