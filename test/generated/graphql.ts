/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Which invitation to accept. */
export type AcceptInvitationInput = {
  /** The invitation, one to the person's verified address, as `Viewer.invitations` shows them. Either this or `token`. */
  id?: string | null | undefined;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** The token from the mail, at most 200 characters. Either this or `id`. */
  token?: string | null | undefined;
};

/** Where the caller's access to an organization comes from. */
export type AccessKind =
  /** From both. */
  | 'BOTH'
  /** From acting in an organization above it. */
  | 'DELEGATED'
  /** From belonging to it. */
  | 'NATIVE';

/** Who to add, and with which roles. */
export type AddMemberInput = {
  /** The person's address, at most 255 characters. */
  email: string;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** The caller's organization, or one below it. */
  organizationId: string;
  /** Roles by key or id (rol_…), 1 to 10. What names no role here is left out and reported. */
  roles: Array<string>;
};

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

/** Why the portal of the billing provider cannot be opened. */
export type BillingPortalFailure =
  /** The billing provider has no portal. */
  | 'NOT_OFFERED'
  /** The billing provider could not open it; try again later. */
  | 'PROVIDER_FAILED';

/** How the organization presents itself; absent fields stay as they are, null clears. */
export type BrandingInput = {
  /** Address of the logo, http(s), at most 2,000 characters. */
  logoUrl?: string | null | undefined;
  /** Main color, #rrggbb. */
  primaryColor?: string | null | undefined;
  /** Second color, #rrggbb. */
  secondaryColor?: string | null | undefined;
};

/** Which organization changes to which plan. */
export type ChangePlanInput = {
  /** The `version` of the organization that this change is based on. If it has changed since, the result is a `VersionConflictError`. */
  expectedVersion?: number | null | undefined;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** The caller's organization, or one below it. */
  organizationId: string;
  /** Key of the plan (see `Query.plans`). */
  plan: string;
};

/** What a contact is for. More kinds may be added. */
export type ContactKind =
  /** Invoices and contracts. */
  | 'BILLING'
  /** Anything else. */
  | 'GENERAL'
  /** Integration and incidents. */
  | 'TECHNICAL';

/** The new key. */
export type CreateApiKeyInput = {
  /** When it stops working; must be in the future. Never when absent. A caller whose own credential expires must give a date that is not later. */
  expiresAt?: string | null | undefined;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** What the key is for: 1 to 100 characters, at least one of them visible, and not a link. */
  name: string;
  /** The organization the key acts in: the caller's organization, or one below it. */
  organizationId: string;
  /** Scopes from `Query.scopes`, limited to those the caller holds on the organization. */
  scopes: Array<string>;
};

/** The new contact. */
export type CreateContactInput = {
  /** Where to write to, at most 255 characters. */
  email: string;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** What the contact is for. */
  kind?: ContactKind | null | undefined;
  /** Name of the person or the team: 1 to 200 characters, at least one of them visible, and not a link. */
  name: string;
  /** The caller's organization, or one below it. */
  organizationId: string;
};

/** Who to invite, and with which roles. */
export type CreateInvitationInput = {
  /** The address to invite, at most 255 characters. */
  email: string;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** The organization to join: the caller's organization, or one below it. */
  organizationId: string;
  /** Roles by key or id (rol_…), 1 to 10; ["user"] when absent. What names no role here is left out and reported. */
  roles?: Array<string> | null | undefined;
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

/** The new token. */
export type CreatePersonalAccessTokenInput = {
  /** When it stops working; must be in the future. Never when absent. A caller whose own credential expires must give a date that is not later. */
  expiresAt?: string | null | undefined;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** What the token is for: 1 to 100 characters, at least one of them visible, and not a link. */
  name: string;
};

/** The new role. */
export type CreateRoleInput = {
  /** What the role is for, at most 500 characters. */
  description?: string | null | undefined;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** Name for inputs, never changes: 1 to 63 of a-z, 0-9 and _, starting with a letter. */
  key: string;
  /** Display name: 1 to 100 characters, at least one of them visible, and not a link. */
  name: string;
  /** The organization that defines the role: the caller's organization, or one below it. */
  organizationId: string;
  /** Scopes that the role grants, from `Query.scopes`, limited to those the caller holds on the organization. */
  scopes: Array<string>;
};

/** Kinds of credentials, and OPERATOR for actions without one. */
export type CredentialKind =
  /** A key of an organization (ak_…). */
  | 'API_KEY'
  /** No credential: an operator acted at the command line. Only actors have this kind. */
  | 'OPERATOR'
  /** A token of a person (pat_…). */
  | 'PERSONAL_ACCESS_TOKEN'
  /** A person signed in through the identity provider. */
  | 'SESSION';

/** Which invitation to decline. */
export type DeclineInvitationInput = {
  /** The invitation, one to the person's verified address, as `Viewer.invitations` shows them. Either this or `token`. */
  id?: string | null | undefined;
  /** The token from the mail, at most 200 characters. Either this or `id`. */
  token?: string | null | undefined;
};

/** Which contact to remove. */
export type DeleteContactInput = {
  /** The contact. */
  id: string;
};

/** What happens to the organizations below a deleted one. */
export type DeleteMode =
  /** They are deleted as well. */
  | 'CASCADE'
  /** The deletion is refused if there are any. */
  | 'RESTRICT';

/** What to delete. */
export type DeleteOrganizationInput = {
  /** The organization's slug, as a confirmation. Required for the caller's own organization, otherwise ignored. */
  confirmSlug?: string | null | undefined;
  /** The `version` of the organization that this change is based on. If it has changed since, the result is a `VersionConflictError`. */
  expectedVersion?: number | null | undefined;
  /** The organization: one below the caller's organization, or the caller's own at the top of its tree. */
  id: string;
  /** What to do with organizations below. */
  mode?: DeleteMode | null | undefined;
};

/** Which role to remove. */
export type DeleteRoleInput = {
  /** The role, which must be one that an organization defined. */
  id: string;
};

/** State of sending a mail. */
export type DeliveryStatus =
  /** Given up. */
  | 'FAILED'
  /** Waiting to be sent. */
  | 'QUEUED'
  /** Handed over to the mail server. Delivery is not guaranteed: mail servers drop mail, and so does the gateway when an address receives too much. */
  | 'SENT';

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

/** The state of an invitation. */
export type InvitationStatus =
  /** Accepted; the membership exists. */
  | 'ACCEPTED'
  /** Declined by the person. */
  | 'DECLINED'
  /** Not answered in time. */
  | 'EXPIRED'
  /** Waiting for an answer. */
  | 'PENDING'
  /** Taken back. */
  | 'REVOKED';

/** A person to invite. */
export type InviteUserInput = {
  /** The address to invite, at most 255 characters. */
  email: string;
  /** Roles by key or id (rol_…), 1 to 10; ["user"] when absent. What names no role here is left out and reported. */
  roles?: Array<string> | null | undefined;
};

/** Who to invite. */
export type InviteUsersInput = {
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** The organization to join: the caller's organization, or one below it. */
  organizationId: string;
  /** Between 1 and 100 people. */
  users: Array<InviteUserInput>;
};

/** Who owns the invoices in the billing system. */
export type InvoiceOwner =
  /** The end customer. */
  | 'END_CUSTOMER'
  /** The partner. */
  | 'PARTNER';

/** Which organization to leave. */
export type LeaveOrganizationInput = {
  /** The organization: one that the person is a native member of. */
  organizationId: string;
};

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

/** What to move, and where to. */
export type MoveOrganizationInput = {
  /** Checks everything and shows what would happen, without changing anything. */
  dryRun?: boolean | null | undefined;
  /** The `version` of the organization that this change is based on. If it has changed since, the result is a `VersionConflictError`. */
  expectedVersion?: number | null | undefined;
  /** The organization, which must be below the caller's organization. */
  id: string;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** The new parent: the caller's organization, or one below it. */
  newParentId: string;
};

/** Whose portal to open. */
export type OpenBillingPortalInput = {
  /** The caller's organization, or one below it. */
  organizationId: string;
  /** Where the portal leads back to, http(s), at most 2,000 characters; what is configured at the billing provider when absent. */
  returnUrl?: string | null | undefined;
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

/** Sort orders of child organizations. Names are compared case-insensitively. */
export type OrganizationOrder =
  /** Oldest first. */
  | 'CREATED_AT_ASC'
  /** Newest first. */
  | 'CREATED_AT_DESC'
  /** By name, a to z. */
  | 'NAME_ASC'
  /** By name, z to a. */
  | 'NAME_DESC'
  /** By slug, a to z. */
  | 'SLUG_ASC'
  /** By slug, z to a. */
  | 'SLUG_DESC';

/** Whether an organization is in use. */
export type OrganizationStatus =
  /** In use. */
  | 'ACTIVE'
  /** Deleted and still restorable. */
  | 'DELETED'
  /** Its own credentials and those of everything below it are refused; callers above can still read it. */
  | 'SUSPENDED';

/** State of a change of plan. */
export type PlanChangeStatus =
  /** The organization is on the plan, with its limits. */
  | 'DONE'
  /** Given up; the organization stays on its plan. */
  | 'FAILED'
  /** Waiting for the billing provider. */
  | 'PENDING';

/** What a plan limits. */
export type PlanLimitKind =
  /** Calls at the same time. */
  | 'CONCURRENCY';

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

/** What to record. */
export type RecordUsageInput = {
  /** Between 1 and 1,000 events. */
  events: Array<UsageEventInput>;
};

/** Which member to remove. */
export type RemoveMemberInput = {
  /** The caller's organization, or one below it. */
  organizationId: string;
  /** The member. */
  userId: string;
};

/** Which invitation to send again. */
export type ResendInvitationInput = {
  /** The invitation. */
  id: string;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
};

/** What to restore. */
export type RestoreOrganizationInput = {
  /** The organization: one that was below the caller's organization or, in a request without an organization, the top of a tree. */
  id: string;
};

/** Which organization to resume. */
export type ResumeOrganizationInput = {
  /** The `version` of the organization that this change is based on. If it has changed since, the result is a `VersionConflictError`. */
  expectedVersion?: number | null | undefined;
  /** The organization, which must be below the caller's organization. */
  id: string;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
};

/** Whose provisioning to start again. */
export type RetryProvisioningInput = {
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** The caller's organization, or one below it. */
  organizationId: string;
};

/** Which key to revoke. */
export type RevokeApiKeyInput = {
  /** The key. */
  id: string;
  /** Whether to also revoke all keys that it issued, directly or through other keys, in organizations whose keys the caller may manage: at most 1000, all or none, each under the same rule. */
  includeIssued?: boolean | null | undefined;
};

/** Which invitation to revoke. */
export type RevokeInvitationInput = {
  /** The invitation. */
  id: string;
};

/** Which token to revoke. */
export type RevokePersonalAccessTokenInput = {
  /** The token, which must belong to the calling user. */
  id: string;
};

/** Fields that a search looks in. */
export type SearchField =
  /** The domain. */
  | 'DOMAIN'
  /** The id as printed. */
  | 'ID'
  /** The name. */
  | 'NAME'
  /** The slug. */
  | 'SLUG';

/** Why a slug is not available. */
export type SlugUnavailableReason =
  /** Not 3 to 63 of a-z, 0-9 and single hyphens between them. */
  | 'INVALID'
  /** Reserved for the platform. */
  | 'RESERVED'
  /** Belongs, or once belonged, to an organization. */
  | 'TAKEN';

/** Which organization to suspend. */
export type SuspendOrganizationInput = {
  /** The `version` of the organization that this change is based on. If it has changed since, the result is a `VersionConflictError`. */
  expectedVersion?: number | null | undefined;
  /** The organization, which must be below the caller's organization. */
  id: string;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** Why, for the audit log; 1 to 500 characters. */
  reason?: string | null | undefined;
};

/** Which key to rename. */
export type UpdateApiKeyInput = {
  /** The key. */
  id: string;
  /** What the key is for: 1 to 100 characters, at least one of them visible, and not a link. */
  name: string;
};

/** What to change. */
export type UpdateContactInput = {
  /** Where to write to, at most 255 characters. Cannot be cleared. */
  email?: string | null | undefined;
  /** The contact. */
  id: string;
  /** What the contact is for. Cannot be cleared. */
  kind?: ContactKind | null | undefined;
  /** Name of the person or the team: 1 to 200 characters, at least one of them visible, and not a link. Cannot be cleared. */
  name?: string | null | undefined;
};

/** The member, and the roles to replace theirs with. */
export type UpdateMemberRolesInput = {
  /** The caller's organization, or one below it. */
  organizationId: string;
  /** Roles by key or id (rol_…), 1 to 10. What names no role here is left out and reported. */
  roles: Array<string>;
  /** The member. */
  userId: string;
};

/** What to change. */
export type UpdateOrganizationInput = {
  /** Where invoices go. */
  billingEmail?: string | null | undefined;
  /** How it presents itself. */
  branding?: BrandingInput | null | undefined;
  /** The organization's own domain, in ASCII form. A new domain has to be verified again. */
  domain?: string | null | undefined;
  /** The `version` of the organization that this change is based on. If it has changed since, the result is a `VersionConflictError`. */
  expectedVersion?: number | null | undefined;
  /** All accounts, at most 20; they replace the existing ones. */
  externalAccounts?: Array<ExternalAccountInput> | null | undefined;
  /** What the partner's own systems call it, e.g. a customer number: 1 to 100 characters, at least one of them visible. */
  externalReference?: string | null | undefined;
  /** The caller's organization, or one below it. */
  id: string;
  /** Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect. */
  idempotencyKey?: string | null | undefined;
  /** Who owns the invoices in the billing system. */
  invoiceOwner?: InvoiceOwner | null | undefined;
  /** The kind of organization it is to the one above it. Cannot be cleared. */
  kind?: OrganizationKind | null | undefined;
  /** All offers; they replace the existing ones. */
  marketplaceOffers?: Array<MarketplaceOfferInput> | null | undefined;
  /** Display name: 1 to 200 characters, at least one of them visible, and not a link. Cannot be cleared. */
  name?: string | null | undefined;
  /** The whole address; it replaces the existing one. */
  primaryAddress?: AddressInput | null | undefined;
};

/** What to change; absent fields stay as they are. */
export type UpdateRoleInput = {
  /** What the role is for, at most 500 characters. Null clears it. */
  description?: string | null | undefined;
  /** The role, which must be one that an organization defined. */
  id: string;
  /** Display name: 1 to 100 characters, at least one of them visible, and not a link. Cannot be cleared. */
  name?: string | null | undefined;
  /** Scopes that the role grants, from `Query.scopes`, limited to those the caller holds on the organization. Replaces the list. */
  scopes?: Array<string> | null | undefined;
};

/** Lengths of the parts of a window, in its time zone. */
export type UsageBucketSize =
  /** Days from midnight. */
  | 'DAY'
  /** Whole hours. */
  | 'HOUR'
  /** Calendar months. */
  | 'MONTH'
  /** Weeks from Monday. */
  | 'WEEK';

/** One metered event. */
export type UsageEventInput = {
  /** Makes the event unique within its organization, 1 to 255 characters. */
  id: string;
  /** Key of a metric that is recorded, e.g. voice_minutes. */
  metric: string;
  /** When it happened. */
  occurredAt: string;
  /** The organization that the usage belongs to: the caller's organization, or one below it. */
  organizationId: string;
  /** How much, at least 0. */
  quantity: string;
};

/** Why an event was not recorded. */
export type UsageEventRejection =
  /** The metric is computed from others and cannot be recorded. */
  | 'DERIVED_METRIC'
  /** Recording usage for this organization requires the `usage:write` scope there. */
  | 'FORBIDDEN'
  /** The id must have 1 to 255 characters, none of them control characters. */
  | 'INVALID_ID'
  /** The quantity must not be negative. */
  | 'INVALID_QUANTITY'
  /** It lies more than 5 minutes ahead. */
  | 'IN_THE_FUTURE'
  /** The organization is missing, deleted, or outside the subtree. */
  | 'ORGANIZATION_NOT_FOUND'
  /** The event is older than the metric accepts, which is 366 days unless the catalog says otherwise. */
  | 'TOO_OLD'
  /** The catalog has no such metric (see `usageMetrics`). */
  | 'UNKNOWN_METRIC';

/** The outcome of an event. */
export type UsageEventStatus =
  /** Recorded durably, and counted from the next read on. */
  | 'ACCEPTED'
  /** The organization already has an event with this id; nothing was changed. */
  | 'DUPLICATE'
  /** Not recorded; `reason` says why. */
  | 'REJECTED';

/** What a usage summary covers. */
export type UsageScope =
  /** This organization and every descendant. */
  | 'ALL'
  /** This organization alone. */
  | 'SINGLE';

export type ContactsQueryVariables = Exact<{
  id?: string | null | undefined;
  kind?: ContactKind | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type ContactsQuery = { organization: { contacts: { totalCount: number, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null }, nodes: Array<{ id: string, kind: ContactKind, name: string, email: string }> } | null } | null };

export type CreateContactMutationVariables = Exact<{
  input: CreateContactInput;
}>;


export type CreateContactMutation = { createContact:
    | { __typename: 'ContactExistsError', contactId: string, code: string }
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'CreateContactPayload', contact: { id: string, kind: ContactKind, name: string, email: string } }
    | { __typename: 'IdempotencyConflictError', code: string }
   | null };

export type UpdateContactMutationVariables = Exact<{
  input: UpdateContactInput;
}>;


export type UpdateContactMutation = { updateContact:
    | { __typename: 'ContactExistsError', contactId: string, code: string }
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'UpdateContactPayload', contact: { id: string, kind: ContactKind, name: string, email: string } }
   | null };

export type DeleteContactMutationVariables = Exact<{
  input: DeleteContactInput;
}>;


export type DeleteContactMutation = { deleteContact:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'DeleteContactPayload', deletedContactId: string }
   | null };

export type CreateApiKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateApiKeyMutation = { createApiKey:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'CreateApiKeyPayload', secret: string, apiKey: { id: string, name: string, preview: string, scopes: Array<string>, expiresAt: string | null, revokedAt: string | null } }
    | { __typename: 'IdempotencyConflictError', code: string }
    | { __typename: 'ScopeEscalationError', missingScopes: Array<string>, code: string }
    | { __typename: 'SecretShownBeforeError', credentialId: string, code: string }
   | null };

export type UpdateApiKeyMutationVariables = Exact<{
  input: UpdateApiKeyInput;
}>;


export type UpdateApiKeyMutation = { updateApiKey:
    | { __typename: 'ApiKeyRevokedError', code: string }
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'ScopeEscalationError', missingScopes: Array<string>, code: string }
    | { __typename: 'UpdateApiKeyPayload', apiKey: { id: string, name: string } }
   | null };

export type RevokeApiKeyMutationVariables = Exact<{
  input: RevokeApiKeyInput;
}>;


export type RevokeApiKeyMutation = { revokeApiKey:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'RevokeApiKeyPayload', revokedApiKeyIds: Array<string>, issuedKeyCount: number, apiKey: { id: string, revokedAt: string | null } | null }
    | { __typename: 'ScopeEscalationError', missingScopes: Array<string>, code: string }
   | null };

export type CreatePersonalAccessTokenMutationVariables = Exact<{
  input: CreatePersonalAccessTokenInput;
}>;


export type CreatePersonalAccessTokenMutation = { createPersonalAccessToken:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'CreatePersonalAccessTokenPayload', secret: string, personalAccessToken: { id: string, name: string, preview: string, expiresAt: string | null, revokedAt: string | null } }
    | { __typename: 'IdempotencyConflictError', code: string }
    | { __typename: 'SecretShownBeforeError', credentialId: string, code: string }
   | null };

export type RevokePersonalAccessTokenMutationVariables = Exact<{
  input: RevokePersonalAccessTokenInput;
}>;


export type RevokePersonalAccessTokenMutation = { revokePersonalAccessToken:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'RevokePersonalAccessTokenPayload', personalAccessToken: { id: string, revokedAt: string | null } }
   | null };

export type AuditLogQueryVariables = Exact<{
  id?: string | null | undefined;
  includeDescendants?: boolean;
  actions?: Array<string> | string | null | undefined;
  first?: number | null | undefined;
}>;


export type AuditLogQuery = { organization: { auditLog: { totalCount: number, nodes: Array<{ action: string, viaAncestor: boolean, targetType: string, targetId: string, before: unknown, after: unknown, refusal: string | null, requestId: string, actor: { kind: CredentialKind, apiKeyName: string | null, user: { email: string } | null }, actingOrganization: { slug: string } | null, organization: { slug: string } }> } | null } | null };

export type InvitationFactsFragment = { id: string, email: string, status: InvitationStatus, expiresAt: string, roles: Array<{ key: string }>, invitedBy: { kind: CredentialKind, apiKeyName: string | null, user: { email: string } | null, organization: { slug: string } | null }, delivery: { status: DeliveryStatus, attempts: number, lastError: string | null, sentAt: string | null } };

export type CreateInvitationMutationVariables = Exact<{
  input: CreateInvitationInput;
}>;


export type CreateInvitationMutation = { createInvitation:
    | { __typename: 'AlreadyMemberError', code: string }
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'CreateInvitationPayload', ignoredRoles: Array<string>, invitation: { id: string, email: string, status: InvitationStatus, expiresAt: string, roles: Array<{ key: string }>, invitedBy: { kind: CredentialKind, apiKeyName: string | null, user: { email: string } | null, organization: { slug: string } | null }, delivery: { status: DeliveryStatus, attempts: number, lastError: string | null, sentAt: string | null } } }
    | { __typename: 'EmailNotVerifiedError', code: string }
    | { __typename: 'IdempotencyConflictError', code: string }
    | { __typename: 'InvitationExistsError', code: string, pendingInvitation: { id: string } | null }
    | { __typename: 'InvitationLimitError', code: string }
    | { __typename: 'NoValidRoleError', ignoredRoles: Array<string>, code: string }
    | { __typename: 'RoleEscalationError', missingScopes: Array<string>, code: string }
   | null };

export type InviteUsersMutationVariables = Exact<{
  input: InviteUsersInput;
}>;


export type InviteUsersMutation = { inviteUsers:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'IdempotencyConflictError', code: string }
    | { __typename: 'InviteUsersPayload', results: Array<{ email: string, ignoredRoles: Array<string>, invitation: { id: string, status: InvitationStatus, roles: Array<{ key: string }> } | null, error:
          | { __typename: 'AlreadyMemberError', code: string }
          | { __typename: 'ApiKeyRevokedError', code: string }
          | { __typename: 'BillingNotReadyError', code: string }
          | { __typename: 'BillingPortalError', code: string }
          | { __typename: 'ContactExistsError', code: string }
          | { __typename: 'ContentionError', code: string }
          | { __typename: 'CycleError', code: string }
          | { __typename: 'DepthLimitError', code: string }
          | { __typename: 'EmailNotVerifiedError', code: string }
          | { __typename: 'ExternalAccountTakenError', code: string }
          | { __typename: 'HasChildrenError', code: string }
          | { __typename: 'IdempotencyConflictError', code: string }
          | { __typename: 'InvitationClosedError', code: string }
          | { __typename: 'InvitationExistsError', code: string }
          | { __typename: 'InvitationInvalidError', code: string }
          | { __typename: 'InvitationLimitError', code: string }
          | { __typename: 'LastAdminError', code: string }
          | { __typename: 'NoValidRoleError', code: string }
          | { __typename: 'ParentDeletedError', code: string }
          | { __typename: 'PlanChangePendingError', code: string }
          | { __typename: 'PlanLimitError', code: string }
          | { __typename: 'RoleEscalationError', code: string }
          | { __typename: 'RoleInUseError', code: string }
          | { __typename: 'RoleKeyTakenError', code: string }
          | { __typename: 'ScopeEscalationError', code: string }
          | { __typename: 'SecretShownBeforeError', code: string }
          | { __typename: 'SlugTakenError', code: string }
          | { __typename: 'UserNotFoundError', code: string }
          | { __typename: 'VersionConflictError', code: string }
         | null }> }
   | null };

export type ResendInvitationMutationVariables = Exact<{
  input: ResendInvitationInput;
}>;


export type ResendInvitationMutation = { resendInvitation:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'EmailNotVerifiedError', code: string }
    | { __typename: 'IdempotencyConflictError', code: string }
    | { __typename: 'InvitationClosedError', code: string }
    | { __typename: 'InvitationLimitError', code: string }
    | { __typename: 'ResendInvitationPayload', invitation: { id: string, email: string, status: InvitationStatus, expiresAt: string, roles: Array<{ key: string }>, invitedBy: { kind: CredentialKind, apiKeyName: string | null, user: { email: string } | null, organization: { slug: string } | null }, delivery: { status: DeliveryStatus, attempts: number, lastError: string | null, sentAt: string | null } } }
    | { __typename: 'RoleEscalationError', code: string }
   | null };

export type RevokeInvitationMutationVariables = Exact<{
  input: RevokeInvitationInput;
}>;


export type RevokeInvitationMutation = { revokeInvitation:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'InvitationClosedError', code: string }
    | { __typename: 'RevokeInvitationPayload', invitation: { id: string, status: InvitationStatus } }
    | { __typename: 'RoleEscalationError', code: string }
   | null };

export type AcceptInvitationMutationVariables = Exact<{
  input: AcceptInvitationInput;
}>;


export type AcceptInvitationMutation = { acceptInvitation:
    | { __typename: 'AcceptInvitationPayload', membership: { id: string, scopes: Array<string>, organization: { slug: string }, roles: Array<{ key: string }> } }
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'IdempotencyConflictError', code: string, message: string }
    | { __typename: 'InvitationInvalidError', code: string, message: string }
   | null };

export type DeclineInvitationMutationVariables = Exact<{
  input: DeclineInvitationInput;
}>;


export type DeclineInvitationMutation = { declineInvitation:
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'DeclineInvitationPayload', invitation: { id: string, status: InvitationStatus, organization: { slug: string }, roles: Array<{ key: string }> } }
    | { __typename: 'InvitationInvalidError', code: string, message: string }
   | null };

export type InvitationPreviewQueryVariables = Exact<{
  token: string;
}>;


export type InvitationPreviewQuery = { invitationPreview: { organizationName: string, email: string, roles: Array<string>, status: InvitationStatus, expiresAt: string } | null };

export type CreateOrganizationMutationVariables = Exact<{
  input: CreateOrganizationInput;
}>;


export type CreateOrganizationMutation = { createOrganization:
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'CreateOrganizationPayload', ignoredRoles: Array<string>, organization: { depth: number | null, parentId: string | null, kind: OrganizationKind, domain: string | null, domainSetupStatus: DomainSetupStatus, invoiceOwner: InvoiceOwner | null, id: string, slug: string, name: string, status: OrganizationStatus, version: number, primaryAddress: { line1: string, city: string, country: string } | null, marketplaceOffers: Array<{ marketplace: Marketplace, url: string }> | null, externalAccounts: Array<{ system: string, accountId: string }> | null, branding: { logoUrl: string | null, primaryColor: string | null } | null, billing: { plan: string, status: string, email: string | null } | null, provisioning: { status: ProvisioningStatus } | null }, membership: { id: string, scopes: Array<string>, user: { id: string }, roles: Array<{ key: string }> } | null, memberships: Array<{ id: string }>, invitations: Array<{ id: string, email: string, status: InvitationStatus, roles: Array<{ key: string }> }>, invitationOutcomes: Array<{ email: string, ignoredRoles: Array<string>, invitation: { id: string } | null, error:
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
          | { code: string }
         | null }> }
    | { __typename: 'DepthLimitError', code: string, limit: number, message: string }
    | { __typename: 'EmailNotVerifiedError', code: string, message: string }
    | { __typename: 'ExternalAccountTakenError', code: string, system: string, accountId: string, message: string }
    | { __typename: 'IdempotencyConflictError', code: string, message: string }
    | { __typename: 'SlugTakenError', code: string, slug: string, reason: SlugUnavailableReason, message: string }
   | null };

export type MoveOrganizationMutationVariables = Exact<{
  input: MoveOrganizationInput;
}>;


export type MoveOrganizationMutation = { moveOrganization:
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'CycleError', code: string, message: string }
    | { __typename: 'DepthLimitError', limit: number, code: string, message: string }
    | { __typename: 'IdempotencyConflictError', code: string, message: string }
    | { __typename: 'MoveOrganizationPayload', pathBefore: string, pathAfter: string, affectedCount: number, dryRun: boolean, organization: { depth: number | null, parentId: string | null, id: string, slug: string, name: string, status: OrganizationStatus, version: number }, adoptedRoles: Array<{ id: string, key: string, scopes: Array<string> }> }
    | { __typename: 'VersionConflictError', currentVersion: number, code: string, message: string }
   | null };

export type DeleteOrganizationMutationVariables = Exact<{
  input: DeleteOrganizationInput;
}>;


export type DeleteOrganizationMutation = { deleteOrganization:
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'DeleteOrganizationPayload', deletedOrganizationIds: Array<string>, removedMemberCount: number, purgeAt: string }
    | { __typename: 'HasChildrenError', childCount: number, code: string, message: string }
    | { __typename: 'VersionConflictError', code: string, message: string }
   | null };

export type RestoreOrganizationMutationVariables = Exact<{
  input: RestoreOrganizationInput;
}>;


export type RestoreOrganizationMutation = { restoreOrganization:
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'ParentDeletedError', code: string, message: string }
    | { __typename: 'RestoreOrganizationPayload', restoredCount: number, organization: { id: string, slug: string, name: string, status: OrganizationStatus, version: number } }
    | { __typename: 'SlugTakenError', code: string, message: string }
   | null };

export type RetryProvisioningMutationVariables = Exact<{
  input: RetryProvisioningInput;
}>;


export type RetryProvisioningMutation = { retryProvisioning:
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'IdempotencyConflictError', code: string, message: string }
    | { __typename: 'RetryProvisioningPayload', organization: { id: string, provisioning: { status: ProvisioningStatus } | null } }
   | null };

export type ProvisioningQueryVariables = Exact<{
  id?: string | null | undefined;
}>;


export type ProvisioningQuery = { organization: { id: string, provisioning: { status: ProvisioningStatus, steps: Array<{ name: ProvisioningStepName, status: ProvisioningStepStatus, attempts: number, error: string | null, finishedAt: string | null, resourceId: string | null }> } | null, billing: { plan: string, status: string, email: string | null, customerId: string | null, subscriptionId: string | null } | null, limits: { concurrency: { limit: number, inUse: number } } | null, inventory: { agents: number, phoneNumbers: number, webWidgets: number, knowledgeBases: number, telephonyTrunks: number } | null } | null };

export type DomainQueryVariables = Exact<{
  id?: string | null | undefined;
}>;


export type DomainQuery = { organization: { domain: string | null, domainSetupStatus: DomainSetupStatus, version: number, domainVerification: { recordType: string, recordName: string, recordValue: string, checkedAt: string | null, verifiedAt: string | null, problem: string | null } | null } | null };

export type SlugAvailabilityQueryVariables = Exact<{
  slug: string;
}>;


export type SlugAvailabilityQuery = { slugAvailability: { slug: string, available: boolean, reason: SlugUnavailableReason | null } | null };

export type LifeCycleFragment = { id: string, slug: string, name: string, status: OrganizationStatus, version: number };

export type UpdateMemberRolesMutationVariables = Exact<{
  input: UpdateMemberRolesInput;
}>;


export type UpdateMemberRolesMutation = { updateMemberRoles:
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'LastAdminError', code: string, message: string }
    | { __typename: 'NoValidRoleError', ignoredRoles: Array<string>, code: string, message: string }
    | { __typename: 'RoleEscalationError', missingScopes: Array<string>, code: string, message: string }
    | { __typename: 'UpdateMemberRolesPayload', ignoredRoles: Array<string>, membership: { id: string, scopes: Array<string>, roles: Array<{ key: string }> } }
   | null };

export type RemoveMemberMutationVariables = Exact<{
  input: RemoveMemberInput;
}>;


export type RemoveMemberMutation = { removeMember:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'LastAdminError', code: string }
    | { __typename: 'RemoveMemberPayload', removedMembershipId: string }
    | { __typename: 'RoleEscalationError', missingScopes: Array<string>, code: string }
   | null };

export type AddMemberMutationVariables = Exact<{
  input: AddMemberInput;
}>;


export type AddMemberMutation = { addMember:
    | { __typename: 'AddMemberPayload', ignoredRoles: Array<string>, membership: { id: string, user: { email: string }, organization: { slug: string }, roles: Array<{ key: string }> } }
    | { __typename: 'AlreadyMemberError', code: string }
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'IdempotencyConflictError', code: string }
    | { __typename: 'NoValidRoleError', code: string }
    | { __typename: 'RoleEscalationError', code: string }
    | { __typename: 'UserNotFoundError', code: string }
   | null };

export type CreateRoleMutationVariables = Exact<{
  input: CreateRoleInput;
}>;


export type CreateRoleMutation = { createRole:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'CreateRolePayload', role: { id: string, key: string, name: string, description: string | null, scopes: Array<string>, builtIn: boolean } }
    | { __typename: 'IdempotencyConflictError', code: string }
    | { __typename: 'RoleEscalationError', missingScopes: Array<string>, code: string }
    | { __typename: 'RoleKeyTakenError', code: string }
   | null };

export type UpdateRoleMutationVariables = Exact<{
  input: UpdateRoleInput;
}>;


export type UpdateRoleMutation = { updateRole:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'RoleEscalationError', missingScopes: Array<string>, code: string }
    | { __typename: 'RoleKeyTakenError', code: string }
    | { __typename: 'UpdateRolePayload', role: { id: string, key: string, name: string, description: string | null, scopes: Array<string> } }
   | null };

export type DeleteRoleMutationVariables = Exact<{
  input: DeleteRoleInput;
}>;


export type DeleteRoleMutation = { deleteRole:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'DeleteRolePayload', deletedRoleId: string }
    | { __typename: 'RoleEscalationError', code: string }
    | { __typename: 'RoleInUseError', memberCount: number, invitationCount: number, code: string }
   | null };

export type LeaveOrganizationMutationVariables = Exact<{
  input: LeaveOrganizationInput;
}>;


export type LeaveOrganizationMutation = { leaveOrganization:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'LastAdminError', code: string }
    | { __typename: 'LeaveOrganizationPayload', removedMembershipId: string }
   | null };

export type OrganizationFactsFragment = { id: string, slug: string, name: string, kind: OrganizationKind, status: OrganizationStatus, domain: string | null, domainSetupStatus: DomainSetupStatus, parentId: string | null, depth: number | null };

export type OrganizationQueryVariables = Exact<{
  id?: string | null | undefined;
  slug?: string | null | undefined;
}>;


export type OrganizationQuery = { organization: { hasChildren: boolean | null, childCount: number | null, descendantCount: number | null, id: string, slug: string, name: string, kind: OrganizationKind, status: OrganizationStatus, domain: string | null, domainSetupStatus: DomainSetupStatus, parentId: string | null, depth: number | null, parent: { slug: string } | null, ancestors: Array<{ slug: string }> | null, viewerAccess: { kind: AccessKind, canSignIn: boolean, scopes: Array<string> } | null } | null };

export type ChildrenQueryVariables = Exact<{
  id?: string | null | undefined;
  orderBy?: OrganizationOrder | null | undefined;
  kind?: OrganizationKind | null | undefined;
  includeDeleted?: boolean | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type ChildrenQuery = { organization: { children: { totalCount: number, nodes: Array<{ slug: string }>, edges: Array<{ cursor: string, node: { slug: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null } | null };

export type DescendantsQueryVariables = Exact<{
  id?: string | null | undefined;
  search?: string | null | undefined;
  kind?: OrganizationKind | null | undefined;
  maxDepth?: number | null | undefined;
  includeDeleted?: boolean | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type DescendantsQuery = { organization: { descendants: { totalCount: number, edges: Array<{ cursor: string, depth: number, path: string, matchedOn: Array<SearchField>, node: { id: string, slug: string, name: string, kind: OrganizationKind, status: OrganizationStatus, domain: string | null, domainSetupStatus: DomainSetupStatus, parentId: string | null, depth: number | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null } | null };

export type SuspendOrganizationMutationVariables = Exact<{
  input: SuspendOrganizationInput;
}>;


export type SuspendOrganizationMutation = { suspendOrganization:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'IdempotencyConflictError', code: string }
    | { __typename: 'SuspendOrganizationPayload', organization: { id: string, status: OrganizationStatus, version: number } }
    | { __typename: 'VersionConflictError', code: string }
   | null };

export type ResumeOrganizationMutationVariables = Exact<{
  input: ResumeOrganizationInput;
}>;


export type ResumeOrganizationMutation = { resumeOrganization:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'IdempotencyConflictError', code: string }
    | { __typename: 'ResumeOrganizationPayload', organization: { id: string, status: OrganizationStatus, version: number } }
    | { __typename: 'VersionConflictError', code: string }
   | null };

export type UpdateOrganizationMutationVariables = Exact<{
  input: UpdateOrganizationInput;
}>;


export type UpdateOrganizationMutation = { updateOrganization:
    | { __typename: 'ContentionError', code: string }
    | { __typename: 'ExternalAccountTakenError', system: string, accountId: string, code: string }
    | { __typename: 'IdempotencyConflictError', code: string }
    | { __typename: 'UpdateOrganizationPayload', organization: { slug: string, name: string, kind: OrganizationKind, domain: string | null, domainSetupStatus: DomainSetupStatus, version: number, invoiceOwner: InvoiceOwner | null, primaryAddress: { line1: string, line2: string | null, city: string, state: string, zip: string, country: string } | null, marketplaceOffers: Array<{ marketplace: Marketplace, url: string }> | null, externalAccounts: Array<{ id: string, system: string, accountId: string }> | null, branding: { logoUrl: string | null, primaryColor: string | null, secondaryColor: string | null } | null } }
    | { __typename: 'VersionConflictError', currentVersion: number, code: string }
   | null };

export type MembersQueryVariables = Exact<{
  id?: string | null | undefined;
  search?: string | null | undefined;
  roles?: Array<string> | string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type MembersQuery = { organization: { members: { totalCount: number, nodes: Array<{ scopes: Array<string>, user: { email: string, name: string | null }, roles: Array<{ key: string }>, organization: { slug: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null } | null };

export type PeopleQueryVariables = Exact<{
  id?: string | null | undefined;
  search?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  memberships?: number;
}>;


export type PeopleQuery = { organization: { people: { totalCount: number, nodes: Array<{ user: { email: string }, memberships: Array<{ organization: { slug: string }, roles: Array<{ key: string }> }> | null }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null } | null };

export type InvitationsQueryVariables = Exact<{
  id?: string | null | undefined;
  status?: Array<InvitationStatus> | InvitationStatus | null | undefined;
}>;


export type InvitationsQuery = { organization: { invitations: { totalCount: number, nodes: Array<{ id: string, email: string, status: InvitationStatus, expiresAt: string, roles: Array<{ key: string }>, invitedBy: { kind: CredentialKind, apiKeyName: string | null, user: { email: string } | null, organization: { slug: string } | null }, delivery: { status: DeliveryStatus, attempts: number, lastError: string | null, sentAt: string | null } }> } | null } | null };

export type OwnMembershipsQueryVariables = Exact<{ [key: string]: never; }>;


export type OwnMembershipsQuery = { viewer: { memberships: { totalCount: number, nodes: Array<{ scopes: Array<string>, organization: { id: string, slug: string, name: string }, roles: Array<{ key: string }> }> } | null, invitations: { totalCount: number, nodes: Array<{ email: string, organization: { slug: string, name: string }, roles: Array<{ key: string }> }> } | null } };

export type PlansQueryVariables = Exact<{ [key: string]: never; }>;


export type PlansQuery = { plans: Array<{ key: string, name: string, description: string | null, maxConcurrentCalls: number }> | null };

export type PlanOfQueryVariables = Exact<{
  id?: string | null | undefined;
}>;


export type PlanOfQuery = { organization: { version: number, billing: { plan: string, status: string, subscriptionId: string | null, planChange: { plan: string, status: PlanChangeStatus, error: string | null, requestedAt: string, finishedAt: string | null } | null } | null, limits: { concurrency: { limit: number, inUse: number } } | null } | null };

export type ChangePlanMutationVariables = Exact<{
  input: ChangePlanInput;
}>;


export type ChangePlanMutation = { changePlan:
    | { __typename: 'BillingNotReadyError', code: string, message: string }
    | { __typename: 'ChangePlanPayload', organization: { id: string, version: number, billing: { plan: string, planChange: { plan: string, status: PlanChangeStatus } | null } | null } }
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'IdempotencyConflictError', code: string, message: string }
    | { __typename: 'PlanChangePendingError', plan: string, code: string, message: string }
    | { __typename: 'PlanLimitError', limit: PlanLimitKind, allowed: number, inUse: number, code: string, message: string }
    | { __typename: 'VersionConflictError', currentVersion: number, code: string, message: string }
   | null };

export type OpenBillingPortalMutationVariables = Exact<{
  input: OpenBillingPortalInput;
}>;


export type OpenBillingPortalMutation = { openBillingPortal:
    | { __typename: 'BillingNotReadyError', code: string, message: string }
    | { __typename: 'BillingPortalError', reason: BillingPortalFailure, code: string, message: string }
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'OpenBillingPortalPayload', url: string }
   | null };

export type UsageQueryVariables = Exact<{
  id?: string | null | undefined;
  from: string;
  to: string;
  scope: UsageScope;
  keys?: Array<string> | string | null | undefined;
}>;


export type UsageQuery = { organization: { usage: { from: string, to: string, scope: UsageScope, organizationCount: number, asOf: string, metrics: Array<{ value: string, metric: { key: string } }> | null } | null } | null };

export type UsageBucketsQueryVariables = Exact<{
  id?: string | null | undefined;
  from: string;
  to: string;
  scope: UsageScope;
  size: UsageBucketSize;
  keys?: Array<string> | string | null | undefined;
}>;


export type UsageBucketsQuery = { organization: { usage: { buckets: Array<{ from: string, to: string, metrics: Array<{ value: string, metric: { key: string } }> }> | null } | null } | null };

export type UsageInZoneQueryVariables = Exact<{
  id?: string | null | undefined;
  from: string;
  to: string;
  scope: UsageScope;
  size: UsageBucketSize;
  timeZone?: string | null | undefined;
}>;


export type UsageInZoneQuery = { organization: { usage: { buckets: Array<{ from: string, to: string, metrics: Array<{ value: string }> }> | null, previous: { from: string, to: string, metrics: Array<{ value: string }> | null } | null } | null } | null };

export type UsageByChildQueryVariables = Exact<{
  id?: string | null | undefined;
  from: string;
  to: string;
  scope: UsageScope;
  metric: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type UsageByChildQuery = { organization: { usage: { byChild: { edges: Array<{ cursor: string, own: string, subtree: string, share: number, node: { slug: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null } | null };

export type RecordUsageMutationVariables = Exact<{
  input: RecordUsageInput;
}>;


export type RecordUsageMutation = { recordUsage:
    | { __typename: 'ContentionError', code: string, message: string }
    | { __typename: 'RecordUsagePayload', acceptedCount: number, duplicateCount: number, results: Array<{ id: string, status: UsageEventStatus, reason: UsageEventRejection | null }> }
   | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { scopes: Array<string>, credential: { kind: CredentialKind, id: string | null, name: string | null, expiresAt: string | null }, user: { id: string, email: string, name: string | null } | null, organization: { id: string, slug: string } | null } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const InvitationFactsFragmentDoc = new TypedDocumentString(`
    fragment InvitationFacts on Invitation {
  id
  email
  status
  expiresAt
  roles {
    key
  }
  invitedBy {
    kind
    apiKeyName
    user {
      email
    }
    organization {
      slug
    }
  }
  delivery {
    status
    attempts
    lastError
    sentAt
  }
}
    `, {"fragmentName":"InvitationFacts"}) as unknown as TypedDocumentString<InvitationFactsFragment, unknown>;
export const LifeCycleFragmentDoc = new TypedDocumentString(`
    fragment LifeCycle on Organization {
  id
  slug
  name
  status
  version
}
    `, {"fragmentName":"LifeCycle"}) as unknown as TypedDocumentString<LifeCycleFragment, unknown>;
export const OrganizationFactsFragmentDoc = new TypedDocumentString(`
    fragment OrganizationFacts on Organization {
  id
  slug
  name
  kind
  status
  domain
  domainSetupStatus
  parentId
  depth
}
    `, {"fragmentName":"OrganizationFacts"}) as unknown as TypedDocumentString<OrganizationFactsFragment, unknown>;
export const ContactsDocument = new TypedDocumentString(`
    query Contacts($id: ID, $kind: ContactKind, $first: Int, $after: String, $last: Int, $before: String) {
  organization(id: $id) {
    contacts(
      kind: $kind
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      totalCount
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
      nodes {
        id
        kind
        name
        email
      }
    }
  }
}
    `, {"hash":"sha256:189da52ed5f9d49b9db5c9ed6542a77796f699cd5328b36c09bd4bde903f7b44"}) as unknown as TypedDocumentString<ContactsQuery, ContactsQueryVariables>;
export const CreateContactDocument = new TypedDocumentString(`
    mutation CreateContact($input: CreateContactInput!) {
  createContact(input: $input) {
    __typename
    ... on CreateContactPayload {
      contact {
        id
        kind
        name
        email
      }
    }
    ... on ContactExistsError {
      contactId
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:de4471f1e9147db9cc054dec1db71c982bd5bd900a982bfbcd02bf8dfc868a21"}) as unknown as TypedDocumentString<CreateContactMutation, CreateContactMutationVariables>;
export const UpdateContactDocument = new TypedDocumentString(`
    mutation UpdateContact($input: UpdateContactInput!) {
  updateContact(input: $input) {
    __typename
    ... on UpdateContactPayload {
      contact {
        id
        kind
        name
        email
      }
    }
    ... on ContactExistsError {
      contactId
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:ad47b4e8eef5108cd2f5cc1f8e1b598e85d33c1d0b7caaf585b6688db66c6c09"}) as unknown as TypedDocumentString<UpdateContactMutation, UpdateContactMutationVariables>;
export const DeleteContactDocument = new TypedDocumentString(`
    mutation DeleteContact($input: DeleteContactInput!) {
  deleteContact(input: $input) {
    __typename
    ... on DeleteContactPayload {
      deletedContactId
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:801435501ededdb5af24736464e21f8f93a9543e418c5f3b068f0d36282343a4"}) as unknown as TypedDocumentString<DeleteContactMutation, DeleteContactMutationVariables>;
export const CreateApiKeyDocument = new TypedDocumentString(`
    mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    __typename
    ... on CreateApiKeyPayload {
      apiKey {
        id
        name
        preview
        scopes
        expiresAt
        revokedAt
      }
      secret
    }
    ... on ScopeEscalationError {
      missingScopes
    }
    ... on SecretShownBeforeError {
      credentialId
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:82d712b38a7a232b342f4fcb438c9ad3e960a6da432610dd0db3e834c2473562"}) as unknown as TypedDocumentString<CreateApiKeyMutation, CreateApiKeyMutationVariables>;
export const UpdateApiKeyDocument = new TypedDocumentString(`
    mutation UpdateApiKey($input: UpdateApiKeyInput!) {
  updateApiKey(input: $input) {
    __typename
    ... on UpdateApiKeyPayload {
      apiKey {
        id
        name
      }
    }
    ... on ScopeEscalationError {
      missingScopes
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:a9f691065fb1569f89793e80f791485123a3957cceb08afb4045f2d7aea98da8"}) as unknown as TypedDocumentString<UpdateApiKeyMutation, UpdateApiKeyMutationVariables>;
export const RevokeApiKeyDocument = new TypedDocumentString(`
    mutation RevokeApiKey($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) {
    __typename
    ... on RevokeApiKeyPayload {
      apiKey {
        id
        revokedAt
      }
      revokedApiKeyIds
      issuedKeyCount
    }
    ... on ScopeEscalationError {
      missingScopes
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:99ad8033a1e8561e7aa9701730ed78b318b3aa956037a7e58d5d7695a11ba182"}) as unknown as TypedDocumentString<RevokeApiKeyMutation, RevokeApiKeyMutationVariables>;
export const CreatePersonalAccessTokenDocument = new TypedDocumentString(`
    mutation CreatePersonalAccessToken($input: CreatePersonalAccessTokenInput!) {
  createPersonalAccessToken(input: $input) {
    __typename
    ... on CreatePersonalAccessTokenPayload {
      personalAccessToken {
        id
        name
        preview
        expiresAt
        revokedAt
      }
      secret
    }
    ... on SecretShownBeforeError {
      credentialId
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:4e2ae1a8ab394162b9918c21b8bb698dfea7e69aba1359031bcabcdb1a32ed03"}) as unknown as TypedDocumentString<CreatePersonalAccessTokenMutation, CreatePersonalAccessTokenMutationVariables>;
export const RevokePersonalAccessTokenDocument = new TypedDocumentString(`
    mutation RevokePersonalAccessToken($input: RevokePersonalAccessTokenInput!) {
  revokePersonalAccessToken(input: $input) {
    __typename
    ... on RevokePersonalAccessTokenPayload {
      personalAccessToken {
        id
        revokedAt
      }
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:1b8c3532dab576982bb1d604d855d3e0deb37571ef433c24e7e41a5749184ebd"}) as unknown as TypedDocumentString<RevokePersonalAccessTokenMutation, RevokePersonalAccessTokenMutationVariables>;
export const AuditLogDocument = new TypedDocumentString(`
    query AuditLog($id: ID, $includeDescendants: Boolean! = false, $actions: [String!], $first: Int) {
  organization(id: $id) {
    auditLog(
      includeDescendants: $includeDescendants
      actions: $actions
      first: $first
    ) {
      totalCount
      nodes {
        action
        actor {
          kind
          apiKeyName
          user {
            email
          }
        }
        actingOrganization {
          slug
        }
        organization {
          slug
        }
        viaAncestor
        targetType
        targetId
        before
        after
        refusal
        requestId
      }
    }
  }
}
    `, {"hash":"sha256:0de640a37cd1a2cf6a61f245e26ccfe31d6a5185b92e1b60d48a41a8e7652f66"}) as unknown as TypedDocumentString<AuditLogQuery, AuditLogQueryVariables>;
export const CreateInvitationDocument = new TypedDocumentString(`
    mutation CreateInvitation($input: CreateInvitationInput!) {
  createInvitation(input: $input) {
    __typename
    ... on CreateInvitationPayload {
      invitation {
        ...InvitationFacts
      }
      ignoredRoles
    }
    ... on InvitationExistsError {
      pendingInvitation {
        id
      }
    }
    ... on NoValidRoleError {
      ignoredRoles
    }
    ... on RoleEscalationError {
      missingScopes
    }
    ... on UserError {
      code
    }
  }
}
    fragment InvitationFacts on Invitation {
  id
  email
  status
  expiresAt
  roles {
    key
  }
  invitedBy {
    kind
    apiKeyName
    user {
      email
    }
    organization {
      slug
    }
  }
  delivery {
    status
    attempts
    lastError
    sentAt
  }
}`, {"hash":"sha256:ea3a1734551b112c26899d6d8f81440efdfa0557ea2685b6eed66e4ab3ba8112"}) as unknown as TypedDocumentString<CreateInvitationMutation, CreateInvitationMutationVariables>;
export const InviteUsersDocument = new TypedDocumentString(`
    mutation InviteUsers($input: InviteUsersInput!) {
  inviteUsers(input: $input) {
    __typename
    ... on UserError {
      code
    }
    ... on InviteUsersPayload {
      results {
        email
        invitation {
          id
          status
          roles {
            key
          }
        }
        error {
          __typename
          code
        }
        ignoredRoles
      }
    }
  }
}
    `, {"hash":"sha256:2e266bb992e87e5decf6030db214b9b627073b4acb5a15dda316242d2270c976"}) as unknown as TypedDocumentString<InviteUsersMutation, InviteUsersMutationVariables>;
export const ResendInvitationDocument = new TypedDocumentString(`
    mutation ResendInvitation($input: ResendInvitationInput!) {
  resendInvitation(input: $input) {
    __typename
    ... on ResendInvitationPayload {
      invitation {
        ...InvitationFacts
      }
    }
    ... on UserError {
      code
    }
  }
}
    fragment InvitationFacts on Invitation {
  id
  email
  status
  expiresAt
  roles {
    key
  }
  invitedBy {
    kind
    apiKeyName
    user {
      email
    }
    organization {
      slug
    }
  }
  delivery {
    status
    attempts
    lastError
    sentAt
  }
}`, {"hash":"sha256:e75af1a1ac7d7b9c8b2b016af29b660ff07b2863d0bc6489721b7f4fbf3432fb"}) as unknown as TypedDocumentString<ResendInvitationMutation, ResendInvitationMutationVariables>;
export const RevokeInvitationDocument = new TypedDocumentString(`
    mutation RevokeInvitation($input: RevokeInvitationInput!) {
  revokeInvitation(input: $input) {
    __typename
    ... on RevokeInvitationPayload {
      invitation {
        id
        status
      }
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:12a30f12af0b9bdc4b2eaac0a9d93f9e268bd934fcbad15b815a85b4342956d7"}) as unknown as TypedDocumentString<RevokeInvitationMutation, RevokeInvitationMutationVariables>;
export const AcceptInvitationDocument = new TypedDocumentString(`
    mutation AcceptInvitation($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) {
    __typename
    ... on AcceptInvitationPayload {
      membership {
        id
        organization {
          slug
        }
        roles {
          key
        }
        scopes
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
    `, {"hash":"sha256:15b6d1cd235b3e62f733b45acce049248aa5fc9a1e640e1864ba3d26f1d08850"}) as unknown as TypedDocumentString<AcceptInvitationMutation, AcceptInvitationMutationVariables>;
export const DeclineInvitationDocument = new TypedDocumentString(`
    mutation DeclineInvitation($input: DeclineInvitationInput!) {
  declineInvitation(input: $input) {
    __typename
    ... on DeclineInvitationPayload {
      invitation {
        id
        status
        organization {
          slug
        }
        roles {
          key
        }
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
    `, {"hash":"sha256:9a4a1e70a8b78ccf773da7890a3e8c3146d4264fb1af9cc608c4f0938f282e2c"}) as unknown as TypedDocumentString<DeclineInvitationMutation, DeclineInvitationMutationVariables>;
export const InvitationPreviewDocument = new TypedDocumentString(`
    query InvitationPreview($token: String!) {
  invitationPreview(token: $token) {
    organizationName
    email
    roles
    status
    expiresAt
  }
}
    `, {"hash":"sha256:a3709cf74c5c258ecfc8afe5e527f76f8e2e93412f417943e57ce15f39eeb109"}) as unknown as TypedDocumentString<InvitationPreviewQuery, InvitationPreviewQueryVariables>;
export const CreateOrganizationDocument = new TypedDocumentString(`
    mutation CreateOrganization($input: CreateOrganizationInput!) {
  createOrganization(input: $input) {
    __typename
    ... on CreateOrganizationPayload {
      organization {
        ...LifeCycle
        depth
        parentId
        kind
        domain
        domainSetupStatus
        primaryAddress {
          line1
          city
          country
        }
        marketplaceOffers {
          marketplace
          url
        }
        externalAccounts {
          system
          accountId
        }
        invoiceOwner
        branding {
          logoUrl
          primaryColor
        }
        billing {
          plan
          status
          email
        }
        provisioning {
          status
        }
      }
      membership {
        id
        user {
          id
        }
        roles {
          key
        }
        scopes
      }
      memberships {
        id
      }
      invitations {
        id
        email
        roles {
          key
        }
        status
      }
      invitationOutcomes {
        email
        invitation {
          id
        }
        error {
          code
        }
        ignoredRoles
      }
      ignoredRoles
    }
    ... on SlugTakenError {
      code
      slug
      reason
    }
    ... on DepthLimitError {
      code
      limit
    }
    ... on ExternalAccountTakenError {
      code
      system
      accountId
    }
    ... on UserError {
      code
      message
    }
  }
}
    fragment LifeCycle on Organization {
  id
  slug
  name
  status
  version
}`, {"hash":"sha256:fad9307659e81e6cf3d653f9edd9012e5df74dd6159c75e52402c3a99a4537ed"}) as unknown as TypedDocumentString<CreateOrganizationMutation, CreateOrganizationMutationVariables>;
export const MoveOrganizationDocument = new TypedDocumentString(`
    mutation MoveOrganization($input: MoveOrganizationInput!) {
  moveOrganization(input: $input) {
    __typename
    ... on MoveOrganizationPayload {
      organization {
        ...LifeCycle
        depth
        parentId
      }
      pathBefore
      pathAfter(separator: "/")
      affectedCount
      adoptedRoles {
        id
        key
        scopes
      }
      dryRun
    }
    ... on DepthLimitError {
      limit
    }
    ... on VersionConflictError {
      currentVersion
    }
    ... on UserError {
      code
      message
    }
  }
}
    fragment LifeCycle on Organization {
  id
  slug
  name
  status
  version
}`, {"hash":"sha256:53910bfef43b144a510e4aca638f3dc7ba2aa2ab3a7ecf6b34a41afd81773540"}) as unknown as TypedDocumentString<MoveOrganizationMutation, MoveOrganizationMutationVariables>;
export const DeleteOrganizationDocument = new TypedDocumentString(`
    mutation DeleteOrganization($input: DeleteOrganizationInput!) {
  deleteOrganization(input: $input) {
    __typename
    ... on DeleteOrganizationPayload {
      deletedOrganizationIds
      removedMemberCount
      purgeAt
    }
    ... on HasChildrenError {
      childCount
    }
    ... on UserError {
      code
      message
    }
  }
}
    `, {"hash":"sha256:819874bbf9cbb1ef117833470c376fc17baf2a0c30800825d06ab39b1d3c359c"}) as unknown as TypedDocumentString<DeleteOrganizationMutation, DeleteOrganizationMutationVariables>;
export const RestoreOrganizationDocument = new TypedDocumentString(`
    mutation RestoreOrganization($input: RestoreOrganizationInput!) {
  restoreOrganization(input: $input) {
    __typename
    ... on RestoreOrganizationPayload {
      organization {
        ...LifeCycle
      }
      restoredCount
    }
    ... on UserError {
      code
      message
    }
  }
}
    fragment LifeCycle on Organization {
  id
  slug
  name
  status
  version
}`, {"hash":"sha256:c64ecad9685166a76bd7262760102a699b4b4150420cbb5614f575a125939e11"}) as unknown as TypedDocumentString<RestoreOrganizationMutation, RestoreOrganizationMutationVariables>;
export const RetryProvisioningDocument = new TypedDocumentString(`
    mutation RetryProvisioning($input: RetryProvisioningInput!) {
  retryProvisioning(input: $input) {
    __typename
    ... on RetryProvisioningPayload {
      organization {
        id
        provisioning {
          status
        }
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
    `, {"hash":"sha256:a6338922648a166ed0d9511a3c3e07d3704eb198be79f1b3dba485846a9b3b5f"}) as unknown as TypedDocumentString<RetryProvisioningMutation, RetryProvisioningMutationVariables>;
export const ProvisioningDocument = new TypedDocumentString(`
    query Provisioning($id: ID) {
  organization(id: $id) {
    id
    provisioning {
      status
      steps {
        name
        status
        attempts
        error
        finishedAt
        resourceId
      }
    }
    billing {
      plan
      status
      email
      customerId
      subscriptionId
    }
    limits {
      concurrency {
        limit
        inUse
      }
    }
    inventory {
      agents
      phoneNumbers
      webWidgets
      knowledgeBases
      telephonyTrunks
    }
  }
}
    `, {"hash":"sha256:0ff52bd2cf8e99b19433040e8f80b8b64db8302e60d8be707ca2eca889045413"}) as unknown as TypedDocumentString<ProvisioningQuery, ProvisioningQueryVariables>;
export const DomainDocument = new TypedDocumentString(`
    query Domain($id: ID) {
  organization(id: $id) {
    domain
    domainSetupStatus
    version
    domainVerification {
      recordType
      recordName
      recordValue
      checkedAt
      verifiedAt
      problem
    }
  }
}
    `, {"hash":"sha256:a07506ff0f499cbd8a3f59e91f425b29607ab2b89488198b0624058e184ceafc"}) as unknown as TypedDocumentString<DomainQuery, DomainQueryVariables>;
export const SlugAvailabilityDocument = new TypedDocumentString(`
    query SlugAvailability($slug: String!) {
  slugAvailability(slug: $slug) {
    slug
    available
    reason
  }
}
    `, {"hash":"sha256:2a3ae6b2d38e16a0fad6311596c7db8ebd8d20641ebc6ebab866fb28dbe254f7"}) as unknown as TypedDocumentString<SlugAvailabilityQuery, SlugAvailabilityQueryVariables>;
export const UpdateMemberRolesDocument = new TypedDocumentString(`
    mutation UpdateMemberRoles($input: UpdateMemberRolesInput!) {
  updateMemberRoles(input: $input) {
    __typename
    ... on UpdateMemberRolesPayload {
      membership {
        id
        roles {
          key
        }
        scopes
      }
      ignoredRoles
    }
    ... on NoValidRoleError {
      ignoredRoles
    }
    ... on RoleEscalationError {
      missingScopes
    }
    ... on UserError {
      code
      message
    }
  }
}
    `, {"hash":"sha256:8859f18dcec84706d6a92e98c6469679bbc2f1d2158cac75053c6a6b82cbd147"}) as unknown as TypedDocumentString<UpdateMemberRolesMutation, UpdateMemberRolesMutationVariables>;
export const RemoveMemberDocument = new TypedDocumentString(`
    mutation RemoveMember($input: RemoveMemberInput!) {
  removeMember(input: $input) {
    __typename
    ... on RemoveMemberPayload {
      removedMembershipId
    }
    ... on RoleEscalationError {
      missingScopes
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:29240e48a3cc4fb2ff06f86634ba1c7ef67b4206509ff26a9f6acd6f2a4b7d3f"}) as unknown as TypedDocumentString<RemoveMemberMutation, RemoveMemberMutationVariables>;
export const AddMemberDocument = new TypedDocumentString(`
    mutation AddMember($input: AddMemberInput!) {
  addMember(input: $input) {
    __typename
    ... on AddMemberPayload {
      membership {
        id
        user {
          email
        }
        organization {
          slug
        }
        roles {
          key
        }
      }
      ignoredRoles
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:f3b00af1669ee70b61ad8188e92e104810516e156f0c26002fa1538d9dff1b83"}) as unknown as TypedDocumentString<AddMemberMutation, AddMemberMutationVariables>;
export const CreateRoleDocument = new TypedDocumentString(`
    mutation CreateRole($input: CreateRoleInput!) {
  createRole(input: $input) {
    __typename
    ... on CreateRolePayload {
      role {
        id
        key
        name
        description
        scopes
        builtIn
      }
    }
    ... on RoleEscalationError {
      missingScopes
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:45b70e6f60215550facf28bf08b69831ecf3da9eb7b81ba3e9da91db260a9f21"}) as unknown as TypedDocumentString<CreateRoleMutation, CreateRoleMutationVariables>;
export const UpdateRoleDocument = new TypedDocumentString(`
    mutation UpdateRole($input: UpdateRoleInput!) {
  updateRole(input: $input) {
    __typename
    ... on UpdateRolePayload {
      role {
        id
        key
        name
        description
        scopes
      }
    }
    ... on RoleEscalationError {
      missingScopes
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:d740b45f1db380f1e69c5be8f7b36a48f73ea4afb57825423ee528f8123d8907"}) as unknown as TypedDocumentString<UpdateRoleMutation, UpdateRoleMutationVariables>;
export const DeleteRoleDocument = new TypedDocumentString(`
    mutation DeleteRole($input: DeleteRoleInput!) {
  deleteRole(input: $input) {
    __typename
    ... on DeleteRolePayload {
      deletedRoleId
    }
    ... on RoleInUseError {
      memberCount
      invitationCount
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:cc21b7d71d99af5d7f962771969b47a01be794d689d01008e1fc045a0ad2f4ea"}) as unknown as TypedDocumentString<DeleteRoleMutation, DeleteRoleMutationVariables>;
export const LeaveOrganizationDocument = new TypedDocumentString(`
    mutation LeaveOrganization($input: LeaveOrganizationInput!) {
  leaveOrganization(input: $input) {
    __typename
    ... on LeaveOrganizationPayload {
      removedMembershipId
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:2a63d0bfaf428b024726cf3d483cdf5fd2abe8875eb206ba200aeb5d1ddf1cde"}) as unknown as TypedDocumentString<LeaveOrganizationMutation, LeaveOrganizationMutationVariables>;
export const OrganizationDocument = new TypedDocumentString(`
    query Organization($id: ID, $slug: String) {
  organization(id: $id, slug: $slug) {
    ...OrganizationFacts
    parent {
      slug
    }
    ancestors {
      slug
    }
    hasChildren
    childCount
    descendantCount
    viewerAccess {
      kind
      canSignIn
      scopes
    }
  }
}
    fragment OrganizationFacts on Organization {
  id
  slug
  name
  kind
  status
  domain
  domainSetupStatus
  parentId
  depth
}`, {"hash":"sha256:d0a93ff4d688ca70027062a994f671a1c3f5a3c92c1c0385a6ad3918b94ce0fa"}) as unknown as TypedDocumentString<OrganizationQuery, OrganizationQueryVariables>;
export const ChildrenDocument = new TypedDocumentString(`
    query Children($id: ID, $orderBy: OrganizationOrder, $kind: OrganizationKind, $includeDeleted: Boolean, $first: Int, $after: String, $last: Int, $before: String) {
  organization(id: $id) {
    children(
      orderBy: $orderBy
      kind: $kind
      includeDeleted: $includeDeleted
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      totalCount
      nodes {
        slug
      }
      edges {
        cursor
        node {
          slug
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
}
    `, {"hash":"sha256:be9b59e465e4b769a6c82dd3ca9c7509384b8dc932c02b6259a8de629bfaf035"}) as unknown as TypedDocumentString<ChildrenQuery, ChildrenQueryVariables>;
export const DescendantsDocument = new TypedDocumentString(`
    query Descendants($id: ID, $search: String, $kind: OrganizationKind, $maxDepth: Int, $includeDeleted: Boolean, $first: Int, $after: String, $last: Int, $before: String) {
  organization(id: $id) {
    descendants(
      search: $search
      kind: $kind
      maxDepth: $maxDepth
      includeDeleted: $includeDeleted
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      totalCount
      edges {
        cursor
        depth
        path
        matchedOn
        node {
          ...OrganizationFacts
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
}
    fragment OrganizationFacts on Organization {
  id
  slug
  name
  kind
  status
  domain
  domainSetupStatus
  parentId
  depth
}`, {"hash":"sha256:eb3730fc702d819038990e42218d4ef2fc6026e63b710ccbee483d10a642eb0b"}) as unknown as TypedDocumentString<DescendantsQuery, DescendantsQueryVariables>;
export const SuspendOrganizationDocument = new TypedDocumentString(`
    mutation SuspendOrganization($input: SuspendOrganizationInput!) {
  suspendOrganization(input: $input) {
    __typename
    ... on SuspendOrganizationPayload {
      organization {
        id
        status
        version
      }
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:21e900b69309377c311920d8122bb20b50688458579a6b1b5a448a8aea47b4aa"}) as unknown as TypedDocumentString<SuspendOrganizationMutation, SuspendOrganizationMutationVariables>;
export const ResumeOrganizationDocument = new TypedDocumentString(`
    mutation ResumeOrganization($input: ResumeOrganizationInput!) {
  resumeOrganization(input: $input) {
    __typename
    ... on ResumeOrganizationPayload {
      organization {
        id
        status
        version
      }
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:167245f2f4014a413388bc5c3d32c24401c2aa274a809b7deb842ec8dbc05924"}) as unknown as TypedDocumentString<ResumeOrganizationMutation, ResumeOrganizationMutationVariables>;
export const UpdateOrganizationDocument = new TypedDocumentString(`
    mutation UpdateOrganization($input: UpdateOrganizationInput!) {
  updateOrganization(input: $input) {
    __typename
    ... on UpdateOrganizationPayload {
      organization {
        slug
        name
        kind
        domain
        domainSetupStatus
        version
        primaryAddress {
          line1
          line2
          city
          state
          zip
          country
        }
        marketplaceOffers {
          marketplace
          url
        }
        externalAccounts {
          id
          system
          accountId
        }
        invoiceOwner
        branding {
          logoUrl
          primaryColor
          secondaryColor
        }
      }
    }
    ... on VersionConflictError {
      currentVersion
    }
    ... on ExternalAccountTakenError {
      system
      accountId
    }
    ... on UserError {
      code
    }
  }
}
    `, {"hash":"sha256:69d04802bc14cc284e95803aaa6a9a32db51a1a88c0c756a3c546f94317501d5"}) as unknown as TypedDocumentString<UpdateOrganizationMutation, UpdateOrganizationMutationVariables>;
export const MembersDocument = new TypedDocumentString(`
    query Members($id: ID, $search: String, $roles: [String!], $first: Int, $after: String, $last: Int, $before: String) {
  organization(id: $id) {
    members(
      search: $search
      roles: $roles
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      totalCount
      nodes {
        user {
          email
          name
        }
        roles {
          key
        }
        scopes
        organization {
          slug
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
}
    `, {"hash":"sha256:dc40d3369d690344b368bf298b8f7387d6da4e4721fc6c3da34101f126351f19"}) as unknown as TypedDocumentString<MembersQuery, MembersQueryVariables>;
export const PeopleDocument = new TypedDocumentString(`
    query People($id: ID, $search: String, $first: Int, $after: String, $last: Int, $before: String, $memberships: Int! = 8) {
  organization(id: $id) {
    people(
      search: $search
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      totalCount
      nodes {
        user {
          email
        }
        memberships(first: $memberships) {
          organization {
            slug
          }
          roles {
            key
          }
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
}
    `, {"hash":"sha256:87f22571c5d8163ec0947e54854c657984eb306eec816372b2a43774df41254d"}) as unknown as TypedDocumentString<PeopleQuery, PeopleQueryVariables>;
export const InvitationsDocument = new TypedDocumentString(`
    query Invitations($id: ID, $status: [InvitationStatus!]) {
  organization(id: $id) {
    invitations(status: $status) {
      totalCount
      nodes {
        id
        email
        status
        expiresAt
        roles {
          key
        }
        invitedBy {
          kind
          user {
            email
          }
          apiKeyName
          organization {
            slug
          }
        }
        delivery {
          status
          attempts
          lastError
          sentAt
        }
      }
    }
  }
}
    `, {"hash":"sha256:6d102603c24cfd6885608f3788d34da59471ed90f2d374a43921d4541fb7a85d"}) as unknown as TypedDocumentString<InvitationsQuery, InvitationsQueryVariables>;
export const OwnMembershipsDocument = new TypedDocumentString(`
    query OwnMemberships {
  viewer {
    memberships {
      totalCount
      nodes {
        organization {
          id
          slug
          name
        }
        roles {
          key
        }
        scopes
      }
    }
    invitations {
      totalCount
      nodes {
        email
        organization {
          slug
          name
        }
        roles {
          key
        }
      }
    }
  }
}
    `, {"hash":"sha256:755d425c96808183966ebb2b5700b30aadd974fd85e8c401d4b7bf0aed96e6e6"}) as unknown as TypedDocumentString<OwnMembershipsQuery, OwnMembershipsQueryVariables>;
export const PlansDocument = new TypedDocumentString(`
    query Plans {
  plans {
    key
    name
    description
    maxConcurrentCalls
  }
}
    `, {"hash":"sha256:b2ddb7164017228f7188546bf58ca6a0f6e7cfe65fb12bb2e208c653ff6b8cc0"}) as unknown as TypedDocumentString<PlansQuery, PlansQueryVariables>;
export const PlanOfDocument = new TypedDocumentString(`
    query PlanOf($id: ID) {
  organization(id: $id) {
    version
    billing {
      plan
      status
      subscriptionId
      planChange {
        plan
        status
        error
        requestedAt
        finishedAt
      }
    }
    limits {
      concurrency {
        limit
        inUse
      }
    }
  }
}
    `, {"hash":"sha256:eb9bc9db00842f34d0ef6c6f614ae38e788ed9f8e9db36055dffdaffea89b289"}) as unknown as TypedDocumentString<PlanOfQuery, PlanOfQueryVariables>;
export const ChangePlanDocument = new TypedDocumentString(`
    mutation ChangePlan($input: ChangePlanInput!) {
  changePlan(input: $input) {
    __typename
    ... on ChangePlanPayload {
      organization {
        id
        version
        billing {
          plan
          planChange {
            plan
            status
          }
        }
      }
    }
    ... on PlanLimitError {
      limit
      allowed
      inUse
    }
    ... on PlanChangePendingError {
      plan
    }
    ... on VersionConflictError {
      currentVersion
    }
    ... on UserError {
      code
      message
    }
  }
}
    `, {"hash":"sha256:9bac57eb206cbff7313d0e712c56016c127eeb76a4592f5199c7634852a2ae93"}) as unknown as TypedDocumentString<ChangePlanMutation, ChangePlanMutationVariables>;
export const OpenBillingPortalDocument = new TypedDocumentString(`
    mutation OpenBillingPortal($input: OpenBillingPortalInput!) {
  openBillingPortal(input: $input) {
    __typename
    ... on OpenBillingPortalPayload {
      url
    }
    ... on BillingPortalError {
      reason
    }
    ... on UserError {
      code
      message
    }
  }
}
    `, {"hash":"sha256:8a2ed14db6ee2f9a653d07b35c23429b9d5a7d63127e2b07a93edafb97b28483"}) as unknown as TypedDocumentString<OpenBillingPortalMutation, OpenBillingPortalMutationVariables>;
export const UsageDocument = new TypedDocumentString(`
    query Usage($id: ID, $from: DateTime!, $to: DateTime!, $scope: UsageScope!, $keys: [String!]) {
  organization(id: $id) {
    usage(from: $from, to: $to, scope: $scope) {
      from
      to
      scope
      organizationCount
      asOf
      metrics(keys: $keys) {
        metric {
          key
        }
        value
      }
    }
  }
}
    `, {"hash":"sha256:3063d4de84790c8a917bcca1f39741f8937fa2c3dc734f6cf41e2c3691331f7b"}) as unknown as TypedDocumentString<UsageQuery, UsageQueryVariables>;
export const UsageBucketsDocument = new TypedDocumentString(`
    query UsageBuckets($id: ID, $from: DateTime!, $to: DateTime!, $scope: UsageScope!, $size: UsageBucketSize!, $keys: [String!]) {
  organization(id: $id) {
    usage(from: $from, to: $to, scope: $scope) {
      buckets(size: $size, keys: $keys) {
        from
        to
        metrics {
          metric {
            key
          }
          value
        }
      }
    }
  }
}
    `, {"hash":"sha256:9244a5fc9e55cececddb06f6b89bd65b8ac44ba547543493b9557ab0791d145a"}) as unknown as TypedDocumentString<UsageBucketsQuery, UsageBucketsQueryVariables>;
export const UsageInZoneDocument = new TypedDocumentString(`
    query UsageInZone($id: ID, $from: DateTime!, $to: DateTime!, $scope: UsageScope!, $size: UsageBucketSize!, $timeZone: String) {
  organization(id: $id) {
    usage(from: $from, to: $to, scope: $scope, timeZone: $timeZone) {
      buckets(size: $size) {
        from
        to
        metrics {
          value
        }
      }
      previous {
        from
        to
        metrics {
          value
        }
      }
    }
  }
}
    `, {"hash":"sha256:1de3c5e0e36b77d89559a8321e5ac829b50426ddcbc50afe80744041e6cb9d1f"}) as unknown as TypedDocumentString<UsageInZoneQuery, UsageInZoneQueryVariables>;
export const UsageByChildDocument = new TypedDocumentString(`
    query UsageByChild($id: ID, $from: DateTime!, $to: DateTime!, $scope: UsageScope!, $metric: String!, $first: Int, $after: String) {
  organization(id: $id) {
    usage(from: $from, to: $to, scope: $scope) {
      byChild(metric: $metric, first: $first, after: $after) {
        edges {
          cursor
          node {
            slug
          }
          own
          subtree
          share
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
}
    `, {"hash":"sha256:c18dd5b018c7f4e763b887b4b723e2427d5aca42ca3d6e6913fbbc4b6e9ac19c"}) as unknown as TypedDocumentString<UsageByChildQuery, UsageByChildQueryVariables>;
export const RecordUsageDocument = new TypedDocumentString(`
    mutation RecordUsage($input: RecordUsageInput!) {
  recordUsage(input: $input) {
    __typename
    ... on RecordUsagePayload {
      acceptedCount
      duplicateCount
      results {
        id
        status
        reason
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
    `, {"hash":"sha256:6949ad2a8110cff70ab4eed9d5bcccda8133ab5ed132751012c919ffa2932b12"}) as unknown as TypedDocumentString<RecordUsageMutation, RecordUsageMutationVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    credential {
      kind
      id
      name
      expiresAt
    }
    user {
      id
      email
      name
    }
    organization {
      id
      slug
    }
    scopes
  }
}
    `, {"hash":"sha256:c982ee1bee3aa302832216ec1ba0826e38a9970aecb8886280171f73f49e0f8f"}) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;