/**
 * The rule for rights (docs/decisions/0002-rights.md), in two forms: as a check of a row in memory,
 * and as the table expression through which every statement reads organizations. The two are
 * written separately on purpose: each alone keeps callers inside their subtree.
 */
import { sql, type RawBuilder } from 'kysely';
import { MANAGE_CHILDREN, type Scope } from './scopes.ts';
import type { CallerOrganization, Principal } from './principal.ts';

/** Ids from the root down to an organization, itself included. */
export type Lineage = readonly string[];

/**
 * The scopes that `child_organizations:manage` adds in the caller's organization: reading and
 * managing its people, and reading its usage.
 */
const CONSOLE_SCOPES: readonly string[] = [
  'members:read',
  'members:manage',
  'usage:read',
] satisfies Scope[];

/** Whether the caller may reach organizations below their own. */
export function reachesBelow({ organization }: Principal): boolean {
  return organization?.scopes.has(MANAGE_CHILDREN) ?? false;
}

/**
 * Whether a scope may be used in the caller's organization: because it is held there, or is one of
 * `CONSOLE_SCOPES`.
 */
function isUsableInOwn({ scopes }: CallerOrganization, scope: string): boolean {
  return scopes.has(scope) || (scopes.has(MANAGE_CHILDREN) && CONSOLE_SCOPES.includes(scope));
}

/**
 * Whether the organization exists for the caller. Their own always does; those below it only with
 * `child_organizations:manage`.
 */
export function isInSubtree(principal: Principal, lineage: Lineage): boolean {
  const { organization } = principal;
  if (!organization || !lineage.includes(organization.id)) return false;
  return lineage.at(-1) === organization.id || reachesBelow(principal);
}

/**
 * Whether the caller may use `scope` on the organization. In their own organization: the scopes
 * held there and, with `child_organizations:manage`, `CONSOLE_SCOPES`. Strictly below it: every
 * scope with `child_organizations:manage`, otherwise none.
 */
export function can(principal: Principal, scope: Scope | (string & {}), lineage: Lineage): boolean {
  const { organization } = principal;
  if (!organization || !isInSubtree(principal, lineage)) return false;
  // `isInSubtree` has already required `child_organizations:manage` for everything below.
  if (lineage.at(-1) !== organization.id) return true;
  return isUsableInOwn(organization, scope);
}

/** The scopes that the caller may use in their own organization. */
export function scopesInOwn({ organization }: Principal): readonly string[] {
  if (!organization) return [];
  return [...new Set([...organization.scopes, ...CONSOLE_SCOPES])].filter((scope) =>
    isUsableInOwn(organization, scope),
  );
}

/**
 * Whether the basis of the caller's rights still exists when the statement runs: the key or token
 * is not revoked, and the person is a member of their organization. A removal therefore ends access
 * with the next statement, even in a request that is already running.
 */
function basisExists(principal: Principal): RawBuilder<unknown> {
  const { credential, user, organization } = principal;
  if (principal.isProven) return sql`true`;
  const conditions = [];
  if (credential?.kind === 'API_KEY') {
    conditions.push(
      sql`exists (select from api_keys as k where k.id = ${credential.id}::uuid and k.revoked_at is null)`,
    );
  }
  if (credential?.kind === 'PERSONAL_ACCESS_TOKEN') {
    conditions.push(
      sql`exists (select from personal_access_tokens as t where t.id = ${credential.id}::uuid and t.revoked_at is null)`,
    );
  }
  if (user) {
    conditions.push(
      sql`exists (select from memberships as m where m.organization_id = ${organization?.id ?? null}::uuid and m.user_id = ${user.id}::uuid)`,
    );
  }
  return conditions.length > 0 ? sql.join(conditions, sql` and `) : sql`false`;
}

export interface ReadableOptions {
  /** Only organizations on which the caller may use this scope, or one of these scopes. */
  scope?: Scope | readonly Scope[];
  /** Includes deleted organizations, which are excluded by default. */
  includeDeleted?: boolean;
  /**
   * Only for callers who may reach below their organization, because the result reveals
   * organizations there.
   */
  reachingBelow?: boolean;
  /** Rows with the columns `id`, `lineage` and `deleted_at`, instead of all organizations. */
  among?: RawBuilder<unknown>;
}

/**
 * The conditions under which an organization, with the columns of `row`, is readable; null if none
 * is.
 */
function readableIf(
  principal: Principal,
  { scope, includeDeleted = false, reachingBelow = false }: ReadableOptions,
  row: '' | 'parent.',
): RawBuilder<boolean> | null {
  const { organization } = principal;
  const scopes = typeof scope === 'string' ? [scope] : scope;
  const readsOwn =
    organization !== null && (!scopes || scopes.some((name) => isUsableInOwn(organization, name)));
  const readsBelow = reachesBelow(principal);
  const nothing = (!readsOwn && !readsBelow) || (reachingBelow && !readsBelow);
  if (!organization || nothing) return null;
  const conditions = [basisExists(principal)];
  if (readsOwn && !readsBelow)
    conditions.push(sql`${sql.raw(`${row}id`)} = ${organization.id}::uuid`);
  else conditions.push(sql`${organization.id}::uuid = any (${sql.raw(`${row}lineage`)})`);
  if (!readsOwn) conditions.push(sql`${sql.raw(`${row}id`)} <> ${organization.id}::uuid`);
  if (!includeDeleted) conditions.push(sql`${sql.raw(`${row}deleted_at`)} is null`);
  return sql`${sql.join(conditions, sql` and `)}`;
}

/**
 * The organizations that the caller may read, as a table expression: their own and, with
 * `child_organizations:manage`, everything below it. It compares with the lineage at the time the
 * statement runs, so a move takes effect immediately.
 */
export function readableOrganizations(
  principal: Principal,
  options: ReadableOptions = {},
): RawBuilder<unknown> {
  const condition = readableIf(principal, options, '') ?? sql`false`;
  const all = options.among ?? sql`organizations`;
  return sql`(select * from ${all} where ${condition})`;
}

/**
 * The organization of the row `parent`, as far as its rights go, from the columns `organization_id`
 * and `lineage`. For rows that are read in the same statement, and only where organizations are not
 * deleted: nothing has to be looked up for them.
 */
export const organizationOfParent = sql`(
    select parent.organization_id as id, parent.lineage, null::timestamptz as deleted_at
  ) as organizations`;

/** Whether the row `parent`, which is an organization, is one of `readableOrganizations`. */
export function isReadableParent(
  principal: Principal,
  options: ReadableOptions = {},
): RawBuilder<boolean> {
  return readableIf(principal, options, 'parent.') ?? sql<boolean>`false`;
}

/**
 * Organizations that the caller may see as a person, wherever they are in the tree: those they are
 * a native member of, and those they are (or were, until they declined) invited to under their
 * verified address. Only their basic fields are visible, and they lead to nothing else.
 */
export function organizationsOfPerson({ user }: Principal): RawBuilder<unknown> {
  if (!user) return sql`(select *, null::uuid as shown_to from organizations where false)`;
  return sql`(
    select o.*, ${user.id}::uuid as shown_to from organizations o
    where o.deleted_at is null and (
      exists (select from memberships m where m.organization_id = o.id and m.user_id = ${user.id}::uuid)
      or exists (
        select from invitations i
        where i.organization_id = o.id and i.canonical_email = ${user.verifiedEmail}
          and (i.status = 'PENDING' and i.expires_at > now() or i.status = 'DECLINED')
      )
    )
  )`;
}
