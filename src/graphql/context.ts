/** What every resolver is given: fresh for each operation, shared by none. */
import type { Principal } from '../authorization/principal.ts';
import type { Sealing } from '../command/sealing.ts';
import type { Loaders } from '../database/loaders.ts';
import type { Database } from '../database/connect.ts';
import type { CommandSettings } from '../command/settings.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';

/** Where a budget stands after a charge. */
export interface Balance<Name extends string = string> {
  budget: Name;
  /** Points per window. */
  limit: number;
  remaining: number;
  /** When it is full again, in milliseconds since 1970. */
  resetAt: number;
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
  settings: CommandSettings;
  /** What the operation may come to, known before it runs (weighted values, and rows), and what the credential has left after it. */
  cost: { requested: number; nodes: number; balance?: Balance };
  /** Authenticates the request once more; as if it had named this organization (its public id), where one is given. */
  authenticate(organizationId?: string): Promise<Principal>;
}
