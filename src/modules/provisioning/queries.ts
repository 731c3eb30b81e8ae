/** The steps in which an organization is provisioned, and their status. */
import { sql } from 'kysely';
import { listBatch } from '../../database/loaders.ts';
import { ownerOf, rowsOf, type OfOrganization } from '../organization/profile/queries.ts';
import type { Columns } from '../../database/rows.ts';

/** The name of a provisioning step. */
export type StepName = 'IDENTITY' | 'BILLING' | 'TELEPHONY' | 'PHONE_NUMBER' | 'KNOWLEDGE_BASE';
/** The status of a step. */
export type StepStatus = 'PENDING' | 'RUNNING' | 'DONE' | 'FAILED';

export interface StepRow
  extends OfOrganization, Columns<'provisioning_steps', 'name' | 'status' | 'attempts' | 'error' | 'finished_at' | 'resource_id'> {
  name: StepName;
  status: StepStatus;
}

/** The order in which an organization is provisioned. */
export const STEP_NAMES: readonly StepName[] = ['IDENTITY', 'BILLING', 'TELEPHONY', 'PHONE_NUMBER', 'KNOWLEDGE_BASE'];

/** The steps of organizations. */
export const provisioningSteps = listBatch<null, StepRow>(
  'provisioning steps',
  ownerOf,
  rowsOf(
    sql`(select *, array_position(${STEP_NAMES}::text[], name) as place from provisioning_steps)`,
    sql`t.name, t.status, t.attempts, t.error, t.finished_at, t.resource_id`,
  ),
);
