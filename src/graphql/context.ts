/** What every resolver is given: fresh for each operation, shared by none. */
import type { Principal } from '../authorization/principal.ts';
import type { Sealing } from '../command/sealing.ts';
import type { Loaders } from '../database/loaders.ts';
import type { Balance } from '../limits/budgets.ts';
import type { Database } from '../database/connect.ts';
import type { MailLimits } from '../modules/invitation/sending.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';

/** Settings that actions go by. */
export interface ActionSettings {
  /** How many days an invitation can be accepted. */
  invitationDays: number;
  /** How many days a deleted organization can be restored. */
  retentionDays: number;
  /** How many mails with invitations may be caused. */
  mailLimits: MailLimits;
}

export interface Context {
  /** Who calls; read anew before each further mutation of an operation. */
  principal: Principal;
  db: Database;
  loaders: Loaders;
  /** What the log will say of the request. */
  record: RequestRecord;
  /** Instant of the request. */
  now: Date;
  requestId: string;
  /** Encrypts secrets for this caller alone. */
  sealing: Sealing;
  /** Name of the header that names the organization to act in. */
  organizationHeader: string;
  settings: ActionSettings;
  /** What the operation may come to, known before it runs (weighted values, and rows), and what the credential has left after it. */
  cost: { requested: number; nodes: number; balance?: Balance };
  /**
   * Reads what the answer of the mutation under way shows, in its transaction: so the answer follows the commit without
   * a further look at the database, and cannot arrive after that of a revocation that had to wait for it.
   */
  showing: ((tx: Database, principal: Principal, result: object) => Promise<void>) | undefined;
  /** Authenticates the request once more; as if it had named this organization (its public id), where one is given. */
  authenticate(organizationId?: string): Promise<Principal>;
}
