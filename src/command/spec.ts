/** What commands are described by, and what they work with. */
import type { RawBuilder } from 'kysely';
import type { CallerOrganization, Principal } from '../authorization/principal.ts';
import type { Lineage } from '../authorization/rights.ts';
import type { Scope } from '../authorization/scopes.ts';
import type { Database } from '../database/connect.ts';
import type { IdType } from '../values/ids.ts';
import type { AuditEntry } from './audit-log.ts';
import type { IdempotencyKey } from './idempotency.ts';
import type { Sealing } from './sealing.ts';
import type { CommandSettings } from './settings.ts';

/** What a command needs of the request. */
export interface CommandRequest {
  db: Database;
  /** The caller, as the request was authenticated. */
  principal: Principal;
  /** The time of the request. */
  now: Date;
  requestId: string;
  /** Name of the header that names the organization to act in. */
  organizationHeader: string;
  settings: CommandSettings;
  /** Encrypts secrets so that only this caller can read them. */
  sealing: Sealing;
  /**
   * The rows for the response, which are read in the transaction of the change. The response then needs no
   * further query after the commit, and cannot arrive after the response to a revocation that had
   * to wait for the commit.
   */
  prefetch?: Prefetch | undefined;
  /** Called with the number of entries of the audit log that were written, once they are committed. */
  recorded?: (entries: number) => void;
}

/** One read of rows for the response. */
export interface ResponseRead {
  statement: RawBuilder<object>;
  /** Called with the rows. */
  keep(rows: readonly object[]): void;
}

/** What to read for a command's result, with the caller's current rights. */
export type Prefetch = (principal: Principal, result: object) => readonly ResponseRead[];

/** Finds the organization that a row belongs to, if the caller may see the row; otherwise null. */
export type FindOrganization = (tx: Database, principal: Principal) => Promise<string | null>;

/** What every command says of itself. */
export interface CommandSpec {
  /** The name of the mutation, as the audit log shows it. */
  action: string;
  /** The organization's UUID, or how to find it; absent if there is none. */
  on?: string | FindOrganization;
  /** The target, to be recorded if the command is refused. */
  target: { type: IdType; id: string };
  idempotency?: IdempotencyKey | null;
}

/** A command that changes an organization, or something that belongs to one. */
export interface OrganizationCommand extends CommandSpec {
  on: string | FindOrganization;
  /** The scope that it requires on the organization. */
  scope: Scope;
  /**
   * Whether it also affects everything below, and so must not overlap with any other change in the
   * tree.
   */
  wholeTree?: boolean;
  /** Whether it also applies to deleted organizations. */
  includeDeleted?: boolean;
  /** Checks rights beyond the scope before a repeated request gets the stored answer. */
  requireForRepeat?(change: OrganizationChange): Promise<void> | void;
}

/**
 * A command that users run for themselves: in an organization by invitation, or on their own
 * credentials.
 */
export interface UserCommand
  extends CommandSpec, Pick<OrganizationCommand, 'wholeTree' | 'includeDeleted'> {
  on?: FindOrganization;
  scope?: undefined;
}

/** What a change can use once everything is locked and authorized. */
export interface Change {
  tx: Database;
  /** The caller, with their current rights. */
  principal: Principal;
  now: Date;
  /** Records an audit entry, for the organization acted on unless the entry names another. */
  record(entry: Omit<AuditEntry, 'organizationId'> & { organizationId?: string }): void;
  /**
   * Shows the response as to a request that acts in this organization, since the caller's rights
   * there began with the change.
   */
  showIn(organization: CallerOrganization): void;
}

/** A change to an organization. */
export interface OrganizationChange extends Change {
  organization: { id: string; lineage: Lineage };
}

/** A change by a user. */
export interface UserChange extends Change {
  user: { id: string; verifiedEmail: string | null };
  organization: { id: string; lineage: Lineage } | null;
}
