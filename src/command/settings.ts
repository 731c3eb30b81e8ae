/** Settings that commands go by. */
export interface CommandSettings {
  /** How many days an invitation can be accepted. */
  invitationDays: number;
  /** How many days a deleted organization can be restored. */
  retentionDays: number;
  /** How many mails with invitations may be caused. */
  mailLimits: MailLimits;
}

/** Mails with invitations within 24 hours. */
export interface MailLimits {
  /** Asked for by one person or API key. */
  perSender: number;
  /** Asked for in one whole tree of organizations. */
  perTree: number;
  /** Sent to one address out of one tree; told to nobody. */
  perAddress: number;
}
