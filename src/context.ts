/** What every resolver is given: fresh for each operation, shared by none. */
import type { Principal } from './access/principal.ts';
import type { Loaders } from './database/loaders.ts';
import type { Database } from './database/connect.ts';
import type { Logger } from './telemetry/log.ts';

export interface Context {
  principal: Principal;
  db: Database;
  loaders: Loaders;
  log: Logger;
  /** Instant of the request. */
  now: Date;
  requestId: string;
  /** Name of the header that names the organization to act in. */
  organizationHeader: string;
}
