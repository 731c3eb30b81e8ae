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
    "query NewOrganization($parent: String!) {\n  organization(slug: $parent) {\n    id\n    slug\n    name\n    status\n    roles {\n      id\n      key\n      name\n      description\n    }\n  }\n}\n\nquery SlugAvailability($slug: String!) {\n  slugAvailability(slug: $slug) {\n    slug\n    available\n    reason\n  }\n}\n\nmutation CreateOrganization($input: CreateOrganizationInput!) {\n  createOrganization(input: $input) {\n    __typename\n    ... on CreateOrganizationPayload {\n      organization {\n        ...CreatedFacts\n        kind\n        status\n        domain\n        domainSetupStatus\n        parentId\n        parent {\n          id\n          ancestors {\n            id\n          }\n        }\n      }\n      membership {\n        id\n      }\n      invitationOutcomes {\n        email\n        ignoredRoles\n        invitation {\n          id\n        }\n        error {\n          __typename\n          ... on UserError {\n            code\n            message\n          }\n        }\n      }\n    }\n    ... on UserError {\n      code\n      message\n    }\n    ... on SlugTakenError {\n      slug\n      reason\n    }\n    ... on ExternalAccountTakenError {\n      system\n      accountId\n    }\n    ... on DepthLimitError {\n      limit\n    }\n  }\n}\n\nquery CreatedOrganization($id: ID!) {\n  node(id: $id) {\n    __typename\n    ...CreatedFacts\n  }\n}\n\nfragment CreatedFacts on Organization {\n  id\n  slug\n  name\n  provisioning {\n    status\n    steps {\n      name\n      status\n      attempts\n      error\n      finishedAt\n    }\n  }\n}": typeof types.NewOrganizationDocument,
};
const documents: Documents = {
    "query NewOrganization($parent: String!) {\n  organization(slug: $parent) {\n    id\n    slug\n    name\n    status\n    roles {\n      id\n      key\n      name\n      description\n    }\n  }\n}\n\nquery SlugAvailability($slug: String!) {\n  slugAvailability(slug: $slug) {\n    slug\n    available\n    reason\n  }\n}\n\nmutation CreateOrganization($input: CreateOrganizationInput!) {\n  createOrganization(input: $input) {\n    __typename\n    ... on CreateOrganizationPayload {\n      organization {\n        ...CreatedFacts\n        kind\n        status\n        domain\n        domainSetupStatus\n        parentId\n        parent {\n          id\n          ancestors {\n            id\n          }\n        }\n      }\n      membership {\n        id\n      }\n      invitationOutcomes {\n        email\n        ignoredRoles\n        invitation {\n          id\n        }\n        error {\n          __typename\n          ... on UserError {\n            code\n            message\n          }\n        }\n      }\n    }\n    ... on UserError {\n      code\n      message\n    }\n    ... on SlugTakenError {\n      slug\n      reason\n    }\n    ... on ExternalAccountTakenError {\n      system\n      accountId\n    }\n    ... on DepthLimitError {\n      limit\n    }\n  }\n}\n\nquery CreatedOrganization($id: ID!) {\n  node(id: $id) {\n    __typename\n    ...CreatedFacts\n  }\n}\n\nfragment CreatedFacts on Organization {\n  id\n  slug\n  name\n  provisioning {\n    status\n    steps {\n      name\n      status\n      attempts\n      error\n      finishedAt\n    }\n  }\n}": types.NewOrganizationDocument,
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
export function graphql(source: "query NewOrganization($parent: String!) {\n  organization(slug: $parent) {\n    id\n    slug\n    name\n    status\n    roles {\n      id\n      key\n      name\n      description\n    }\n  }\n}\n\nquery SlugAvailability($slug: String!) {\n  slugAvailability(slug: $slug) {\n    slug\n    available\n    reason\n  }\n}\n\nmutation CreateOrganization($input: CreateOrganizationInput!) {\n  createOrganization(input: $input) {\n    __typename\n    ... on CreateOrganizationPayload {\n      organization {\n        ...CreatedFacts\n        kind\n        status\n        domain\n        domainSetupStatus\n        parentId\n        parent {\n          id\n          ancestors {\n            id\n          }\n        }\n      }\n      membership {\n        id\n      }\n      invitationOutcomes {\n        email\n        ignoredRoles\n        invitation {\n          id\n        }\n        error {\n          __typename\n          ... on UserError {\n            code\n            message\n          }\n        }\n      }\n    }\n    ... on UserError {\n      code\n      message\n    }\n    ... on SlugTakenError {\n      slug\n      reason\n    }\n    ... on ExternalAccountTakenError {\n      system\n      accountId\n    }\n    ... on DepthLimitError {\n      limit\n    }\n  }\n}\n\nquery CreatedOrganization($id: ID!) {\n  node(id: $id) {\n    __typename\n    ...CreatedFacts\n  }\n}\n\nfragment CreatedFacts on Organization {\n  id\n  slug\n  name\n  provisioning {\n    status\n    steps {\n      name\n      status\n      attempts\n      error\n      finishedAt\n    }\n  }\n}"): (typeof documents)["query NewOrganization($parent: String!) {\n  organization(slug: $parent) {\n    id\n    slug\n    name\n    status\n    roles {\n      id\n      key\n      name\n      description\n    }\n  }\n}\n\nquery SlugAvailability($slug: String!) {\n  slugAvailability(slug: $slug) {\n    slug\n    available\n    reason\n  }\n}\n\nmutation CreateOrganization($input: CreateOrganizationInput!) {\n  createOrganization(input: $input) {\n    __typename\n    ... on CreateOrganizationPayload {\n      organization {\n        ...CreatedFacts\n        kind\n        status\n        domain\n        domainSetupStatus\n        parentId\n        parent {\n          id\n          ancestors {\n            id\n          }\n        }\n      }\n      membership {\n        id\n      }\n      invitationOutcomes {\n        email\n        ignoredRoles\n        invitation {\n          id\n        }\n        error {\n          __typename\n          ... on UserError {\n            code\n            message\n          }\n        }\n      }\n    }\n    ... on UserError {\n      code\n      message\n    }\n    ... on SlugTakenError {\n      slug\n      reason\n    }\n    ... on ExternalAccountTakenError {\n      system\n      accountId\n    }\n    ... on DepthLimitError {\n      limit\n    }\n  }\n}\n\nquery CreatedOrganization($id: ID!) {\n  node(id: $id) {\n    __typename\n    ...CreatedFacts\n  }\n}\n\nfragment CreatedFacts on Organization {\n  id\n  slug\n  name\n  provisioning {\n    status\n    steps {\n      name\n      status\n      attempts\n      error\n      finishedAt\n    }\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;