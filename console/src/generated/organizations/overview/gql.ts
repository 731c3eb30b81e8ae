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
    "query Overview($slug: String!) {\n  organization(slug: $slug) {\n    id\n    slug\n    kind\n    createdAt\n    updatedAt\n    externalReference\n    descendantCount\n    partnership {\n      since\n      partner {\n        id\n        name\n      }\n    }\n    domain\n    domainSetupStatus\n    domainVerification {\n      recordType\n      recordName\n      recordValue\n      requestedAt\n      checkedAt\n      verifiedAt\n      problem\n    }\n    primaryAddress {\n      line1\n      line2\n      city\n      state\n      zip\n      country\n    }\n    ...Setup\n    billing {\n      plan\n      status\n      email\n      planChange {\n        plan\n        status\n        error\n        requestedAt\n      }\n    }\n    limits {\n      concurrency {\n        limit\n        inUse\n      }\n    }\n    inventory {\n      agents\n      knowledgeBases\n      phoneNumbers\n      telephonyTrunks\n      webWidgets\n    }\n    branding {\n      logoUrl\n      primaryColor\n      secondaryColor\n    }\n  }\n  plans {\n    key\n    name\n  }\n}\n\nfragment Setup on Organization {\n  id\n  provisioning {\n    status\n    steps {\n      name\n      status\n      attempts\n      error\n      finishedAt\n    }\n  }\n}\n\nmutation RetryProvisioning($input: RetryProvisioningInput!) {\n  retryProvisioning(input: $input) {\n    __typename\n    ... on RetryProvisioningPayload {\n      organization {\n        ...Setup\n      }\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}": typeof types.OverviewDocument,
};
const documents: Documents = {
    "query Overview($slug: String!) {\n  organization(slug: $slug) {\n    id\n    slug\n    kind\n    createdAt\n    updatedAt\n    externalReference\n    descendantCount\n    partnership {\n      since\n      partner {\n        id\n        name\n      }\n    }\n    domain\n    domainSetupStatus\n    domainVerification {\n      recordType\n      recordName\n      recordValue\n      requestedAt\n      checkedAt\n      verifiedAt\n      problem\n    }\n    primaryAddress {\n      line1\n      line2\n      city\n      state\n      zip\n      country\n    }\n    ...Setup\n    billing {\n      plan\n      status\n      email\n      planChange {\n        plan\n        status\n        error\n        requestedAt\n      }\n    }\n    limits {\n      concurrency {\n        limit\n        inUse\n      }\n    }\n    inventory {\n      agents\n      knowledgeBases\n      phoneNumbers\n      telephonyTrunks\n      webWidgets\n    }\n    branding {\n      logoUrl\n      primaryColor\n      secondaryColor\n    }\n  }\n  plans {\n    key\n    name\n  }\n}\n\nfragment Setup on Organization {\n  id\n  provisioning {\n    status\n    steps {\n      name\n      status\n      attempts\n      error\n      finishedAt\n    }\n  }\n}\n\nmutation RetryProvisioning($input: RetryProvisioningInput!) {\n  retryProvisioning(input: $input) {\n    __typename\n    ... on RetryProvisioningPayload {\n      organization {\n        ...Setup\n      }\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}": types.OverviewDocument,
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
export function graphql(source: "query Overview($slug: String!) {\n  organization(slug: $slug) {\n    id\n    slug\n    kind\n    createdAt\n    updatedAt\n    externalReference\n    descendantCount\n    partnership {\n      since\n      partner {\n        id\n        name\n      }\n    }\n    domain\n    domainSetupStatus\n    domainVerification {\n      recordType\n      recordName\n      recordValue\n      requestedAt\n      checkedAt\n      verifiedAt\n      problem\n    }\n    primaryAddress {\n      line1\n      line2\n      city\n      state\n      zip\n      country\n    }\n    ...Setup\n    billing {\n      plan\n      status\n      email\n      planChange {\n        plan\n        status\n        error\n        requestedAt\n      }\n    }\n    limits {\n      concurrency {\n        limit\n        inUse\n      }\n    }\n    inventory {\n      agents\n      knowledgeBases\n      phoneNumbers\n      telephonyTrunks\n      webWidgets\n    }\n    branding {\n      logoUrl\n      primaryColor\n      secondaryColor\n    }\n  }\n  plans {\n    key\n    name\n  }\n}\n\nfragment Setup on Organization {\n  id\n  provisioning {\n    status\n    steps {\n      name\n      status\n      attempts\n      error\n      finishedAt\n    }\n  }\n}\n\nmutation RetryProvisioning($input: RetryProvisioningInput!) {\n  retryProvisioning(input: $input) {\n    __typename\n    ... on RetryProvisioningPayload {\n      organization {\n        ...Setup\n      }\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}"): (typeof documents)["query Overview($slug: String!) {\n  organization(slug: $slug) {\n    id\n    slug\n    kind\n    createdAt\n    updatedAt\n    externalReference\n    descendantCount\n    partnership {\n      since\n      partner {\n        id\n        name\n      }\n    }\n    domain\n    domainSetupStatus\n    domainVerification {\n      recordType\n      recordName\n      recordValue\n      requestedAt\n      checkedAt\n      verifiedAt\n      problem\n    }\n    primaryAddress {\n      line1\n      line2\n      city\n      state\n      zip\n      country\n    }\n    ...Setup\n    billing {\n      plan\n      status\n      email\n      planChange {\n        plan\n        status\n        error\n        requestedAt\n      }\n    }\n    limits {\n      concurrency {\n        limit\n        inUse\n      }\n    }\n    inventory {\n      agents\n      knowledgeBases\n      phoneNumbers\n      telephonyTrunks\n      webWidgets\n    }\n    branding {\n      logoUrl\n      primaryColor\n      secondaryColor\n    }\n  }\n  plans {\n    key\n    name\n  }\n}\n\nfragment Setup on Organization {\n  id\n  provisioning {\n    status\n    steps {\n      name\n      status\n      attempts\n      error\n      finishedAt\n    }\n  }\n}\n\nmutation RetryProvisioning($input: RetryProvisioningInput!) {\n  retryProvisioning(input: $input) {\n    __typename\n    ... on RetryProvisioningPayload {\n      organization {\n        ...Setup\n      }\n    }\n    ... on UserError {\n      code\n      message\n    }\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;