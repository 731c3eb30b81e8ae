/** Queries of the audit log. */
import { sql, type RawBuilder } from 'kysely';
import { readableOrganizations, type Lineage } from '../../authorization/rights.ts';
import type { ActorKind } from '../../authorization/principal.ts';
import { rowBatch } from '../../database/loaders.ts';
import { defineList, ofOrganizations } from '../../database/list.ts';
import { many, type Columns } from '../../database/rows.ts';

export interface AuditEventRow extends Columns<
  'audit_events',
  | 'id'
  | 'at'
  | 'action'
  | 'actor_kind'
  | 'actor_user_id'
  | 'actor_api_key_name'
  | 'acting_organization_id'
  | 'organization_id'
  | 'target_type'
  | 'target_id'
  | 'refusal'
  | 'request_id'
> {
  actor_kind: ActorKind;
  before: object | null;
  after: object | null;
  /** The error code, if the change was refused. */
  refusal: string | null;
  lineage: Lineage;
}

export interface AuditArguments {
  /** Includes the events of all organizations below. */
  includeDescendants: boolean;
  /** Only these actions; null for all. */
  actions: readonly string[] | null;
}

const columns = (organization: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  e.id, e.at, e.action, e.actor_kind, e.actor_user_id, e.actor_api_key_name, e.acting_organization_id, e.organization_id,
  e.target_type, e.target_id, e.before, e.after, e.refusal, e.request_id, ${organization}.lineage`;

/**
 * The changes to an organization (and below it, if the caller may read the log there), newest
 * first.
 */
export const auditLog = defineList<AuditArguments, AuditEventRow>({
  name: 'audit log',
  parents: ofOrganizations({ scope: 'audit:read' }),
  columns: columns(sql`o`),
  from: ({ principal }) =>
    sql`audit_events as e join ${readableOrganizations(principal, { scope: 'audit:read' })} as o on o.id = e.organization_id`,
  where: (_viewer, { includeDescendants, actions }) => [
    includeDescendants ? sql`o.path >= parent.path and o.path < subtree_end(parent.path)` : sql`e.organization_id = parent.id`,
    ...(actions === null ? [] : [sql`e.action = any (${actions}::text[])`]),
  ],
  orderName: ({ includeDescendants }) => (includeDescendants ? 'subtree' : 'organization'),
  order: () => ({ keys: [{ expression: sql`e.id`, type: 'uuid' }], descending: true }),
});

/** Audit events by id. */
export const auditEventById = rowBatch<null, AuditEventRow>(
  'audit event by id',
  (row) => row.id,
  async ({ db, principal }, ids) => {
    const statement = sql<AuditEventRow>`
    select ${columns(sql`o`)} from audit_events e
    join ${readableOrganizations(principal, { scope: 'audit:read' })} as o on o.id = e.organization_id
    where e.id = any (${ids}::uuid[])`;
    return many(db, statement);
  },
);
