/** Deletes organizations. */
import { sql } from 'kysely';
import { defineAuditParts } from '../../../command/audit-parts.ts';
import { runCommand, type CommandRequest } from '../../../command/run.ts';
import { reachesBelow } from '../../../authorization/rights.ts';
import { MANAGE_CHILDREN } from '../../../authorization/scopes.ts';
import type { Database } from '../../../database/connect.ts';
import { many, maybeOne, one } from '../../../database/rows.ts';
import { badInput, forbidden, limitExceeded } from '../../../errors.ts';
import { refuse } from '../../../command/user-error.ts';
import { requireVersion } from '../preconditions.ts';
import { HasChildrenError } from '../errors.ts';

defineAuditParts('Organization', {
  mode: 'everybody',
  deleted: [MANAGE_CHILDREN],
  members: ['members:read'],
  invitations: ['members:read'],
  keys: ['api_keys:manage'],
});

/** The maximum number of organizations that one call deletes. */
export const DELETED_MAX = 10_000;

const DAY_MS = 86_400_000;

interface DeleteInput {
  id: string;
  mode: 'RESTRICT' | 'CASCADE';
  /** The slug, as a confirmation, to delete the caller's own organization. */
  confirmSlug?: string | null | undefined;
  expectedVersion?: number | null | undefined;
}

const CONFIRMATION =
  'must be the slug of the organization, since it is the one that the request acts in';

/** Refuses the caller's own organization, unless it is the root of its tree and this is confirmed. */
function requireDeletable({ principal }: CommandRequest, { id, confirmSlug }: DeleteInput): void {
  if (id !== principal.organization?.id) return;
  if (principal.organization.lineage.length > 1) {
    throw badInput(
      'id',
      'must be an organization below that of the request, or that of the request if nothing is above it',
    );
  }
  if (confirmSlug == null) throw badInput('confirmSlug', CONFIRMATION);
}

/**
 * Deletes an organization below the caller's organization; with CASCADE, everything below it as
 * well. Memberships become inactive, keys are revoked and open invitations are closed. It can be
 * restored during the retention period.
 *
 * The caller's own organization can be deleted if it is the root of its tree, with its slug as a
 * confirmation. That requires `organizations:manage` and `child_organizations:manage` whether or
 * not anything is below, so that the response does not reveal whether there is.
 */
export function deleteOrganization(request: CommandRequest, input: DeleteInput) {
  const { id, mode, expectedVersion, confirmSlug } = input;
  requireDeletable(request, input);
  const isOwn = id === request.principal.organization?.id;
  const attempt = {
    action: 'deleteOrganization',
    target: { type: 'Organization', id },
    on: id,
    scope: isOwn ? 'organizations:manage' : MANAGE_CHILDREN,
    wholeTree: true,
  } as const;
  return runCommand(request, attempt, async ({ tx, principal, organization, record }) => {
    if (!reachesBelow(principal)) throw forbidden([MANAGE_CHILDREN]);
    if (isOwn) {
      const named = await maybeOne(
        tx,
        sql`select from organizations where id = ${id}::uuid and slug = ${confirmSlug ?? ''}`,
      );
      if (!named) throw badInput('confirmSlug', CONFIRMATION);
    }
    await requireVersion(tx, id, expectedVersion);
    const { count: childCount } = await one(
      tx,
      sql<{ count: number }>`
        select count(*)::int as count from organizations
          where parent_id = ${id}::uuid and deleted_at is null`,
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
      throw limitExceeded(
        'id',
        `has more than ${DELETED_MAX} organizations below it; delete parts of them first`,
      );
    const ids = rows.map((row) => row.id);
    const { at, ...ended } = await endOrganizations(tx, id, ids);
    record({
      target: { type: 'Organization', id },
      before: null,
      after: { mode, deleted: ids.length, ...ended },
    });
    return {
      deletedOrganizationIds: ids,
      parentId: organization.lineage.at(-2) ?? null,
      removedMemberCount: ended.members,
      purgeAt: new Date(at.getTime() + request.settings.retentionDays * DAY_MS),
    };
  });
}

/** Marks organizations as deleted, and ends everything that gives access to them. */
async function endOrganizations(tx: Database, top: string, ids: readonly string[]) {
  await sql`
    update organizations set status_before_deletion = status, status = 'DELETED',
      deleted_at = now(), deleted_with = ${top}::uuid,
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
