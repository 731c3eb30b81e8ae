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
    "query Members($slug: String!, $orderBy: MembershipOrder!, $search: String, $roles: [String!], $after: String) {\n  organization(slug: $slug) {\n    id\n    name\n    viewerAccess {\n      scopes\n    }\n    roles {\n      ...GrantableRole\n    }\n    members(\n      first: 50\n      after: $after\n      orderBy: $orderBy\n      search: $search\n      roles: $roles\n    ) {\n      totalCount\n      nodes {\n        ...Member\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}\n\nfragment GrantableRole on Role {\n  id\n  key\n  name\n  description\n  scopes\n  organization {\n    id\n    name\n  }\n}\n\nfragment Member on Membership {\n  id\n  createdAt\n  updatedAt\n  roles {\n    id\n    key\n    name\n  }\n  user {\n    id\n    email\n    name\n  }\n}\n\nmutation UpdateMemberRoles($input: UpdateMemberRolesInput!) {\n  updateMemberRoles(input: $input) {\n    __typename\n    ... on UpdateMemberRolesPayload {\n      ignoredRoles\n      membership {\n        ...Member\n      }\n    }\n    ... on UserError {\n      code\n      message\n    }\n    ... on NoValidRoleError {\n      ignoredRoles\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n  }\n}\n\nmutation RemoveMember($input: RemoveMemberInput!) {\n  removeMember(input: $input) {\n    __typename\n    ... on RemoveMemberPayload {\n      removedMembershipId\n    }\n    ... on UserError {\n      code\n      message\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n  }\n}": typeof types.MembersDocument,
};
const documents: Documents = {
    "query Members($slug: String!, $orderBy: MembershipOrder!, $search: String, $roles: [String!], $after: String) {\n  organization(slug: $slug) {\n    id\n    name\n    viewerAccess {\n      scopes\n    }\n    roles {\n      ...GrantableRole\n    }\n    members(\n      first: 50\n      after: $after\n      orderBy: $orderBy\n      search: $search\n      roles: $roles\n    ) {\n      totalCount\n      nodes {\n        ...Member\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}\n\nfragment GrantableRole on Role {\n  id\n  key\n  name\n  description\n  scopes\n  organization {\n    id\n    name\n  }\n}\n\nfragment Member on Membership {\n  id\n  createdAt\n  updatedAt\n  roles {\n    id\n    key\n    name\n  }\n  user {\n    id\n    email\n    name\n  }\n}\n\nmutation UpdateMemberRoles($input: UpdateMemberRolesInput!) {\n  updateMemberRoles(input: $input) {\n    __typename\n    ... on UpdateMemberRolesPayload {\n      ignoredRoles\n      membership {\n        ...Member\n      }\n    }\n    ... on UserError {\n      code\n      message\n    }\n    ... on NoValidRoleError {\n      ignoredRoles\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n  }\n}\n\nmutation RemoveMember($input: RemoveMemberInput!) {\n  removeMember(input: $input) {\n    __typename\n    ... on RemoveMemberPayload {\n      removedMembershipId\n    }\n    ... on UserError {\n      code\n      message\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n  }\n}": types.MembersDocument,
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
export function graphql(source: "query Members($slug: String!, $orderBy: MembershipOrder!, $search: String, $roles: [String!], $after: String) {\n  organization(slug: $slug) {\n    id\n    name\n    viewerAccess {\n      scopes\n    }\n    roles {\n      ...GrantableRole\n    }\n    members(\n      first: 50\n      after: $after\n      orderBy: $orderBy\n      search: $search\n      roles: $roles\n    ) {\n      totalCount\n      nodes {\n        ...Member\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}\n\nfragment GrantableRole on Role {\n  id\n  key\n  name\n  description\n  scopes\n  organization {\n    id\n    name\n  }\n}\n\nfragment Member on Membership {\n  id\n  createdAt\n  updatedAt\n  roles {\n    id\n    key\n    name\n  }\n  user {\n    id\n    email\n    name\n  }\n}\n\nmutation UpdateMemberRoles($input: UpdateMemberRolesInput!) {\n  updateMemberRoles(input: $input) {\n    __typename\n    ... on UpdateMemberRolesPayload {\n      ignoredRoles\n      membership {\n        ...Member\n      }\n    }\n    ... on UserError {\n      code\n      message\n    }\n    ... on NoValidRoleError {\n      ignoredRoles\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n  }\n}\n\nmutation RemoveMember($input: RemoveMemberInput!) {\n  removeMember(input: $input) {\n    __typename\n    ... on RemoveMemberPayload {\n      removedMembershipId\n    }\n    ... on UserError {\n      code\n      message\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n  }\n}"): (typeof documents)["query Members($slug: String!, $orderBy: MembershipOrder!, $search: String, $roles: [String!], $after: String) {\n  organization(slug: $slug) {\n    id\n    name\n    viewerAccess {\n      scopes\n    }\n    roles {\n      ...GrantableRole\n    }\n    members(\n      first: 50\n      after: $after\n      orderBy: $orderBy\n      search: $search\n      roles: $roles\n    ) {\n      totalCount\n      nodes {\n        ...Member\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}\n\nfragment GrantableRole on Role {\n  id\n  key\n  name\n  description\n  scopes\n  organization {\n    id\n    name\n  }\n}\n\nfragment Member on Membership {\n  id\n  createdAt\n  updatedAt\n  roles {\n    id\n    key\n    name\n  }\n  user {\n    id\n    email\n    name\n  }\n}\n\nmutation UpdateMemberRoles($input: UpdateMemberRolesInput!) {\n  updateMemberRoles(input: $input) {\n    __typename\n    ... on UpdateMemberRolesPayload {\n      ignoredRoles\n      membership {\n        ...Member\n      }\n    }\n    ... on UserError {\n      code\n      message\n    }\n    ... on NoValidRoleError {\n      ignoredRoles\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n  }\n}\n\nmutation RemoveMember($input: RemoveMemberInput!) {\n  removeMember(input: $input) {\n    __typename\n    ... on RemoveMemberPayload {\n      removedMembershipId\n    }\n    ... on UserError {\n      code\n      message\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;