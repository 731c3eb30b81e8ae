/** Who created an API key. */
import { sql, type RawBuilder } from 'kysely';
import { readableOrganizations, type Lineage } from '../../authorization/rights.ts';
import { publicIdInSql } from '../../database/id.ts';
import { rowBatch, type Viewer } from '../../database/loaders.ts';
import type { ActorKind } from '../../authorization/principal.ts';
import { userById } from '../user/queries.ts';
import { apiKeyById } from './queries.ts';

/** The actor who created a key, as far as the caller may see them. */
export interface KeyCreator {
  /** The key that was created. */
  id: string;
  kind: ActorKind;
  userId: string | null;
  apiKeyName: string | null;
  organizationId: string | null;
  lineage: Lineage;
  scope: 'members:read';
}

/**
 * Which of the events that follow a key's id are looked at for its creation. It is recorded in the
 * transaction that makes the key, so at most refusals of the same moment come before it.
 */
const EVENTS_MAX = 8;

/**
 * The actors who created keys, by key. A person is found if the caller could find them by id, and a
 * key likewise: to manage a key opens nobody's name. With which credential a person created it
 * stands in the audit log only.
 */
export const creatorOfKey = rowBatch<null, KeyCreator>(
  'creator of key',
  (row) => row.id,
  (viewer, ids) => sql<KeyCreator>`
    select made.id, coalesce(event.actor_kind, 'API_KEY') as kind, person.id as "userId", issuer.name as "apiKeyName",
      coalesce(event.acting_organization_id, issuer.organization_id) as "organizationId",
      coalesce(person.lineage, o.lineage) as lineage, 'members:read' as scope
    from api_keys as made
    join ${readableOrganizations(viewer.principal, { scope: 'api_keys:manage' })} as o on o.id = made.organization_id
    left join lateral (${userById.statement(viewer, sql`array[made.issued_by_user_id]`, null)}) as person on true
    left join lateral (${apiKeyById.statement(viewer, sql`array[made.issued_by_key_id]`, null)}) as issuer on true
    left join lateral (
      select next.actor_kind, next.acting_organization_id from (
        select e.actor_kind, e.acting_organization_id, e.action, e.target_id from audit_events as e
        where person.id is not null and e.organization_id = made.organization_id and e.id > made.id
        order by e.id limit ${sql.lit(EVENTS_MAX)}
      ) as next
      where next.action = 'createApiKey' and next.target_id = ${publicIdInSql('ApiKey', sql`made.id`)} limit 1
    ) as event on true
    where made.id = any (${ids}::uuid[]) and (issuer.id is not null or event.actor_kind is not null)`,
);

/** The actor who created the key `parent`. */
export function creatorOfRow(viewer: Viewer): RawBuilder<unknown> {
  return creatorOfKey.statement(viewer, sql`array[parent.id]`, null);
}
