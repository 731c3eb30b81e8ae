/** Restores deleted organizations during the retention period. */
import { sql } from 'kysely';
import { readableOrganizations } from '../../../authorization/rights.ts';
import type { Principal } from '../../../authorization/principal.ts';
import { MANAGE_CHILDREN } from '../../../authorization/scopes.ts';
import { defineAuditParts } from '../../../command/audit-parts.ts';
import { runCommand, type Change, type CommandRequest } from '../../../command/run.ts';
import { refuse, type UserError } from '../../../command/user-error.ts';
import type { Database } from '../../../database/connect.ts';
import { many, maybeOne } from '../../../database/rows.ts';
import { notFound, organizationRequired } from '../../../errors.ts';
import { ParentDeletedError } from '../errors.ts';
import { requireBelowCaller } from '../preconditions.ts';

defineAuditParts('Organization', { restored: [MANAGE_CHILDREN] });

/** The result of restoring: how many organizations; 0 if it was not deleted. */
export interface Restored {
  organizationId: string;
  restoredCount: number;
}

/**
 * Finds an organization to be restored: one that the caller can see, or a deleted one that they
 * managed.
 */
async function locateRestorable(
  tx: Database,
  principal: Principal,
  id: string,
): Promise<string | null> {
  const row = await maybeOne(
    tx,
    sql<{ id: string }>`
      select o.id from ${readableOrganizations(principal)} as o where o.id = ${id}::uuid
      union all
      select o.id from ${readableOrganizations(principal, { includeDeleted: true, scope: MANAGE_CHILDREN })} as o where o.id = ${id}::uuid
      limit 1`,
  );
  return row?.id ?? null;
}

/**
 * Restores a deleted organization, and what was deleted with it, to its earlier state: people are
 * members again with the roles they held. Keys stay revoked and invitations closed. What had been
 * deleted separately before stays deleted.
 */
export function restoreOrganization(
  request: CommandRequest,
  { id }: { id: string },
): Promise<Restored | UserError> {
  if (!request.principal.organization && request.principal.user) return restoreOwn(request, id);
  requireBelowCaller(request, id);
  const attempt = {
    action: 'restoreOrganization',
    target: { type: 'Organization', id },
    on: (tx: Database, principal: Principal) => locateRestorable(tx, principal, id),
    scope: MANAGE_CHILDREN,
    wholeTree: true,
    includeDeleted: true,
  } as const;
  return runCommand(request, attempt, (acting) =>
    restore(acting, id, request.settings.retentionDays),
  );
}

/**
 * Whether it is the root of a tree that the user may restore. Nobody can act in a deleted
 * organization, so the inactive membership decides.
 */
async function isOwnRoot(
  tx: Database,
  userId: string | undefined,
  id: string,
  lock = sql``,
): Promise<boolean> {
  const row = await maybeOne(
    tx,
    sql`
    select from memberships m join organizations o on o.id = m.organization_id
    where m.organization_id = ${id}::uuid and m.user_id = ${userId ?? null}::uuid and o.parent_id is null
      and membership_scopes(m.id) @> ${['organizations:manage', MANAGE_CHILDREN]}::text[]
    ${lock}`,
  );
  return row !== undefined;
}

/** Restores the root of a tree for a user who managed it and acts in no organization. */
function restoreOwn(request: CommandRequest, id: string): Promise<Restored | UserError> {
  const attempt = {
    action: 'restoreOrganization',
    target: { type: 'Organization', id },
    // One that is there again is found as well, so that a request that is repeated, or two at once,
    // get the same answer.
    on: async (tx: Database, { user }: Principal) =>
      (await isOwnRoot(tx, user?.id, id)) ? id : null,
    wholeTree: true,
    includeDeleted: true,
  } as const;
  return runCommand(request, attempt, async (acting) => {
    const isOwn =
      acting.organization !== null &&
      (await isOwnRoot(acting.tx, acting.user.id, id, sql`for share of m`));
    // Anything else gets the response of every request without an organization.
    if (!isOwn) throw organizationRequired(request.organizationHeader);
    return restore(acting, id, request.settings.retentionDays);
  });
}

/** Restores what was deleted with the organization. */
async function restore(
  { tx, record }: Change,
  id: string,
  retentionDays: number,
): Promise<Restored> {
  const state = await maybeOne(
    tx,
    sql<{ deleted: boolean; gone: boolean; parent_deleted: boolean }>`
      select o.deleted_at is not null as deleted, parent.deleted_at is not null as parent_deleted,
        o.deleted_at <= now() - make_interval(days => ${retentionDays}) as gone
      from organizations o left join organizations parent on parent.id = o.parent_id where o.id = ${id}::uuid`,
  );
  if (!state || state.gone) throw notFound();
  if (!state.deleted) {
    record({ target: { type: 'Organization', id }, before: null, after: { restored: 0 } });
    return { organizationId: id, restoredCount: 0 };
  }
  if (state.parent_deleted) refuse(ParentDeletedError, {});
  const restored = await many(
    tx,
    sql`
      update organizations o set status = coalesce(status_before_deletion, 'ACTIVE'),
        status_before_deletion = null, deleted_at = null,
        deleted_with = null, updated_at = now(), version = version + 1,
        -- Another organization may have the domain verified by now; this one has to prove it again.
        domain_setup_status = case when o.domain_setup_status = 'VERIFIED' and exists (
          select from organizations other
          where other.domain = o.domain and other.domain_setup_status = 'VERIFIED'
            and other.deleted_at is null
        ) then 'PENDING' else o.domain_setup_status end
      where deleted_with = ${id}::uuid and deleted_at is not null
        and path >= (select path from organizations where id = ${id}::uuid)
        and path < (select subtree_end(path) from organizations where id = ${id}::uuid)
      returning o.id`,
  );
  record({
    target: { type: 'Organization', id },
    before: null,
    after: { restored: restored.length },
  });
  return { organizationId: id, restoredCount: restored.length };
}
