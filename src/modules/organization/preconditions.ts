/** What changes to an organization are held to, beside the caller's rights. */
import { sql } from 'kysely';
import type { CommandRequest } from '../../command/run.ts';
import { refuse } from '../../command/user-error.ts';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';
import { badInput } from '../../errors.ts';
import { VersionConflictError } from './errors.ts';

/** An organization to change, the version it should have, and the key of the request. */
export interface ChangeInput {
  id: string;
  expectedVersion?: number | null | undefined;
  idempotencyKey?: string | null | undefined;
}

/** Refuses the organization of the request for what only somebody above can do to an organization. */
export function requireBelowHome({ principal }: CommandRequest, id: string): void {
  if (id === principal.home?.id) throw badInput('id', 'must be an organization below that of the request');
}

/** Refuses a change that was decided on another version of the organization than the present one, which is locked. */
export async function requireVersion(tx: Database, id: string, expected: number | null | undefined): Promise<void> {
  if (expected == null) return;
  const { version: currentVersion } = await one(tx, sql<{ version: number }>`select version from organizations where id = ${id}::uuid`);
  if (expected !== currentVersion) refuse(VersionConflictError, { currentVersion });
}
