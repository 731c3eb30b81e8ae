/**
 * The statements of the raw servers, written by hand: each returns the text of a whole answer. The parameters of a query
 * come first, those of the credential behind them.
 */
import type { QueryKey } from '../queries.ts';

export interface Statement {
  /** Members of the answer's object, as a select list over the organization `parent`. */
  columns: string;
  /** The scope that the caller must hold on `parent`, or to reach below it. */
  scope?: 'below' | 'audit:read';
  /** Values of the parameters from the second on; the first is the organization's id. */
  values?(variables: Record<string, unknown>): unknown[];
  /** Number of `values`. */
  valueCount?: number;
}

const publicId = (table: string): string => `'org_' || replace(${table}.id::text, '-', '')`;

/** The rows of a subquery as a JSON array. */
const list = (rows: string): string => `(select coalesce(json_agg(row_to_json(r)), '[]'::json) from (${rows}) as r)`;

/** A subquery of one row as a JSON object. */
const object = (row: string): string => `(select row_to_json(r) from (${row}) as r)`;

const rolesOf = (membership: string): string =>
  list(`select r.key from membership_roles mr join roles r on r.id = mr.role_id
    where mr.membership_id = ${membership}.id order by r.built_in desc, r.key, r.id`);

export const statements: Record<QueryKey, Statement> = {
  T: { columns: `${publicId('parent')} as id, parent.slug` },
  N: {
    scope: 'below',
    columns: `${publicId('parent')} as id, parent.slug, ${object(
      `select ${list(`
      select ${publicId('c')} as id, c.slug, ${object(`select
        (select count(*) from memberships m where m.organization_id = c.id) as "totalCount",
        ${list(`select ${object('select u.email')} as user, ${rolesOf('m')} as roles
          from (select * from memberships m where m.organization_id = c.id order by m.id limit 5) as m
          join users u on u.id = m.user_id order by m.id`)} as nodes`)} as members
      from (
        select * from organizations c where c.parent_id = parent.id and c.deleted_at is null order by c.slug, c.id limit 20
      ) as c order by c.slug, c.id`)} as nodes`,
    )} as children`,
  },
};
