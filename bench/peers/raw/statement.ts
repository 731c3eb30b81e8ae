/** The frames of the raw servers' statements: as they are, or behind the checks of credential and subtree. */

/** A credential, as a statement takes it. */
export interface Credential {
  id: string;
  hash: Buffer;
}

export interface Statement {
  /** The field of the answer that the text stands in. */
  root: string;
  /** Without any check: whoever asks gets the answer. */
  unchecked: string;
  /** With the checks of the gateway for an API key: no row without a valid key, and no answer without the right. */
  checked: string;
  /** The parameters; those of the credential come last and are left out where the text has none. */
  values(variables: never, credential: Credential | undefined): unknown[];
}

/**
 * The key with the id and the hash of these parameters: `me`, with its organization and scopes. In the order in which it is
 * written: as a join, the planner reads all organizations for a suspended one on small platforms.
 */
export const me = (id: number, hash: number): string => `
  with me as materialized (
    select k.name, o.id as home, o.slug, scopes_held(k.scopes) as scopes
    from (
      select k.name, k.organization_id, k.scopes from api_keys k
      where k.id = $${id}::uuid and k.secret_hash = $${hash}::bytea
        and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
      offset 0
    ) as k
    cross join lateral (
      select o.id, o.slug, o.lineage from organizations o where o.id = k.organization_id and o.deleted_at is null offset 0
    ) as o
    where not (select coalesce(bool_or(a.status = 'SUSPENDED'), false) from organizations a where a.id = any (o.lineage))
  )`;

/** Whether `me` may reach below its organization. */
export const REACHES_BELOW = `'child_organizations:manage' = any (me.scopes)`;

export interface Selection {
  /** Members of the answer's object, as a select list over the organization `parent`. */
  columns: string;
  /** The scope that the caller must hold on `parent`, or `below` if the answer is of organizations below it. */
  scope?: 'below' | 'audit:read';
  /** Values of the parameters from the second on; the first is the organization's id. */
  values?: readonly ((variables: Record<string, unknown>) => unknown)[];
}

/** The statement of a query for an organization by its id. */
export function organizationStatement(
  { columns, scope, values = [] }: Selection,
  idOf: (id: unknown) => unknown,
): Statement {
  const row = `
    select row_to_json(x)::text from organizations as parent cross join lateral (select ${columns}) as x
    where parent.id = $1::uuid and parent.deleted_at is null`;
  const held = scope === undefined ? 'true' : `'${scope}' = any (me.scopes)`;
  const isAllowed =
    scope === 'below'
      ? REACHES_BELOW
      : `case when parent.id = me.home then ${held} else ${REACHES_BELOW} end`;
  return {
    root: 'organization',
    unchecked: `select (${row}) as answer`,
    checked: `${me(values.length + 2, values.length + 3)}
      select (${row} and me.home = any (parent.lineage) and ${isAllowed}) as answer from me`,
    values: (variables: Record<string, unknown>, credential) => [
      idOf(variables['id']),
      ...values.map((value) => value(variables)),
      ...(credential ? [credential.id, credential.hash] : []),
    ],
  };
}
