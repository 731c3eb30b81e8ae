/** Commands on an organization's own roles. */
import { sql } from 'kysely';
import { defineAuditParts } from '../../command/audit-parts.ts';
import { runCommand, type OrganizationChange, type CommandRequest } from '../../command/run.ts';
import { idempotencyKeyOf } from '../../command/idempotency.ts';
import { scopesBeyond } from '../../authorization/granting.ts';
import { can, readableOrganizations } from '../../authorization/rights.ts';
import { MANAGE_CHILDREN } from '../../authorization/scopes.ts';
import type { Principal } from '../../authorization/principal.ts';
import type { Database } from '../../database/connect.ts';
import { maybeOne, one, type Columns } from '../../database/rows.ts';
import { badInput, limitExceeded, notFound } from '../../errors.ts';
import { refuse } from '../../command/user-error.ts';
import { requireScopes } from './scopes-input.ts';
import { requireName, requireText } from '../../values/text.ts';
import { OWN_ROLES_MAX, usableRoles } from './choice.ts';
import { countUses, isUsedBelow } from './use-queries.ts';
import { RoleEscalationError, RoleInUseError, RoleKeyTakenError } from './errors.ts';

defineAuditParts('Role', {
  key: 'everybody',
  name: 'everybody',
  description: 'everybody',
  scopes: 'everybody',
});

const NAME_LENGTH_MAX = 100;
const DESCRIPTION_LENGTH_MAX = 500;

interface RoleInput {
  organizationId: string;
  key: string;
  name: string;
  description?: string | null | undefined;
  scopes: readonly string[];
  idempotencyKey?: string | null | undefined;
}

function requireKey(key: string): void {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(key)) {
    throw badInput(
      'key',
      'must have 1 to 63 characters of a-z, 0-9 and _, and start with a letter',
    );
  }
}

const description = (text: string | null | undefined): string | null =>
  text == null ? null : requireText(text, 'description', DESCRIPTION_LENGTH_MAX);

/** Refuses scopes that the caller does not hold on the organization. */
function requireGrantable(
  { principal, organization }: OrganizationChange,
  scopes: readonly string[],
): void {
  const missingScopes = scopesBeyond(principal, organization.lineage, scopes);
  if (missingScopes.length > 0) refuse(RoleEscalationError, { missingScopes });
}

/** Defines a role, usable in the organization and everything below it. */
export function createRole(request: CommandRequest, input: RoleInput) {
  requireKey(input.key);
  const role = {
    key: input.key,
    name: requireName(input.name, 'name', NAME_LENGTH_MAX),
    description: description(input.description),
  };
  const { organizationId } = input;
  const attempt = {
    action: 'createRole',
    target: { type: 'Organization', id: organizationId },
    on: organizationId,
  } as const;
  return runCommand(
    request,
    { ...attempt, scope: 'roles:manage', idempotency: idempotencyKeyOf(input) },
    async (acting) => {
      const { tx, organization, record } = acting;
      const scopes = await requireScopes(tx, input.scopes);
      requireGrantable(acting, scopes);
      if ((await usableRoles(tx, organization.lineage)).has(role.key))
        refuse(RoleKeyTakenError, {});
      const own = await one(
        tx,
        sql<{ count: number }>`
        select count(*)::int as count from organization_roles
          where organization_id = ${organization.id}::uuid`,
      );
      if (own.count >= OWN_ROLES_MAX) {
        throw limitExceeded(
          'organizationId',
          `names an organization that already has ${OWN_ROLES_MAX} roles, the maximum`,
        );
      }
      const defined = { ...role, scopes };
      const { id } = await one(tx, tx.insertInto('roles').values(defined).returning('id'));
      const placed = { role_id: id, key: role.key, organization_id: organization.id };
      await tx.insertInto('organization_roles').values(placed).execute();
      record({ target: { type: 'Role', id }, before: null, after: defined });
      return { roleId: id };
    },
  );
}

type OwnRole = Columns<'roles', 'key' | 'name' | 'description' | 'scopes'>;

const changing = (action: string, id: string) =>
  ({
    action,
    target: { type: 'Role', id },
    on: (tx: Database, principal: Principal) => organizationOfRole(tx, principal, id),
    scope: 'roles:manage',
  }) as const;

/**
 * Finds the organization that defined a role, if the caller may see it. Everybody can see built-in
 * roles, and nobody can change them.
 */
async function organizationOfRole(
  tx: Database,
  principal: Principal,
  id: string,
): Promise<string | null> {
  const row = await maybeOne(
    tx,
    sql<{ built_in: boolean; organization_id: string | null }>`
      select r.built_in, o.id as organization_id
      from roles r
      left join organization_roles d on d.role_id = r.id
      left join ${readableOrganizations(principal)} as o on o.id = d.organization_id
      where r.id = ${id}::uuid`,
  );
  if (row?.built_in)
    throw badInput(
      'id',
      'must be a role that an organization defined: built-in roles cannot be changed',
    );
  return row?.organization_id ?? null;
}

/**
 * Locks the role `for update`. That conflicts with the key-share lock which every grant takes
 * (`namedRoles` and the foreign keys). So each grant either comes before and is seen, or comes
 * after and is checked against the changed role.
 */
async function lockRole(tx: Database, id: string): Promise<OwnRole> {
  const row = await maybeOne(
    tx,
    sql<OwnRole>`
      select key, name, description, scopes from roles where id = ${id}::uuid for update`,
  );
  if (!row) throw notFound();
  return row;
}

/** Returns the scopes and all that they imply. */
async function impliedScopes(tx: Database, scopes: readonly string[]): Promise<string[]> {
  const { held } = await one(
    tx,
    sql<{ held: string[] }>`select scopes_held(${scopes}::text[]) as held`,
  );
  return held;
}

/**
 * Refuses to change a role's scopes if they take effect where the caller may not grant anything:
 * below the organization that defined it, without `child_organizations:manage`.
 */
async function requireUnusedBelow(
  { tx, principal, organization }: OrganizationChange,
  roleId: string,
): Promise<void> {
  if (can(principal, MANAGE_CHILDREN, organization.lineage)) return;
  if (await isUsedBelow(tx, roleId, organization.id))
    refuse(RoleEscalationError, { missingScopes: [MANAGE_CHILDREN] });
}

interface RolePatch {
  id: string;
  name?: string | null | undefined;
  description?: string | null | undefined;
  scopes?: readonly string[] | null | undefined;
}

/** Changes a role for everybody who holds it. Absent fields stay as they are. */
export function updateRole(request: CommandRequest, input: RolePatch) {
  const { scopes: requested } = input;
  if (input.name === null) throw badInput('name', 'cannot be cleared');
  if (requested === null) throw badInput('scopes', 'cannot be cleared; an empty list gives none');
  const name =
    input.name === undefined ? undefined : requireName(input.name, 'name', NAME_LENGTH_MAX);
  const text = input.description === undefined ? undefined : description(input.description);
  return runCommand(request, changing('updateRole', input.id), async (acting) => {
    const { tx, record } = acting;
    const before = await lockRole(tx, input.id);
    const scopes = requested === undefined ? before.scopes : await requireScopes(tx, requested);
    const heldBefore = await impliedScopes(tx, before.scopes);
    const heldAfter = await impliedScopes(tx, scopes);
    // Taking a scope from everybody who holds the role is as much power over them as giving one.
    requireGrantable(acting, [...heldBefore, ...heldAfter]);
    if (heldBefore.join() !== heldAfter.join()) await requireUnusedBelow(acting, input.id);
    const after = {
      key: before.key,
      name: name ?? before.name,
      description: text === undefined ? before.description : text,
      scopes,
    };
    const { key: _, ...changed } = after;
    await tx.updateTable('roles').set(changed).where('id', '=', input.id).execute();
    record({ target: { type: 'Role', id: input.id }, before, after });
    return { roleId: input.id };
  });
}

/**
 * Deletes a role that nobody holds and no open invitation offers. Requires the role's scopes, as
 * changing it does. Uses below are counted only for callers who may see them.
 */
export function deleteRole(request: CommandRequest, { id }: { id: string }) {
  return runCommand(request, changing('deleteRole', id), async (acting) => {
    const { tx, principal, organization, record } = acting;
    const before = await lockRole(tx, id);
    requireGrantable(acting, await impliedScopes(tx, before.scopes));
    const seesBelow = can(principal, MANAGE_CHILDREN, organization.lineage);
    const uses = await countUses(tx, id, seesBelow ? null : organization.id);
    const isUsed = uses.memberCount + uses.invitationCount > 0;
    if (isUsed || (!seesBelow && (await isUsedBelow(tx, id, organization.id))))
      refuse(RoleInUseError, uses);
    // Closed invitations keep their other roles.
    await tx.deleteFrom('invitation_roles').where('role_id', '=', id).execute();
    await tx.deleteFrom('roles').where('id', '=', id).execute();
    record({ target: { type: 'Role', id }, before, after: null });
    return { deletedRoleId: id, organizationId: organization.id };
  });
}
