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
    "query Roles($slug: String!) {\n  organization(slug: $slug) {\n    id\n    slug\n    viewerAccess {\n      scopes\n    }\n    roles {\n      ...RoleFacts\n    }\n  }\n  scopes {\n    key\n    description\n    implies\n  }\n}\n\nfragment RoleFacts on Role {\n  id\n  key\n  name\n  description\n  builtIn\n  scopes\n  organization {\n    id\n    slug\n    name\n  }\n}\n\nmutation CreateRole($input: CreateRoleInput!) {\n  createRole(input: $input) {\n    __typename\n    ... on CreateRolePayload {\n      role {\n        ...RoleFacts\n      }\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}\n\nmutation UpdateRole($input: UpdateRoleInput!) {\n  updateRole(input: $input) {\n    __typename\n    ... on UpdateRolePayload {\n      role {\n        ...RoleFacts\n      }\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}\n\nmutation DeleteRole($input: DeleteRoleInput!) {\n  deleteRole(input: $input) {\n    __typename\n    ... on DeleteRolePayload {\n      deletedRoleId\n      organization {\n        id\n      }\n    }\n    ... on RoleInUseError {\n      memberCount\n      invitationCount\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}": typeof types.RolesDocument,
};
const documents: Documents = {
    "query Roles($slug: String!) {\n  organization(slug: $slug) {\n    id\n    slug\n    viewerAccess {\n      scopes\n    }\n    roles {\n      ...RoleFacts\n    }\n  }\n  scopes {\n    key\n    description\n    implies\n  }\n}\n\nfragment RoleFacts on Role {\n  id\n  key\n  name\n  description\n  builtIn\n  scopes\n  organization {\n    id\n    slug\n    name\n  }\n}\n\nmutation CreateRole($input: CreateRoleInput!) {\n  createRole(input: $input) {\n    __typename\n    ... on CreateRolePayload {\n      role {\n        ...RoleFacts\n      }\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}\n\nmutation UpdateRole($input: UpdateRoleInput!) {\n  updateRole(input: $input) {\n    __typename\n    ... on UpdateRolePayload {\n      role {\n        ...RoleFacts\n      }\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}\n\nmutation DeleteRole($input: DeleteRoleInput!) {\n  deleteRole(input: $input) {\n    __typename\n    ... on DeleteRolePayload {\n      deletedRoleId\n      organization {\n        id\n      }\n    }\n    ... on RoleInUseError {\n      memberCount\n      invitationCount\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}": types.RolesDocument,
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
export function graphql(source: "query Roles($slug: String!) {\n  organization(slug: $slug) {\n    id\n    slug\n    viewerAccess {\n      scopes\n    }\n    roles {\n      ...RoleFacts\n    }\n  }\n  scopes {\n    key\n    description\n    implies\n  }\n}\n\nfragment RoleFacts on Role {\n  id\n  key\n  name\n  description\n  builtIn\n  scopes\n  organization {\n    id\n    slug\n    name\n  }\n}\n\nmutation CreateRole($input: CreateRoleInput!) {\n  createRole(input: $input) {\n    __typename\n    ... on CreateRolePayload {\n      role {\n        ...RoleFacts\n      }\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}\n\nmutation UpdateRole($input: UpdateRoleInput!) {\n  updateRole(input: $input) {\n    __typename\n    ... on UpdateRolePayload {\n      role {\n        ...RoleFacts\n      }\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}\n\nmutation DeleteRole($input: DeleteRoleInput!) {\n  deleteRole(input: $input) {\n    __typename\n    ... on DeleteRolePayload {\n      deletedRoleId\n      organization {\n        id\n      }\n    }\n    ... on RoleInUseError {\n      memberCount\n      invitationCount\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}"): (typeof documents)["query Roles($slug: String!) {\n  organization(slug: $slug) {\n    id\n    slug\n    viewerAccess {\n      scopes\n    }\n    roles {\n      ...RoleFacts\n    }\n  }\n  scopes {\n    key\n    description\n    implies\n  }\n}\n\nfragment RoleFacts on Role {\n  id\n  key\n  name\n  description\n  builtIn\n  scopes\n  organization {\n    id\n    slug\n    name\n  }\n}\n\nmutation CreateRole($input: CreateRoleInput!) {\n  createRole(input: $input) {\n    __typename\n    ... on CreateRolePayload {\n      role {\n        ...RoleFacts\n      }\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}\n\nmutation UpdateRole($input: UpdateRoleInput!) {\n  updateRole(input: $input) {\n    __typename\n    ... on UpdateRolePayload {\n      role {\n        ...RoleFacts\n      }\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}\n\nmutation DeleteRole($input: DeleteRoleInput!) {\n  deleteRole(input: $input) {\n    __typename\n    ... on DeleteRolePayload {\n      deletedRoleId\n      organization {\n        id\n      }\n    }\n    ... on RoleInUseError {\n      memberCount\n      invitationCount\n    }\n    ... on RoleEscalationError {\n      missingScopes\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;