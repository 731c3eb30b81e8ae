/** Queries of plans, and of the changes that organizations asked for. */
import { sql } from 'kysely';
import { listBatch, rowBatch } from '../../database/loaders.ts';
import type { Columns } from '../../database/rows.ts';
import { ownerOf, rowsOf, type OfOrganization } from '../organization/profile/queries.ts';

export type PlanRow = Columns<'plans', 'key' | 'name' | 'description' | 'max_calls'>;

/** The catalog of plans in its order; the key of the batch is not used. */
export const planCatalog = listBatch<null, PlanRow & { asked_key: string }>(
  'plan catalog',
  (row) => row.asked_key,
  (_viewer, keys) => sql<PlanRow & { asked_key: string }>`
    select p.key, p.name, p.description, p.max_calls, asked.key as asked_key
    from unnest(${keys}::text[]) as asked (key) cross join plans p order by p.position, p.key`,
);

export interface PlanChangeRow
  extends
    OfOrganization,
    Columns<'plan_changes', 'plan' | 'status' | 'error' | 'requested_at' | 'finished_at'> {
  status: 'PENDING' | 'DONE' | 'FAILED';
}

/** The last change of plan of organizations. */
export const planChanges = rowBatch<null, PlanChangeRow>(
  'plan changes',
  ownerOf,
  rowsOf(sql`plan_changes`, sql`t.plan, t.status, t.error, t.requested_at, t.finished_at`, {
    scope: 'billing:manage',
  }),
);
