/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Progress of the verification of an organization's own domain. */
export type DomainSetupStatus =
  /** The proof was not found in time. */
  | 'FAILED'
  /** No domain is set. */
  | 'NOT_CONFIGURED'
  /** Waiting for the DNS record that proves ownership. */
  | 'PENDING'
  /** Ownership is proven. */
  | 'VERIFIED';

/** The kind of organization it is to the one above it. More kinds may be added. */
export type OrganizationKind =
  /** Refers customers. */
  | 'AFFILIATE'
  /** Runs a whole tree of clients. */
  | 'AGENCY'
  /** Sells through a marketplace or another channel. */
  | 'CHANNEL_PARTNER'
  /** Uses the product itself. */
  | 'CUSTOMER'
  /** Sells to its own customers. */
  | 'RESELLER';

/** State of a change of plan. */
export type PlanChangeStatus =
  /** The organization is on the plan, with its limits. */
  | 'DONE'
  /** Given up; the organization stays on its plan. */
  | 'FAILED'
  /** Waiting for the billing provider. */
  | 'PENDING';

/** State of all steps together. */
export type ProvisioningStatus =
  /** A step failed. */
  | 'FAILED'
  /** Under way. */
  | 'PENDING'
  /** Every step is done. */
  | 'READY';

/** The steps of setting up a new organization. */
export type ProvisioningStepName =
  /** A billing customer and a subscription to the free plan. */
  | 'BILLING'
  /** A record at the identity provider. */
  | 'IDENTITY'
  /** A knowledge base. */
  | 'KNOWLEDGE_BASE'
  /** A phone number. */
  | 'PHONE_NUMBER'
  /** A telephony trunk and the concurrency counter. */
  | 'TELEPHONY';

/** State of one step. */
export type ProvisioningStepStatus =
  /** Done. */
  | 'DONE'
  /** Given up; `retryProvisioning` starts it again. */
  | 'FAILED'
  /** Waiting for its turn or its next attempt. */
  | 'PENDING'
  /** Being done. */
  | 'RUNNING';

/** Whose provisioning to start again. */
export type RetryProvisioningInput = {
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** The caller's organization, or one below it. */
  organizationId: string;
};

export type OverviewQueryVariables = Exact<{
  slug: string;
}>;


export type OverviewQuery = { organization: { __typename: 'Organization', id: string, slug: string, kind: OrganizationKind, createdAt: string, updatedAt: string, externalReference: string | null, descendantCount: number | null, domain: string | null, domainSetupStatus: DomainSetupStatus, partnership: { __typename: 'Partnership', since: string, partner: { __typename: 'Organization', id: string, name: string } | null } | null, domainVerification: { __typename: 'DomainVerification', recordType: string, recordName: string, recordValue: string, requestedAt: string, checkedAt: string | null, verifiedAt: string | null, problem: string | null } | null, primaryAddress: { __typename: 'Address', line1: string, line2: string | null, city: string, state: string, zip: string, country: string } | null, billing: { __typename: 'Billing', plan: string, status: string, email: string | null, planChange: { __typename: 'PlanChange', plan: string, status: PlanChangeStatus, error: string | null, requestedAt: string } | null } | null, limits: { __typename: 'OrganizationLimits', concurrency: { __typename: 'ConcurrencyLimit', limit: number, inUse: number } } | null, inventory: { __typename: 'Inventory', agents: number, knowledgeBases: number, phoneNumbers: number, telephonyTrunks: number, webWidgets: number } | null, branding: { __typename: 'Branding', logoUrl: string | null, primaryColor: string | null, secondaryColor: string | null } | null, provisioning: { __typename: 'Provisioning', status: ProvisioningStatus, steps: Array<{ __typename: 'ProvisioningStep', name: ProvisioningStepName, status: ProvisioningStepStatus, attempts: number, error: string | null, finishedAt: string | null }> } | null } | null, plans: Array<{ __typename: 'Plan', key: string, name: string }> | null };

export type SetupFragment = { __typename: 'Organization', id: string, provisioning: { __typename: 'Provisioning', status: ProvisioningStatus, steps: Array<{ __typename: 'ProvisioningStep', name: ProvisioningStepName, status: ProvisioningStepStatus, attempts: number, error: string | null, finishedAt: string | null }> } | null };

export type RetryProvisioningMutationVariables = Exact<{
  input: RetryProvisioningInput;
}>;


export type RetryProvisioningMutation = { retryProvisioning:
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'IdempotencyConflictError', code: string, message: string }
    | { __typename: 'RetryProvisioningPayload', organization: { __typename: 'Organization', id: string, provisioning: { __typename: 'Provisioning', status: ProvisioningStatus, steps: Array<{ __typename: 'ProvisioningStep', name: ProvisioningStepName, status: ProvisioningStepStatus, attempts: number, error: string | null, finishedAt: string | null }> } | null } }
   | null };

export const SetupFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Setup"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Organization"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"provisioning"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}}]}}]}}]} as unknown as DocumentNode<SetupFragment, unknown>;
export const OverviewDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Overview"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"slug"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"slug"},"value":{"kind":"Variable","name":{"kind":"Name","value":"slug"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"externalReference"}},{"kind":"Field","name":{"kind":"Name","value":"descendantCount"}},{"kind":"Field","name":{"kind":"Name","value":"partnership"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"partner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"domain"}},{"kind":"Field","name":{"kind":"Name","value":"domainSetupStatus"}},{"kind":"Field","name":{"kind":"Name","value":"domainVerification"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordType"}},{"kind":"Field","name":{"kind":"Name","value":"recordName"}},{"kind":"Field","name":{"kind":"Name","value":"recordValue"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"verifiedAt"}},{"kind":"Field","name":{"kind":"Name","value":"problem"}}]}},{"kind":"Field","name":{"kind":"Name","value":"primaryAddress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line1"}},{"kind":"Field","name":{"kind":"Name","value":"line2"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"zip"}},{"kind":"Field","name":{"kind":"Name","value":"country"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Setup"}},{"kind":"Field","name":{"kind":"Name","value":"billing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plan"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"planChange"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plan"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"limits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"concurrency"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"inUse"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"inventory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"agents"}},{"kind":"Field","name":{"kind":"Name","value":"knowledgeBases"}},{"kind":"Field","name":{"kind":"Name","value":"phoneNumbers"}},{"kind":"Field","name":{"kind":"Name","value":"telephonyTrunks"}},{"kind":"Field","name":{"kind":"Name","value":"webWidgets"}}]}},{"kind":"Field","name":{"kind":"Name","value":"branding"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"logoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"primaryColor"}},{"kind":"Field","name":{"kind":"Name","value":"secondaryColor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"plans"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Setup"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Organization"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"provisioning"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}}]}}]}}]} as unknown as DocumentNode<OverviewQuery, OverviewQueryVariables>;
export const RetryProvisioningDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RetryProvisioning"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RetryProvisioningInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryProvisioning"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RetryProvisioningPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Setup"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Setup"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Organization"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"provisioning"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}}]}}]}}]} as unknown as DocumentNode<RetryProvisioningMutation, RetryProvisioningMutationVariables>;