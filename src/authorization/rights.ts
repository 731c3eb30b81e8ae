/**
 * The one rule for rights (docs/decisions/0002-rights.md), in both of its forms: as a question about a row that is
 * at hand, and as the table expression that every statement reads organizations through. The two are written apart
 * on purpose: each alone keeps a caller inside its subtree.
 */
import { sql, type RawBuilder } from 'kysely';
import { MANAGE_CHILDREN, type Scope } from './scopes.ts';
import type { Home, Principal } from './principal.ts';

/** Ids from the root down to an organization, itself included. */
export type Lineage = readonly string[];

/** What `child_organizations:manage` adds at home: the console's reading and managing of people, and its usage. */
const CONSOLE_SCOPES: readonly string[] = ['members:read', 'members:manage', 'usage:read'] satisfies Scope[];

/** May the request reach below its own organization? */
export function reachesBelow({ home }: Principal): boolean {
  return home?.scopes.has(MANAGE_CHILDREN) ?? false;
}

/** May a scope be used at home: is it held there, or one of the console's? */
function holdsAtHome({ scopes }: Home, scope: string): boolean {
  return scopes.has(scope) || (scopes.has(MANAGE_CHILDREN) && CONSOLE_SCOPES.includes(scope));
}

/**
 * Does the organization exist for the request? Its own does; those below only for a holder of
 * `child_organizations:manage`.
 */
export function isWithin(principal: Principal, lineage: Lineage): boolean {
  const { home } = principal;
  if (!home || !lineage.includes(home.id)) return false;
  return lineage.at(-1) === home.id || reachesBelow(principal);
}

/**
 * May the request use `scope` on the organization? At home: the scopes held there and, with
 * `child_organizations:manage`, those of the console. Strictly below: every scope with
 * `child_organizations:manage` held at home, and none without.
 */
export function holds(principal: Principal, scope: Scope | (string & {}), lineage: Lineage): boolean {
  const { home } = principal;
  if (!home || !isWithin(principal, lineage)) return false;
  // `isWithin` has found `child_organizations:manage` for everything below.
  if (lineage.at(-1) !== home.id) return true;
  return holdsAtHome(home, scope);
}

/**
 * Whether what the request's rights rest on is still there when the statement runs: the key or token is not revoked,
 * and the person is a member of home. So a removal ends access with the next statement, also of a request under way.
 */
function stands({ credential, user, home }: Principal): RawBuilder<unknown> {
  const conditions = [];
  if (credential?.kind === 'API_KEY') {
    conditions.push(sql`exists (select from api_keys as k where k.id = ${credential.id}::uuid and k.revoked_at is null)`);
  }
  if (credential?.kind === 'PERSONAL_ACCESS_TOKEN') {
    conditions.push(sql`exists (select from personal_access_tokens as t where t.id = ${credential.id}::uuid and t.revoked_at is null)`);
  }
  if (user) {
    conditions.push(
      sql`exists (select from memberships as m where m.organization_id = ${home?.id ?? null}::uuid and m.user_id = ${user.id}::uuid)`,
    );
  }
  return conditions.length > 0 ? sql.join(conditions, sql` and `) : sql`false`;
}

export interface WithinOptions {
  /** Only organizations on which the caller may use this scope, or one of these. */
  scope?: Scope | readonly Scope[];
  /** Deleted organizations too, which are left out otherwise. */
  includeDeleted?: boolean;
  /** Only for a caller that reaches below its organization: what is read tells of organizations below. */
  reachingBelow?: boolean;
}

/**
 * The organizations that the caller may read, as a table expression: its own, and with
 * `child_organizations:manage` everything below it. It compares with the lineage as it is when the
 * statement runs, so a move is obeyed at once.
 */
export function organizationsWithin(
  principal: Principal,
  { scope, includeDeleted = false, reachingBelow = false }: WithinOptions = {},
): RawBuilder<unknown> {
  const { home } = principal;
  const scopes = typeof scope === 'string' ? [scope] : scope;
  const atHome = home !== null && (!scopes || scopes.some((one) => holdsAtHome(home, one)));
  const below = reachesBelow(principal);
  const nothing = (!atHome && !below) || (reachingBelow && !below);
  if (!home || nothing) return sql`(select * from organizations where false)`;
  const conditions = [stands(principal)];
  if (atHome && !below) conditions.push(sql`id = ${home.id}::uuid`);
  else conditions.push(sql`${home.id}::uuid = any (lineage)`);
  if (!atHome) conditions.push(sql`id <> ${home.id}::uuid`);
  if (!includeDeleted) conditions.push(sql`deleted_at is null`);
  return sql`(select * from organizations where ${sql.join(conditions, sql` and `)})`;
}

/**
 * Organizations that are shown to the caller's person for its own sake, wherever they lie: those it is a native
 * member of, and those it is invited to under its verified address (or was, until it declined). They show their basic fields and lead nowhere.
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
