/** The context of resolvers, created for each operation and never shared. */
import type { Principal } from '../authorization/principal.ts';
import type { Sealing } from '../command/sealing.ts';
import type { Loaders } from '../database/loaders.ts';
import type { Database } from '../database/connect.ts';
import type { CommandSettings } from '../command/settings.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';

/** The balance of a budget after a charge. */
export interface Balance<Name extends string = string> {
  budget: Name;
  /** Points per window. */
  limit: number;
  remaining: number;
  /** The time when it is full again, in milliseconds since 1970. */
  resetAt: number;
}

export interface Context {
  /** The caller; authenticated again before each further mutation of an operation. */
  principal: Principal;
  db: Database;
  loaders: Loaders;
  /** The record of the request for the log. */
  record: RequestRecord;
  /** The time of the request. */
  now: Date;
  requestId: string;
  /** Encrypts secrets so that only this caller can read them. */
  sealing: Sealing;
  /** Name of the header that names the organization to act in. */
  organizationHeader: string;
  settings: CommandSettings;
  /**
   * The estimated cost of the operation (weighted values, and rows), known before it runs, and the
   * credential's remaining balance.
   */
  cost: { requested: number; nodes: number; balance?: Balance };
  /**
   * Authenticates the request again, as if it had named this organization (its public id) if one is
   * given.
   */
  authenticate(organizationId?: string): Promise<Principal>;
}
