/** The steps in which an organization is provisioned, and their status. */
import { sql, type RawBuilder } from 'kysely';
import { listBatch, type Viewer } from '../../database/loaders.ts';
import { ownerOf, rowsOf, type OfOrganization } from '../organization/profile/queries.ts';
import type { Columns } from '../../database/rows.ts';

/** The name of a provisioning step. */
export type StepName = 'IDENTITY' | 'BILLING' | 'TELEPHONY' | 'PHONE_NUMBER' | 'KNOWLEDGE_BASE';
/** The status of a step. */
export type StepStatus = 'PENDING' | 'RUNNING' | 'DONE' | 'FAILED';

export interface StepRow
  extends
    OfOrganization,
    Columns<
      'provisioning_steps',
      'name' | 'status' | 'attempts' | 'error' | 'finished_at' | 'resource_id'
    > {
  name: StepName;
  status: StepStatus;
}

/** The order in which an organization is provisioned. */
export const STEP_NAMES: readonly StepName[] = [
  'IDENTITY',
  'BILLING',
  'TELEPHONY',
  'PHONE_NUMBER',
  'KNOWLEDGE_BASE',
];

/** The steps of organizations. */
export const provisioningSteps = listBatch<null, StepRow>(
  'provisioning steps',
  ownerOf,
  rowsOf(
    sql`(select *, array_position(${STEP_NAMES}::text[], name) as place from provisioning_steps)`,
    sql`t.name, t.status, t.attempts, t.error, t.finished_at, t.resource_id`,
  ),
);

/** The steps of the organization `parent`, in the order in which they are done. */
export function stepsInOrder(viewer: Viewer): RawBuilder<unknown> {
  return sql`
    select s.* from (${provisioningSteps.statement(viewer, sql`array[parent.id]`, null)}) as s
    order by array_position(${[...STEP_NAMES]}::text[], s.name)`;
}

/** The state of all steps of the organization `parent` together. */
export function provisioningStatus(viewer: Viewer): RawBuilder<unknown> {
  return sql`(
    select case when bool_or(s.status = 'FAILED') then 'FAILED'
      when count(*) = ${sql.lit(STEP_NAMES.length)} and bool_and(s.status = 'DONE') then 'READY' else 'PENDING' end
    from (${provisioningSteps.statement(viewer, sql`array[parent.id]`, null)}) as s
  )`;
}
