/** Puts a statement into its frame: as it is, or behind the checks of credential and subtree. */
import type { Statement } from './statements.ts';

/** Without any check: whoever asks gets the answer. */
export function unchecked({ columns }: Statement): string {
  return `
    select (
      select row_to_json(x)::text from organizations as parent cross join lateral (select ${columns}) as x
      where parent.id = $1::uuid and parent.deleted_at is null
    ) as answer`;
}

/** Whether the caller `me` may do what the statement does with `parent`. */
function isAllowed({ scope }: Statement): string {
  const below = `'child_organizations:manage' = any (me.scopes)`;
  if (scope === 'below') return below;
  return `case when parent.id = me.home then ${scope === undefined ? 'true' : `'${scope}' = any (me.scopes)`} else ${below} end`;
}

/** With the checks of the gateway for an API key: no row without a valid key, and no answer outside its subtree. */
export function checked(statement: Statement): string {
  const [key, hash] = [1, 2].map((n) => `$${1 + (statement.valueCount ?? 0) + n}`);
  return `
    with me as materialized (
      select k.organization_id as home, scopes_held(k.scopes) as scopes
      from api_keys k join organizations o on o.id = k.organization_id
      where k.id = ${key}::uuid and k.secret_hash = ${hash}::bytea
        and k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) and o.deleted_at is null
        and not exists (select from organizations a where a.id = any (o.lineage) and a.status = 'SUSPENDED')
    )
    select (
      select row_to_json(x)::text from organizations as parent cross join lateral (select ${statement.columns}) as x
      where parent.id = $1::uuid and parent.deleted_at is null and me.home = any (parent.lineage) and ${isAllowed(statement)}
    ) as answer
    from me`;
}
