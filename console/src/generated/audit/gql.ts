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
    "query AuditLog($slug: String!, $after: String, $includeDescendants: Boolean!, $actions: [String!], $from: DateTime, $to: DateTime, $actor: ID, $target: ID, $person: ID!, $hasPerson: Boolean!) {\n  organization(slug: $slug) {\n    id\n    auditLog(\n      first: 50\n      after: $after\n      includeDescendants: $includeDescendants\n      actions: $actions\n      from: $from\n      to: $to\n      actor: $actor\n      target: $target\n    ) {\n      nodes {\n        ...Event\n      }\n      pageInfo {\n        endCursor\n        hasNextPage\n      }\n    }\n  }\n  person: node(id: $person) @include(if: $hasPerson) {\n    __typename\n    id\n    ... on User {\n      name\n      email\n    }\n  }\n}\n\nquery AuditPeople($search: String!) {\n  organization {\n    id\n    people(first: 10, search: $search) {\n      nodes {\n        id\n        user {\n          id\n          name\n          email\n        }\n      }\n      pageInfo {\n        endCursor\n        hasNextPage\n      }\n    }\n  }\n}\n\nquery AuditEvent($id: ID!) {\n  node(id: $id) {\n    __typename\n    id\n    ...Event\n  }\n}\n\nfragment Event on AuditEvent {\n  id\n  at\n  action\n  refusal\n  viaAncestor\n  requestId\n  targetType\n  targetId\n  before\n  after\n  redacted\n  actor {\n    kind\n    apiKeyName\n    user {\n      id\n      name\n      email\n    }\n  }\n  actingOrganization {\n    id\n    slug\n    name\n  }\n  organization {\n    id\n    slug\n    name\n  }\n}": typeof types.AuditLogDocument,
};
const documents: Documents = {
    "query AuditLog($slug: String!, $after: String, $includeDescendants: Boolean!, $actions: [String!], $from: DateTime, $to: DateTime, $actor: ID, $target: ID, $person: ID!, $hasPerson: Boolean!) {\n  organization(slug: $slug) {\n    id\n    auditLog(\n      first: 50\n      after: $after\n      includeDescendants: $includeDescendants\n      actions: $actions\n      from: $from\n      to: $to\n      actor: $actor\n      target: $target\n    ) {\n      nodes {\n        ...Event\n      }\n      pageInfo {\n        endCursor\n        hasNextPage\n      }\n    }\n  }\n  person: node(id: $person) @include(if: $hasPerson) {\n    __typename\n    id\n    ... on User {\n      name\n      email\n    }\n  }\n}\n\nquery AuditPeople($search: String!) {\n  organization {\n    id\n    people(first: 10, search: $search) {\n      nodes {\n        id\n        user {\n          id\n          name\n          email\n        }\n      }\n      pageInfo {\n        endCursor\n        hasNextPage\n      }\n    }\n  }\n}\n\nquery AuditEvent($id: ID!) {\n  node(id: $id) {\n    __typename\n    id\n    ...Event\n  }\n}\n\nfragment Event on AuditEvent {\n  id\n  at\n  action\n  refusal\n  viaAncestor\n  requestId\n  targetType\n  targetId\n  before\n  after\n  redacted\n  actor {\n    kind\n    apiKeyName\n    user {\n      id\n      name\n      email\n    }\n  }\n  actingOrganization {\n    id\n    slug\n    name\n  }\n  organization {\n    id\n    slug\n    name\n  }\n}": types.AuditLogDocument,
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
export function graphql(source: "query AuditLog($slug: String!, $after: String, $includeDescendants: Boolean!, $actions: [String!], $from: DateTime, $to: DateTime, $actor: ID, $target: ID, $person: ID!, $hasPerson: Boolean!) {\n  organization(slug: $slug) {\n    id\n    auditLog(\n      first: 50\n      after: $after\n      includeDescendants: $includeDescendants\n      actions: $actions\n      from: $from\n      to: $to\n      actor: $actor\n      target: $target\n    ) {\n      nodes {\n        ...Event\n      }\n      pageInfo {\n        endCursor\n        hasNextPage\n      }\n    }\n  }\n  person: node(id: $person) @include(if: $hasPerson) {\n    __typename\n    id\n    ... on User {\n      name\n      email\n    }\n  }\n}\n\nquery AuditPeople($search: String!) {\n  organization {\n    id\n    people(first: 10, search: $search) {\n      nodes {\n        id\n        user {\n          id\n          name\n          email\n        }\n      }\n      pageInfo {\n        endCursor\n        hasNextPage\n      }\n    }\n  }\n}\n\nquery AuditEvent($id: ID!) {\n  node(id: $id) {\n    __typename\n    id\n    ...Event\n  }\n}\n\nfragment Event on AuditEvent {\n  id\n  at\n  action\n  refusal\n  viaAncestor\n  requestId\n  targetType\n  targetId\n  before\n  after\n  redacted\n  actor {\n    kind\n    apiKeyName\n    user {\n      id\n      name\n      email\n    }\n  }\n  actingOrganization {\n    id\n    slug\n    name\n  }\n  organization {\n    id\n    slug\n    name\n  }\n}"): (typeof documents)["query AuditLog($slug: String!, $after: String, $includeDescendants: Boolean!, $actions: [String!], $from: DateTime, $to: DateTime, $actor: ID, $target: ID, $person: ID!, $hasPerson: Boolean!) {\n  organization(slug: $slug) {\n    id\n    auditLog(\n      first: 50\n      after: $after\n      includeDescendants: $includeDescendants\n      actions: $actions\n      from: $from\n      to: $to\n      actor: $actor\n      target: $target\n    ) {\n      nodes {\n        ...Event\n      }\n      pageInfo {\n        endCursor\n        hasNextPage\n      }\n    }\n  }\n  person: node(id: $person) @include(if: $hasPerson) {\n    __typename\n    id\n    ... on User {\n      name\n      email\n    }\n  }\n}\n\nquery AuditPeople($search: String!) {\n  organization {\n    id\n    people(first: 10, search: $search) {\n      nodes {\n        id\n        user {\n          id\n          name\n          email\n        }\n      }\n      pageInfo {\n        endCursor\n        hasNextPage\n      }\n    }\n  }\n}\n\nquery AuditEvent($id: ID!) {\n  node(id: $id) {\n    __typename\n    id\n    ...Event\n  }\n}\n\nfragment Event on AuditEvent {\n  id\n  at\n  action\n  refusal\n  viaAncestor\n  requestId\n  targetType\n  targetId\n  before\n  after\n  redacted\n  actor {\n    kind\n    apiKeyName\n    user {\n      id\n      name\n      email\n    }\n  }\n  actingOrganization {\n    id\n    slug\n    name\n  }\n  organization {\n    id\n    slug\n    name\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;