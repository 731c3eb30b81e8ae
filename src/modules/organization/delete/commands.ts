/** Deletes organizations, restores them, and purges those that were not restored in time. */
import { sql } from 'kysely';
import { runCommand, type CommandRequest } from '../../../command/run.ts';
import { organizationsWithin } from '../../../authorization/rights.ts';
import { MANAGE_CHILDREN } from '../../../authorization/scopes.ts';
import type { Principal } from '../../../authorization/principal.ts';
import type { Database } from '../../../database/connect.ts';
import { many, maybeOne, one } from '../../../database/rows.ts';
import { limitExceeded, notFound } from '../../../errors.ts';
import { refuse } from '../../../command/user-error.ts';
import { requireBelowHome, requireVersion } from '../preconditions.ts';
import { HasChildrenError, ParentDeletedError } from '../errors.ts';

/** The maximum number of organizations that one call deletes. */
export const DELETED_MAX = 10_000;

const DAY_MS = 86_400_000;

/**
 * Deletes an organization below the caller's organization; with CASCADE, everything below it as
 * well. Memberships become inactive, keys are revoked and open invitations are closed. It can be
 * restored during the retention period.
 */
export function deleteOrganization(
  request: CommandRequest,
  { id, mode, expectedVersion }: { id: string; mode: 'RESTRICT' | 'CASCADE'; expectedVersion?: number | null | undefined },
) {
  requireBelowHome(request, id);
  const attempt = {
    action: 'deleteOrganization',
    target: { type: 'Organization', id },
    on: id,
    scope: MANAGE_CHILDREN,
    wholeTree: true,
  } as const;
  return runCommand(request, attempt, async ({ tx, record }) => {
    await requireVersion(tx, id, expectedVersion);
    const { count: childCount } = await one(
      tx,
      sql<{ count: number }>`
        select count(*)::int as count from organizations where parent_id = ${id}::uuid and deleted_at is null`,
    );
    if (mode === 'RESTRICT' && childCount > 0) refuse(HasChildrenError, { childCount });
    const rows = await many(
      tx,
      sql<{ id: string }>`
        select o.id
        from organizations top
        -- The optimization fence keeps the planner from scanning all organizations in order.
        cross join lateral (
          select o.id from organizations o
          where o.path >= top.path and o.path < subtree_end(top.path) and o.deleted_at is null
          order by o.path limit ${DELETED_MAX + 1}
        ) as o
        where top.id = ${id}::uuid`,
    );
    if (rows.length > DELETED_MAX)
      throw limitExceeded('id', `has more than ${DELETED_MAX} organizations below it; delete parts of them first`);
    const ids = rows.map((row) => row.id);
    const { at, ...ended } = await endOrganizations(tx, id, ids);
    record({ target: { type: 'Organization', id }, before: null, after: { mode, deleted: ids.length, ...ended } });
    return {
      deletedOrganizationIds: ids,
      removedMemberCount: ended.members,
      purgeAt: new Date(at.getTime() + request.settings.retentionDays * DAY_MS),
    };
  });
}

/** Marks organizations as deleted, and ends everything that gives access to them. */
async function endOrganizations(tx: Database, top: string, ids: readonly string[]) {
  await sql`
    update organizations set status_before_deletion = status, status = 'DELETED', deleted_at = now(), deleted_with = ${top}::uuid,
      updated_at = now(), version = version + 1
    where id = any (${ids}::uuid[])`.execute(tx);
  return one(
    tx,
    sql<{ keys: number; invitations: number; members: number; at: Date }>`
      with keys as (
        update api_keys set revoked_at = now() where organization_id = any (${ids}::uuid[]) and revoked_at is null returning id
      ),
      invitations as (
        update invitations set status = 'REVOKED', updated_at = now() where organization_id = any (${ids}::uuid[]) and status = 'PENDING' returning id
      )
      select (select count(*)::int from keys) as keys, (select count(*)::int from invitations) as invitations,
        (select count(*)::int from memberships where organization_id = any (${ids}::uuid[])) as members, now() as at`,
  );
}

/**
 * Finds an organization to be restored: one that the caller can see, or a deleted one that they
 * managed.
 */
async function locateRestorable(tx: Database, principal: Principal, id: string): Promise<string | null> {
  const row = await maybeOne(
    tx,
    sql<{ id: string }>`
      select o.id from ${organizationsWithin(principal)} as o where o.id = ${id}::uuid
      union all
      select o.id from ${organizationsWithin(principal, { includeDeleted: true, scope: MANAGE_CHILDREN })} as o where o.id = ${id}::uuid
      limit 1`,
  );
  return row?.id ?? null;
}

/**
 * Restores a deleted organization, and what was deleted with it, to its earlier state: people are
 * members again with the roles they held. Keys stay revoked and invitations closed. What had been
 * deleted separately before stays deleted.
 */
export function restoreOrganization(request: CommandRequest, { id }: { id: string }) {
  requireBelowHome(request, id);
  const attempt = {
    action: 'restoreOrganization',
    target: { type: 'Organization', id },
    on: (tx: Database, principal: Principal) => locateRestorable(tx, principal, id),
    scope: MANAGE_CHILDREN,
    wholeTree: true,
    includeDeleted: true,
  } as const;
  return runCommand(request, attempt, async ({ tx, record }) => {
    const state = await maybeOne(
      tx,
      sql<{ deleted: boolean; gone: boolean; parent_deleted: boolean }>`
        select o.deleted_at is not null as deleted, parent.deleted_at is not null as parent_deleted,
          o.deleted_at <= now() - make_interval(days => ${request.settings.retentionDays}) as gone
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
        update organizations set status = coalesce(status_before_deletion, 'ACTIVE'), status_before_deletion = null, deleted_at = null,
          deleted_with = null, updated_at = now(), version = version + 1
        where deleted_with = ${id}::uuid and deleted_at is not null
          and path >= (select path from organizations where id = ${id}::uuid)
          and path < (select subtree_end(path) from organizations where id = ${id}::uuid)
        returning id`,
    );
    record({ target: { type: 'Organization', id }, before: null, after: { restored: restored.length } });
    return { organizationId: id, restoredCount: restored.length };
  });
}

const PURGED_AT_ONCE = 500;

/**
 * A job that permanently removes organizations whose retention period is over, with everything that
 * belongs to them. Slugs and ids are not reused; users and the audit log stay. Returns how many
 * were removed.
 */
export async function purgeOrganizations(db: Database, retentionDays: number): Promise<number> {
  let purged = 0;
  for (;;) {
    const rows = await db.transaction().execute(async (tx) => {
      // Organizations below are removed first. They were not deleted later, so they are due as
      // well.
      const due = await many(
        tx,
        sql<{ id: string; root: string }>`
          select o.id, o.lineage[1] as root from organizations o
          where o.deleted_at <= now() - make_interval(days => ${retentionDays})
          order by o.depth desc limit ${PURGED_AT_ONCE}`,
      );
      const roots = [...new Set(due.map((row) => row.root))];
      await sql`
        select pg_advisory_xact_lock(key) from (
          select distinct tree_lock_key(root) as key from unnest(${roots}::uuid[]) as root order by key
        ) as locks`.execute(tx);
      // Checked again under the locks: somebody may have restored it meanwhile.
      const gone = await many(
        tx,
        sql`
          delete from organizations o where o.id = any (${due.map((row) => row.id)}::uuid[])
            and o.deleted_at <= now() - make_interval(days => ${retentionDays}) returning o.id`,
      );
      return gone.length;
    });
    if (rows === 0) return purged;
    purged += rows;
  }
}
