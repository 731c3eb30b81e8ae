/** Moves an organization, with everything below it, to another parent. */
import { sql } from 'kysely';
import { defineAuditParts } from '../../../command/audit-parts.ts';
import { runCommand, type CommandRequest } from '../../../command/run.ts';
import { idempotencyKeyOf } from '../../../command/idempotency.ts';
import { can, readableOrganizations, type Lineage } from '../../../authorization/rights.ts';
import { MANAGE_CHILDREN } from '../../../authorization/scopes.ts';
import type { Principal } from '../../../authorization/principal.ts';
import type { Database } from '../../../database/connect.ts';
import { many, maybeOne, one, type Columns } from '../../../database/rows.ts';
import { forbidden, notFound } from '../../../errors.ts';
import { refuse } from '../../../command/user-error.ts';
import { encodeId } from '../../../values/ids.ts';
import { enqueue } from '../../../jobs/queue.ts';
import { bringRoles } from '../../role/move-queries.ts';
import { requireBelowCaller } from '../preconditions.ts';
import { CycleError, DepthLimitError, VersionConflictError } from '../errors.ts';

interface MoveInput {
  id: string;
  newParentId: string;
  expectedVersion?: number | null | undefined;
  dryRun?: boolean | null | undefined;
  idempotencyKey?: string | null | undefined;
}

defineAuditParts('Organization', { affectedCount: [MANAGE_CHILDREN], roles: 'everybody' });

/** The result of a move, or of a preview of it. */
export interface Moved {
  organizationId: string;
  /**
   * The parents before and after. Answers that a gateway of an earlier version stored for
   * idempotency keys do not have them.
   */
  oldParentId?: string;
  newParentId?: string;
  /** The slugs from the caller's organization down to the moved one. */
  pathBefore: string[];
  pathAfter: string[];
  /**
   * The number of organizations whose position changes: the moved one and all below it, not
   * counting deleted ones.
   */
  affectedCount: number;
  /** Roles that are copied, see `bringRoles`. */
  roleIds: string[];
  dryRun: boolean;
}

interface Node extends Columns<'organizations', 'id' | 'parent_id' | 'version'> {
  parent_id: string;
  lineage: Lineage;
  /** The number of organizations in its subtree that are not deleted, and of levels below it. */
  size: number;
  height: number;
}

/**
 * Moves an organization. The caller must manage the organization, its current parent and its new
 * parent. All three are in the caller's subtree, so nothing leaves its tree. The tree is locked
 * only for the transaction.
 */
export function moveOrganization(request: CommandRequest, input: MoveInput) {
  const { id, newParentId, expectedVersion } = input;
  const dryRun = input.dryRun ?? false;
  requireBelowCaller(request, id);
  const attempt = {
    action: 'moveOrganization',
    target: { type: 'Organization', id },
    on: id,
    scope: MANAGE_CHILDREN,
    wholeTree: true,
    idempotency: dryRun ? null : idempotencyKeyOf(input),
  } as const;
  return runCommand(
    request,
    attempt,
    async ({ tx, principal, organization, record }): Promise<Moved> => {
      const parent = await requireParent(tx, principal, newParentId);
      for (const lineage of [organization.lineage.slice(0, -1), parent.lineage]) {
        if (!can(principal, MANAGE_CHILDREN, lineage)) throw forbidden([MANAGE_CHILDREN]);
      }
      const node = await readNode(tx, id);
      if (expectedVersion != null && expectedVersion !== node.version)
        refuse(VersionConflictError, { currentVersion: node.version });
      if (parent.lineage.includes(id)) refuse(CycleError, {});
      const limit = await depthLimit(tx);
      if (parent.lineage.length + node.height > limit) refuse(DepthLimitError, { limit });
      const pathBefore = await visibleBreadcrumb(tx, principal, organization.lineage);
      const pathAfter = await visibleBreadcrumb(tx, principal, [...parent.lineage, id]);
      const stays = node.parent_id === parent.id;
      const answer = {
        organizationId: id,
        oldParentId: node.parent_id,
        newParentId: parent.id,
        pathBefore,
        pathAfter,
        affectedCount: stays ? 0 : node.size,
        dryRun,
      };
      if (stays || dryRun) return { ...answer, roleIds: [] };
      await sql`
      update organizations set parent_id = ${parent.id}::uuid, updated_at = now(),
        version = version + 1 where id = ${id}::uuid`.execute(tx);
      const lost = node.lineage.filter((above) => above !== id && !parent.lineage.includes(above));
      const roles = await bringRoles(tx, id, lost);
      await enqueue(tx, 'refresh_search', [{ key: 'refresh_search', payload: {} }]);
      record({
        target: { type: 'Organization', id },
        before: { parentId: encodeId('Organization', node.parent_id) },
        after: {
          parentId: encodeId('Organization', parent.id),
          affectedCount: node.size,
          ...(roles.length > 0 && { roles: roles.map((role) => role.key) }),
        },
      });
      return { ...answer, roleIds: roles.map((role) => role.id) };
    },
  );
}

/** Finds the new parent, if the caller may see it. */
async function requireParent(
  tx: Database,
  principal: Principal,
  id: string,
): Promise<{ id: string; lineage: Lineage }> {
  const row = await maybeOne(
    tx,
    sql<{ id: string; lineage: string[] }>`
      select o.id, o.lineage from ${readableOrganizations(principal)} as o where o.id = ${id}::uuid`,
  );
  if (!row) throw notFound();
  return row;
}

async function readNode(tx: Database, id: string): Promise<Node> {
  const row = await maybeOne(
    tx,
    sql<Node>`
      select o.id, o.parent_id, o.version, o.lineage, s.size, s.deepest - o.depth as height
      from organizations o
      cross join lateral (
        select count(*) filter (where below.deleted_at is null)::int as size, max(below.depth) as deepest
        from organizations below where below.path >= o.path and below.path < subtree_end(o.path)
      ) as s
      where o.id = ${id}::uuid`,
  );
  if (!row) throw notFound();
  return row;
}

async function depthLimit(tx: Database): Promise<number> {
  const { max_depth: limit } = await one(
    tx,
    sql<{ max_depth: number }>`select max_depth from tree_settings`,
  );
  return limit;
}

/**
 * Returns the slugs along a lineage, starting at the caller's organization, since they may not see
 * what is above.
 */
async function visibleBreadcrumb(
  tx: Database,
  { organization }: Principal,
  lineage: Lineage,
): Promise<string[]> {
  const visible = lineage.slice(lineage.indexOf(organization?.id ?? ''));
  const rows = await many(
    tx,
    sql<{ slug: string }>`
      select o.slug from unnest(${visible}::uuid[]) with ordinality as step (id, place)
        join organizations o on o.id = step.id
      order by step.place`,
  );
  return rows.map((row) => row.slug);
}
