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

/** The scopes of the catalog that the caller may use on the organization `parent`, in order. */
export function usableScopes({ principal }: Viewer): RawBuilder<unknown> {
  const isOwn = conditionOf(principal, { own: true, below: false, elsewhere: false });
  const isBelow = conditionOf(principal, {
    own: false,
    below: reachesBelow(principal),
    elsewhere: false,
  });
  return sql`array(
    select s.key from scopes as s where ${isOwn} and s.key = any (${[...scopesInOwn(principal)]}::text[]) or ${isBelow} order by s.position
  )`;
}
