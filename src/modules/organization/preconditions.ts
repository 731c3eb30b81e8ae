/** Preconditions of changes to an organization, in addition to the caller's rights. */
import { sql } from 'kysely';
import type { CommandRequest } from '../../command/run.ts';
import { refuse } from '../../command/user-error.ts';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';
import { badInput } from '../../errors.ts';
import { VersionConflictError } from './errors.ts';

/** The organization to change, its expected version, and the key of the request. */
export interface ChangeInput {
  id: string;
  expectedVersion?: number | null | undefined;
  idempotencyKey?: string | null | undefined;
}

/** Refuses the caller's own organization for changes that can only be made from above. */
export function requireBelowCaller({ principal }: CommandRequest, id: string): void {
  if (id === principal.organization?.id)
    throw badInput('id', "must be an organization below the caller's organization");
}

/**
 * Refuses a change that was based on a different version of the organization than the current one,
 * which is locked.
 */
export async function requireVersion(
  tx: Database,
  id: string,
  expected: number | null | undefined,
): Promise<void> {
  if (expected == null) return;
  const { version: currentVersion } = await one(
    tx,
    sql<{ version: number }>`select version from organizations where id = ${id}::uuid`,
  );
  if (expected !== currentVersion) refuse(VersionConflictError, { currentVersion });
}
