/** The statements of the raw servers, written by hand: each returns the text of a whole answer. */
import { parseId } from '../../../src/values/ids.ts';
import type { QueryKey } from '../queries.ts';
import {
  auditRows,
  dailyUsage,
  membershipsWithin,
  openInvitations,
  peopleRows,
  rolesOf,
  searchRows,
  totalUsage,
} from '../sql/fragments.ts';
import {
  me,
  organizationStatement,
  REACHES_BELOW,
  type Selection,
  type Statement,
} from './statement.ts';

const idOf = (id: unknown): unknown => parseId(String(id))?.uuid;
const publicId = (id: string, prefix = 'org'): string =>
  `'${prefix}_' || replace(${id}::text, '-', '')`;
const instant = (at: string): string =>
  `to_char(${at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The rows of a subquery as a JSON array. */
const list = (rows: string): string =>
  `(select coalesce(json_agg(row_to_json(r)), '[]'::json) from (${rows}) as r)`;

/** A row of expressions as a JSON object. */
const object = (columns: string): string => `(select row_to_json(r) from (select ${columns}) as r)`;

/** The first children of an organization, in the order of their slugs. */
const children = (parent: string, alias: string, limit: number): string => `(
  select * from organizations ${alias} where ${alias}.parent_id = ${parent}.id and ${alias}.deleted_at is null
  order by ${alias}.slug, ${alias}.id limit ${limit}
) as ${alias}`;

const roles = (membership: string): string =>
  list(`select key from (${rolesOf(membership)}) as roles`);

/** Levels of children inside each other. */
function levels(parent: string, depth: number): string {
  const own = `${publicId(`${parent}.id`)} as id, ${parent}.slug`;
  if (depth === 0) return own;
  const child = `c${depth}`;
  const below = list(
    `select ${levels(child, depth - 1)} from ${children(parent, child, 3)} order by ${child}.slug, ${child}.id`,
  );
  return `${own}, ${object(`${below} as nodes`)} as children`;
}

const windowValues = ['from', 'to'].map(
  (name) => (variables: Record<string, unknown>) => variables[name],
);

const nested: Selection = {
  scope: 'below',
  columns: `${publicId('parent.id')} as id, parent.slug, ${object(
    `${list(`
    select ${publicId('c.id')} as id, c.slug, ${object(`
      (select count(*) from memberships m where m.organization_id = c.id) as "totalCount",
      ${list(`
        select ${object('u.email')} as user, ${roles('m.id')} as roles
        from (select * from memberships m where m.organization_id = c.id order by m.id limit 5) as m
        join users u on u.id = m.user_id order by m.id`)} as nodes`)} as members
    from ${children('parent', 'c', 20)} order by c.slug, c.id`)} as nodes`,
  )} as children`,
};

const search: Selection = {
  scope: 'below',
  columns: `${publicId('parent.id')} as id, ${object(
    `${list(`
    select found.depth, found.path, found.matched_on as "matchedOn", ${object(`${publicId('found.id')} as id, found.slug`)} as node
    from (${searchRows('parent', '$2::text', '10')}) as found`)} as edges`,
  )} as descendants`,
  values: [({ search: text }) => text],
};

const usage: Selection = {
  scope: 'below',
  columns: `${publicId('parent.id')} as id, ${object(
    `${list(`
    select ${instant('d.day')} as from, json_build_array(${object('d.value')}) as metrics
    from (${dailyUsage('parent', `'voice_minutes'`, '$2::timestamptz', '$3::timestamptz')}) as d`)} as buckets`,
  )} as usage`,
  values: windowValues,
};

const consolePage: Selection = {
  scope: 'below',
  columns: `${publicId('parent.id')} as id, parent.name, ${object(
    `${list(`
    select ${publicId('c.id')} as id, c.slug, c.name, c.kind, c.status,
      (select count(*) from organizations k where k.parent_id = c.id and k.deleted_at is null) as "childCount",
      ${object('(select count(*) from memberships m where m.organization_id = c.id) as "totalCount"')} as members,
      ${object(`(${openInvitations('c.id')}) as "totalCount"`)} as invitations,
      ${object(
        `json_build_array(${object(`
        ${object(`'voice_minutes' as key`)} as metric,
        (${totalUsage('c', `'voice_minutes'`, '$2::timestamptz', '$3::timestamptz')}) as value`)}) as metrics`,
      )} as usage
    from ${children('parent', 'c', 25)} order by c.slug, c.id`)} as nodes`,
  )} as children`,
  values: windowValues,
};

const people: Selection = {
  scope: 'below',
  columns: `${publicId('parent.id')} as id, ${object(
    `${list(`
    select ${object(`${publicId('u.id', 'usr')} as id, u.email, u.name`)} as user, ${list(`
      select ${object(`${publicId('o.id')} as id, o.slug`)} as organization, ${roles('m.id')} as roles
      from (${membershipsWithin('u.id', 'parent.id', '5')}) as m join organizations o on o.id = m.organization_id order by m.id`)} as memberships
    from (${peopleRows('parent', '25')}) as u`)} as nodes`,
  )} as people`,
};

const audit: Selection = {
  scope: 'audit:read',
  columns: `${publicId('parent.id')} as id, ${object(
    `${list(`
    select ${publicId('e.id', 'aud')} as id, ${instant('e.at')} as at, e.action,
      ${object('e.actor_kind as kind, e.actor_api_key_name as "apiKeyName"')} as actor,
      e.target_type as "targetType", e.target_id as "targetId", e.refusal, e.request_id as "requestId"
    from (${auditRows('parent.id', '25')}) as e`)} as nodes`,
  )} as "auditLog"`,
};

const viewerColumns = `
  ${object(`'API_KEY' as kind, me.name`)} as credential, ${object(`${publicId('me.home')} as id, me.slug`)} as organization, me.scopes`;

const viewer: Statement = {
  root: 'viewer',
  // Even this one has to look up whom it is about.
  unchecked: `
    with me as (
      select k.name, o.id as home, o.slug, scopes_held(k.scopes) as scopes
      from api_keys k join organizations o on o.id = k.organization_id where k.id = $1::uuid
    )
    select row_to_json(x)::text as answer from (select ${viewerColumns} from me) as x`,
  checked: `${me(1, 2)} select row_to_json(x)::text as answer from (select ${viewerColumns} from me) as x`,
  values: (_variables, credential) => (credential ? [credential.id, credential.hash] : []),
};

const madeColumns = `${object(`${publicId('made.id')} as id, made.slug, made.depth`)} as organization`;

const creation: Statement = {
  root: 'createOrganization',
  unchecked: `
    select row_to_json(x)::text as answer
    from (select ${madeColumns} from peers.make_organization($1::uuid, $2::text, $3::text) as made) as x`,
  checked: `${me(4, 5)}
    select row_to_json(x)::text as answer from (
      select ${madeColumns}
      from me join organizations as parent on parent.id = $1::uuid and parent.deleted_at is null and me.home = any (parent.lineage)
        and ${REACHES_BELOW}
      cross join lateral peers.make_organization(parent.id, $2::text, $3::text) as made
    ) as x`,
  values: ({ input }: { input: { parentId: string; slug: string; name: string } }, credential) => [
    idOf(input.parentId),
    input.slug,
    input.name,
    ...(credential ? [credential.id, credential.hash] : []),
  ],
};

const countsColumns =
  '(n.accepted) as "acceptedCount", json_array_length($1::json) - n.accepted as "duplicateCount"';

const recording: Statement = {
  root: 'recordUsage',
  unchecked: `
    select row_to_json(x)::text as answer
    from (select ${countsColumns} from peers.record_events(null, $1::json) as n (accepted)) as x`,
  checked: `${me(2, 3)}
    select row_to_json(x)::text as answer from (
      select ${countsColumns}
      from me cross join lateral peers.record_events(me.home, $1::json) as n (accepted)
      where 'usage:write' = any (me.scopes) and ${REACHES_BELOW}
    ) as x`,
  values: ({ input }: { input: { events: unknown[] } }, credential) => [
    JSON.stringify(input.events),
    ...(credential ? [credential.id, credential.hash] : []),
  ],
};

const organization = (selection: Selection): Statement => organizationStatement(selection, idOf);

export const statements: Record<QueryKey, Statement> = {
  T: organization({ columns: `${publicId('parent.id')} as id, parent.slug` }),
  N: organization(nested),
  SC: organization(search),
  SR: organization(search),
  U: organization(usage),
  C: organization(consolePage),
  D: organization({ scope: 'below', columns: levels('parent', 4) }),
  P: organization(people),
  A: organization(audit),
  V: viewer,
  M: creation,
  R: recording,
};
