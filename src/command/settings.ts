/** Settings of the commands. */
export interface CommandSettings {
  /** Number of days for which an invitation can be accepted. */
  invitationDays: number;
  /** Number of days for which a deleted organization can be restored. */
  retentionDays: number;
  /** Limits on invitation emails. */
  mailLimits: MailLimits;
  /**
   * Opens the billing provider's portal for one of its customers, and returns the address; absent if
   * the provider has none.
   */
  billingPortal?: BillingPortal | undefined;
}

/** The portal of a billing provider. Throws if it cannot be opened now. */
export type BillingPortal = (request: {
  customerId: string;
  /** Where the portal leads back to; null for what is configured at the provider. */
  returnUrl: string | null;
}) => Promise<string>;

/** The maximum number of invitation emails within 24 hours. */
export interface MailLimits {
  /** Requested by one person or API key. */
  perSender: number;
  /** Requested in one tree of organizations. */
  perTree: number;
  /** Sent to one address from one tree. Callers are not told that it was reached. */
  perAddress: number;
}
