/** The possible types of unions and interfaces. */
export const possibleTypes: Record<string, string[]> = {
  "AcceptInvitationResult": [
    "AcceptInvitationPayload",
    "ContentionError",
    "IdempotencyConflictError",
    "InvitationInvalidError"
  ],
  "AddMemberResult": [
    "AddMemberPayload",
    "AlreadyMemberError",
    "ContentionError",
    "IdempotencyConflictError",
    "NoValidRoleError",
    "RoleEscalationError",
    "UserNotFoundError"
  ],
  "ChangePlanResult": [
    "BillingNotReadyError",
    "ChangePlanPayload",
    "ContentionError",
    "IdempotencyConflictError",
    "PlanChangePendingError",
    "PlanLimitError",
    "VersionConflictError"
  ],
  "CreateApiKeyResult": [
    "ContentionError",
    "CreateApiKeyPayload",
    "IdempotencyConflictError",
    "ScopeEscalationError",
    "SecretShownBeforeError"
  ],
  "CreateContactResult": [
    "ContactExistsError",
    "ContentionError",
    "CreateContactPayload",
    "IdempotencyConflictError"
  ],
  "CreateInvitationResult": [
    "AlreadyMemberError",
    "ContentionError",
    "CreateInvitationPayload",
    "EmailNotVerifiedError",
    "IdempotencyConflictError",
    "InvitationExistsError",
    "InvitationLimitError",
    "NoValidRoleError",
    "RoleEscalationError"
  ],
  "CreateOrganizationResult": [
    "ContentionError",
    "CreateOrganizationPayload",
    "DepthLimitError",
    "EmailNotVerifiedError",
    "ExternalAccountTakenError",
    "IdempotencyConflictError",
    "SlugTakenError"
  ],
  "CreatePersonalAccessTokenResult": [
    "ContentionError",
    "CreatePersonalAccessTokenPayload",
    "IdempotencyConflictError",
    "SecretShownBeforeError"
  ],
  "CreateRoleResult": [
    "ContentionError",
    "CreateRolePayload",
    "IdempotencyConflictError",
    "RoleEscalationError",
    "RoleKeyTakenError"
  ],
  "DeclineInvitationResult": [
    "ContentionError",
    "DeclineInvitationPayload",
    "InvitationInvalidError"
  ],
  "DeleteContactResult": [
    "ContentionError",
    "DeleteContactPayload"
  ],
  "DeleteOrganizationResult": [
    "ContentionError",
    "DeleteOrganizationPayload",
    "HasChildrenError",
    "VersionConflictError"
  ],
  "DeleteRoleResult": [
    "ContentionError",
    "DeleteRolePayload",
    "RoleEscalationError",
    "RoleInUseError"
  ],
  "InviteUsersResult": [
    "ContentionError",
    "IdempotencyConflictError",
    "InviteUsersPayload"
  ],
  "LeaveOrganizationResult": [
    "ContentionError",
    "LastAdminError",
    "LeaveOrganizationPayload"
  ],
  "MoveOrganizationResult": [
    "ContentionError",
    "CycleError",
    "DepthLimitError",
    "IdempotencyConflictError",
    "MoveOrganizationPayload",
    "VersionConflictError"
  ],
  "Node": [
    "ApiKey",
    "AuditEvent",
    "Contact",
    "Invitation",
    "Membership",
    "Organization",
    "PersonalAccessToken",
    "Role",
    "User"
  ],
  "OpenBillingPortalResult": [
    "BillingNotReadyError",
    "BillingPortalError",
    "ContentionError",
    "OpenBillingPortalPayload"
  ],
  "RecordUsageResult": [
    "ContentionError",
    "RecordUsagePayload"
  ],
  "RemoveMemberResult": [
    "ContentionError",
    "LastAdminError",
    "RemoveMemberPayload",
    "RoleEscalationError"
  ],
  "ResendInvitationResult": [
    "ContentionError",
    "EmailNotVerifiedError",
    "IdempotencyConflictError",
    "InvitationClosedError",
    "InvitationLimitError",
    "ResendInvitationPayload",
    "RoleEscalationError"
  ],
  "RestoreOrganizationResult": [
    "ContentionError",
    "ParentDeletedError",
    "RestoreOrganizationPayload",
    "SlugTakenError"
  ],
  "ResumeOrganizationResult": [
    "ContentionError",
    "IdempotencyConflictError",
    "ResumeOrganizationPayload",
    "VersionConflictError"
  ],
  "RetryProvisioningResult": [
    "ContentionError",
    "IdempotencyConflictError",
    "RetryProvisioningPayload"
  ],
  "RevokeApiKeyResult": [
    "ContentionError",
    "RevokeApiKeyPayload",
    "ScopeEscalationError"
  ],
  "RevokeInvitationResult": [
    "ContentionError",
    "InvitationClosedError",
    "RevokeInvitationPayload",
    "RoleEscalationError"
  ],
  "RevokePersonalAccessTokenResult": [
    "ContentionError",
    "RevokePersonalAccessTokenPayload"
  ],
  "SuspendOrganizationResult": [
    "ContentionError",
    "IdempotencyConflictError",
    "SuspendOrganizationPayload",
    "VersionConflictError"
  ],
  "UpdateApiKeyResult": [
    "ApiKeyRevokedError",
    "ContentionError",
    "ScopeEscalationError",
    "UpdateApiKeyPayload"
  ],
  "UpdateContactResult": [
    "ContactExistsError",
    "ContentionError",
    "UpdateContactPayload"
  ],
  "UpdateMemberRolesResult": [
    "ContentionError",
    "LastAdminError",
    "NoValidRoleError",
    "RoleEscalationError",
    "UpdateMemberRolesPayload"
  ],
  "UpdateOrganizationResult": [
    "ContentionError",
    "ExternalAccountTakenError",
    "IdempotencyConflictError",
    "UpdateOrganizationPayload",
    "VersionConflictError"
  ],
  "UpdateRoleResult": [
    "ContentionError",
    "RoleEscalationError",
    "RoleKeyTakenError",
    "UpdateRolePayload"
  ],
  "UserError": [
    "AlreadyMemberError",
    "ApiKeyRevokedError",
    "BillingNotReadyError",
    "BillingPortalError",
    "ContactExistsError",
    "ContentionError",
    "CycleError",
    "DepthLimitError",
    "EmailNotVerifiedError",
    "ExternalAccountTakenError",
    "HasChildrenError",
    "IdempotencyConflictError",
    "InvitationClosedError",
    "InvitationExistsError",
    "InvitationInvalidError",
    "InvitationLimitError",
    "LastAdminError",
    "NoValidRoleError",
    "ParentDeletedError",
    "PlanChangePendingError",
    "PlanLimitError",
    "RoleEscalationError",
    "RoleInUseError",
    "RoleKeyTakenError",
    "ScopeEscalationError",
    "SecretShownBeforeError",
    "SlugTakenError",
    "UserNotFoundError",
    "VersionConflictError"
  ]
};

/** Types whose objects have no id. */
export const typesWithoutId: readonly string[] = [
  "AcceptInvitationPayload",
  "Actor",
  "AddMemberPayload",
  "Address",
  "AlreadyMemberError",
  "ApiKeyConnection",
  "ApiKeyEdge",
  "ApiKeyRevokedError",
  "AuditEventConnection",
  "AuditEventEdge",
  "Billing",
  "BillingNotReadyError",
  "BillingPortalError",
  "BoundedCount",
  "Branding",
  "ChangePlanPayload",
  "ConcurrencyLimit",
  "ContactConnection",
  "ContactEdge",
  "ContactExistsError",
  "ContentionError",
  "CreateApiKeyPayload",
  "CreateContactPayload",
  "CreateInvitationPayload",
  "CreateOrganizationPayload",
  "CreatePersonalAccessTokenPayload",
  "CreateRolePayload",
  "CycleError",
  "DeclineInvitationPayload",
  "DeleteContactPayload",
  "DeleteOrganizationPayload",
  "DeleteRolePayload",
  "DepthLimitError",
  "DomainVerification",
  "EmailNotVerifiedError",
  "ExternalAccountTakenError",
  "HasChildrenError",
  "IdempotencyConflictError",
  "Inventory",
  "InvitationClosedError",
  "InvitationConnection",
  "InvitationDelivery",
  "InvitationEdge",
  "InvitationExistsError",
  "InvitationInvalidError",
  "InvitationLimitError",
  "InvitationPreview",
  "InviteUserOutcome",
  "InviteUsersPayload",
  "LastAdminError",
  "LeaveOrganizationPayload",
  "MarketplaceOffer",
  "MembershipConnection",
  "MembershipEdge",
  "MoveOrganizationPayload",
  "NoValidRoleError",
  "OpenBillingPortalPayload",
  "OrganizationConnection",
  "OrganizationDescendantConnection",
  "OrganizationDescendantEdge",
  "OrganizationEdge",
  "OrganizationLimits",
  "PageInfo",
  "ParentDeletedError",
  "Partnership",
  "PersonConnection",
  "PersonEdge",
  "Plan",
  "PlanChange",
  "PlanChangePendingError",
  "PlanLimitError",
  "Provisioning",
  "ProvisioningStep",
  "RecordUsagePayload",
  "RemoveMemberPayload",
  "ResendInvitationPayload",
  "RestoreOrganizationPayload",
  "ResumeOrganizationPayload",
  "RetryProvisioningPayload",
  "RevokeApiKeyPayload",
  "RevokeInvitationPayload",
  "RevokePersonalAccessTokenPayload",
  "RoleEscalationError",
  "RoleInUseError",
  "RoleKeyTakenError",
  "ScopeEscalationError",
  "ScopeInfo",
  "SecretShownBeforeError",
  "SlugAvailability",
  "SlugTakenError",
  "SuspendOrganizationPayload",
  "UpdateApiKeyPayload",
  "UpdateContactPayload",
  "UpdateMemberRolesPayload",
  "UpdateOrganizationPayload",
  "UpdateRolePayload",
  "UsageBucket",
  "UsageByChildConnection",
  "UsageByChildEdge",
  "UsageMetricTotal",
  "UsageSummary",
  "UserNotFoundError",
  "VersionConflictError",
  "Viewer",
  "ViewerAccess"
];
