/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** A postal address; each part has 1 to 200 characters. */
export type AddressInput = {
  /** City. */
  city: string;
  /** Country, ISO 3166-1 alpha-2. */
  country: string;
  /** Street and number. */
  line1: string;
  /** Floor, suite or care-of. */
  line2?: string | null | undefined;
  /** State, province or region. Absent or null where the country has none. */
  state?: string | null | undefined;
  /** Postal code. Absent or null where the country has none. */
  zip?: string | null | undefined;
};

/** How the organization presents itself; absent fields stay as they are, null clears. */
export type BrandingInput = {
  /** Address of the logo, http(s), at most 2,000 characters. */
  logoUrl?: string | null | undefined;
  /** Main color, #rrggbb. */
  primaryColor?: string | null | undefined;
  /** Second color, #rrggbb. */
  secondaryColor?: string | null | undefined;
};

/** The new organization. */
export type CreateOrganizationInput = {
  /** Where invoices go; the calling person's verified address when absent. */
  billingEmail?: string | null | undefined;
  /** How it presents itself. */
  branding?: BrandingInput | null | undefined;
  /** The organization's own domain, in ASCII form; `domainVerification` shows how to prove ownership. */
  domain?: string | null | undefined;
  /** Accounts in other systems, at most 20, one per system. */
  externalAccounts?: Array<ExternalAccountInput> | null | undefined;
  /** What the partner's own systems call it, e.g. a customer number: 1 to 100 characters, at least one of them visible. */
  externalReference?: string | null | undefined;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** Who owns the invoices in the billing system. */
  invoiceOwner?: InvoiceOwner | null | undefined;
  /** The kind of organization it is to the one above it. */
  kind?: OrganizationKind | null | undefined;
  /** Links to the organization's offers, at most one per marketplace. */
  marketplaceOffers?: Array<MarketplaceOfferInput> | null | undefined;
  /** Display name: 1 to 200 characters, at least one of them visible, and not a link. */
  name: string;
  /** The parent: the caller's organization, or one below it. When absent, a standalone top-level organization is created. */
  parentId?: string | null | undefined;
  /** Its main address. */
  primaryAddress?: AddressInput | null | undefined;
  /** 3 to 63 of a-z, 0-9 and single hyphens between them; unique on the platform and never changes. Absent: made from the name, with six random letters and digits behind it where that slug cannot be taken. */
  slug?: string | null | undefined;
  /** People to invite at once, at most 100. */
  users?: Array<InviteUserInput> | null | undefined;
};

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

/** An account of the organization in another system. One account belongs to one organization. */
export type ExternalAccountInput = {
  /** The account's id there, 1 to 255 characters. */
  accountId: string;
  /** The other system, e.g. zuora: 1 to 50 of a-z, 0-9, _ and -; each at most once. */
  system: string;
};

/** A person to invite. */
export type InviteUserInput = {
  /** The address to invite, at most 255 characters. */
  email: string;
  /** Roles by key or id (rol_…), 1 to 10; ["user"] when absent. What names no role here is left out and reported. */
  roles?: Array<string> | null | undefined;
};

/** Who owns the invoices in the billing system. */
export type InvoiceOwner =
  /** The end customer. */
  | 'END_CUSTOMER'
  /** The partner. */
  | 'PARTNER';

/** Cloud marketplaces. */
export type Marketplace =
  /** AWS Marketplace. */
  | 'AWS'
  /** Azure Marketplace. */
  | 'AZURE'
  /** Google Cloud Marketplace. */
  | 'GCP';

/** Where the organization's offer is available. */
export type MarketplaceOfferInput = {
  /** The marketplace; each at most once. */
  marketplace: Marketplace;
  /** Link to the offer, http(s), at most 2,000 characters. */
  url: string;
};

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

/** Whether an organization is in use. */
export type OrganizationStatus =
  /** In use. */
  | 'ACTIVE'
  /** Deleted and still restorable. */
  | 'DELETED'
  /** Its own credentials and those of everything below it are refused; callers above can still read it. */
  | 'SUSPENDED';

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

/** Why a slug is not available. */
export type SlugUnavailableReason =
  /** Not 3 to 63 of a-z, 0-9 and single hyphens between them. */
  | 'INVALID'
  /** Reserved for the platform. */
  | 'RESERVED'
  /** Belongs, or once belonged, to an organization. */
  | 'TAKEN';

export type NewOrganizationQueryVariables = Exact<{
  parent: string;
}>;


export type NewOrganizationQuery = { organization: { __typename: 'Organization', id: string, slug: string, name: string, status: OrganizationStatus, roles: Array<{ __typename: 'Role', id: string, key: string, name: string, description: string | null }> | null } | null };

export type SlugAvailabilityQueryVariables = Exact<{
  slug: string;
}>;


export type SlugAvailabilityQuery = { slugAvailability: { __typename: 'SlugAvailability', slug: string, available: boolean, reason: SlugUnavailableReason | null } | null };

export type CreateOrganizationMutationVariables = Exact<{
  input: CreateOrganizationInput;
}>;


export type CreateOrganizationMutation = { createOrganization:
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'CreateOrganizationPayload', organization: { __typename: 'Organization', kind: OrganizationKind, status: OrganizationStatus, domain: string | null, domainSetupStatus: DomainSetupStatus, parentId: string | null, id: string, slug: string, name: string, parent: { __typename: 'Organization', id: string, ancestors: Array<{ __typename: 'Organization', id: string }> | null } | null, provisioning: { __typename: 'Provisioning', status: ProvisioningStatus, steps: Array<{ __typename: 'ProvisioningStep', name: ProvisioningStepName, status: ProvisioningStepStatus, attempts: number, error: string | null, finishedAt: string | null }> } | null }, membership: { __typename: 'Membership', id: string } | null, invitationOutcomes: Array<{ __typename: 'InviteUserOutcome', email: string, ignoredRoles: Array<string>, invitation: { __typename: 'Invitation', id: string } | null, error:
          | { __typename: 'AlreadyMemberError', code: string, message: string }
          | { __typename: 'ApiKeyRevokedError', code: string, message: string }
          | { __typename: 'BillingNotReadyError', code: string, message: string }
          | { __typename: 'BillingPortalError', code: string, message: string }
          | { __typename: 'ContactExistsError', code: string, message: string }
          | { __typename: 'ContentionError', code: string, message: string }
          | { __typename: 'CycleError', code: string, message: string }
          | { __typename: 'DepthLimitError', code: string, message: string }
          | { __typename: 'EmailNotVerifiedError', code: string, message: string }
          | { __typename: 'ExternalAccountTakenError', code: string, message: string }
          | { __typename: 'HasChildrenError', code: string, message: string }
          | { __typename: 'IdempotencyConflictError', code: string, message: string }
          | { __typename: 'InvitationClosedError', code: string, message: string }
          | { __typename: 'InvitationExistsError', code: string, message: string }
          | { __typename: 'InvitationInvalidError', code: string, message: string }
          | { __typename: 'InvitationLimitError', code: string, message: string }
          | { __typename: 'LastAdminError', code: string, message: string }
          | { __typename: 'NoValidRoleError', code: string, message: string }
          | { __typename: 'ParentDeletedError', code: string, message: string }
          | { __typename: 'PlanChangePendingError', code: string, message: string }
          | { __typename: 'PlanLimitError', code: string, message: string }
          | { __typename: 'RoleEscalationError', code: string, message: string }
          | { __typename: 'RoleInUseError', code: string, message: string }
          | { __typename: 'RoleKeyTakenError', code: string, message: string }
          | { __typename: 'ScopeEscalationError', code: string, message: string }
          | { __typename: 'SecretShownBeforeError', code: string, message: string }
          | { __typename: 'SlugTakenError', code: string, message: string }
          | { __typename: 'UserNotFoundError', code: string, message: string }
          | { __typename: 'VersionConflictError', code: string, message: string }
         | null }> }
    | { __typename: 'DepthLimitError', code: string, message: string, limit: number }
    | { __typename: 'EmailNotVerifiedError', code: string, message: string }
    | { __typename: 'ExternalAccountTakenError', code: string, message: string, system: string, accountId: string }
    | { __typename: 'IdempotencyConflictError', code: string, message: string }
    | { __typename: 'SlugTakenError', code: string, message: string, slug: string, reason: SlugUnavailableReason }
   | null };

export type CreatedOrganizationQueryVariables = Exact<{
  id: string;
}>;


export type CreatedOrganizationQuery = { node:
    | { __typename: 'ApiKey' }
    | { __typename: 'AuditEvent' }
    | { __typename: 'Contact' }
    | { __typename: 'Invitation' }
    | { __typename: 'Membership' }
    | { __typename: 'Organization', id: string, slug: string, name: string, provisioning: { __typename: 'Provisioning', status: ProvisioningStatus, steps: Array<{ __typename: 'ProvisioningStep', name: ProvisioningStepName, status: ProvisioningStepStatus, attempts: number, error: string | null, finishedAt: string | null }> } | null }
    | { __typename: 'PersonalAccessToken' }
    | { __typename: 'Role' }
    | { __typename: 'User' }
   | null };

export type CreatedFactsFragment = { __typename: 'Organization', id: string, slug: string, name: string, provisioning: { __typename: 'Provisioning', status: ProvisioningStatus, steps: Array<{ __typename: 'ProvisioningStep', name: ProvisioningStepName, status: ProvisioningStepStatus, attempts: number, error: string | null, finishedAt: string | null }> } | null };

export const CreatedFactsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CreatedFacts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Organization"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provisioning"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}}]}}]}}]} as unknown as DocumentNode<CreatedFactsFragment, unknown>;
export const NewOrganizationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NewOrganization"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"parent"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"slug"},"value":{"kind":"Variable","name":{"kind":"Name","value":"parent"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"roles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}}]}}]}}]}}]} as unknown as DocumentNode<NewOrganizationQuery, NewOrganizationQueryVariables>;
export const SlugAvailabilityDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SlugAvailability"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"slug"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"slugAvailability"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"slug"},"value":{"kind":"Variable","name":{"kind":"Name","value":"slug"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"available"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]} as unknown as DocumentNode<SlugAvailabilityQuery, SlugAvailabilityQueryVariables>;
export const CreateOrganizationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateOrganization"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateOrganizationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createOrganization"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CreateOrganizationPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CreatedFacts"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"domain"}},{"kind":"Field","name":{"kind":"Name","value":"domainSetupStatus"}},{"kind":"Field","name":{"kind":"Name","value":"parentId"}},{"kind":"Field","name":{"kind":"Name","value":"parent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"ancestors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"membership"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"invitationOutcomes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"ignoredRoles"}},{"kind":"Field","name":{"kind":"Name","value":"invitation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SlugTakenError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ExternalAccountTakenError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"system"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"DepthLimitError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"limit"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CreatedFacts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Organization"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provisioning"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}}]}}]}}]} as unknown as DocumentNode<CreateOrganizationMutation, CreateOrganizationMutationVariables>;
export const CreatedOrganizationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CreatedOrganization"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"CreatedFacts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CreatedFacts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Organization"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provisioning"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}}]}}]}}]} as unknown as DocumentNode<CreatedOrganizationQuery, CreatedOrganizationQueryVariables>;