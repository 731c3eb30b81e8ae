/** What the caller may do in an organization, for compiled statements. */
import { sql, type RawBuilder } from 'kysely';
import { conditionOf } from '../../authorization/cases.ts';
import { reachesBelow, scopesInOwn } from '../../authorization/rights.ts';
import type { Viewer } from '../../database/loaders.ts';
import { isNativeMember } from './queries.ts';

/** Whether the caller is a native member of the organization `parent`. */
function isNativeMemberOfRow(viewer: Viewer): RawBuilder<boolean> {
  return sql`exists (${isNativeMember.statement(viewer, sql`array[parent.id]`, null)})`;
}

/** Where the caller's access to the organization `parent` comes from. */
export function accessKind(viewer: Viewer): RawBuilder<unknown> {
  return sql`case when parent.id = ${viewer.principal.organization?.id ?? null}::uuid then 'NATIVE'
    when ${isNativeMemberOfRow(viewer)} then 'BOTH' else 'DELEGATED' end`;
}

/** Whether the calling user may act in the organization `parent` itself. */
export function canSignIn(viewer: Viewer): RawBuilder<unknown> {
  return viewer.principal.user
    ? sql`parent.status = 'ACTIVE' and ${isNativeMemberOfRow(viewer)}`
    : sql`false`;
}

/** Whether the caller may use a scope of the catalog on the organization `parent`. */
export function isUsable({ principal }: Viewer, scope: RawBuilder<unknown>): RawBuilder<boolean> {
  const isOwn = conditionOf(principal, { own: true, below: false, elsewhere: false });
  const isBelow = conditionOf(principal, {
    own: false,
    below: reachesBelow(principal),
    elsewhere: false,
  });
  return sql`(${isOwn} and ${scope} = any (${[...scopesInOwn(principal)]}::text[]) or ${isBelow})`;
}

/** The scopes of the catalog that the caller may use on the organization `parent`, in order. */
export function usableScopes(viewer: Viewer): RawBuilder<unknown> {
  return sql`array(select s.key from scopes as s where ${isUsable(viewer, sql`s.key`)} order by s.position)`;
}
