/**
 * The one rule for rights (docs/decisions/0002-rights.md), in both of its forms: as a question about a row that is
 * at hand, and as the table expression that every statement reads organizations through. The two are written apart
 * on purpose: each alone keeps a caller inside its subtree.
 */
import { sql, type RawBuilder } from 'kysely';
import { MANAGE_CHILDREN, type Scope } from './scopes.ts';
import type { Principal } from './principal.ts';

/** Ids from the root down to an organization, itself included. */
export type Lineage = readonly string[];

/** Is the organization home or below it? */
export function isWithin(principal: Principal, lineage: Lineage): boolean {
  return principal.home !== null && lineage.includes(principal.home.id);
}

/**
 * May the request use `scope` on the organization? At home the scopes held there count and nothing else; strictly
 * below, `child_organizations:manage` held at home gives every right and nothing else gives any.
 */
export function holds(principal: Principal, scope: Scope | (string & {}), lineage: Lineage): boolean {
  const { home } = principal;
  if (!home || !isWithin(principal, lineage)) return false;
  return home.scopes.has(lineage.at(-1) === home.id ? scope : MANAGE_CHILDREN);
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
  /** Only organizations on which the caller may use this scope. */
  scope?: Scope;
  /** Deleted organizations too, which are left out otherwise. */
  includeDeleted?: boolean;
}

/**
 * The organizations that the caller may read, as a table expression. Statements name `organizations` nowhere else.
 * It compares with the lineage as it is when the statement runs, so a move is obeyed at once.
 */
export function organizationsWithin(principal: Principal, { scope, includeDeleted = false }: WithinOptions = {}): RawBuilder<unknown> {
  const { home } = principal;
  if (!home) return sql`(select * from organizations where false)`;
  const conditions = [sql`${home.id}::uuid = any (lineage)`, stands(principal)];
  if (!includeDeleted) conditions.push(sql`deleted_at is null`);
  if (scope) {
    const below = home.scopes.has(MANAGE_CHILDREN);
    if (!home.scopes.has(scope)) conditions.push(below ? sql`id <> ${home.id}::uuid` : sql`false`);
    else if (!below) conditions.push(sql`id = ${home.id}::uuid`);
  }
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
