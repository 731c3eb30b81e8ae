/**
 * The sources that the usage of an organization is added up from, as SQL: totals, pending amounts,
 * and the single events at the edges of a window (docs/decisions/0016-usage.md).
 */
import { sql, type RawBuilder } from 'kysely';
import type { ReadableOptions } from '../../authorization/rights.ts';
import type { LayoutColumns } from './window.ts';

export type UsageScope = 'ALL' | 'SINGLE';

/** The organizations whose usage the caller may read, alone or with everything below. */
export const reach = (scope: UsageScope): ReadableOptions => ({
  scope: 'usage:read',
  reachingBelow: scope === 'ALL',
});

/** Subtrees with more organizations than this are searched for edge events by time. */
const MANY = 2_000;

/**
 * The totals of `holder` in the parts of a layout: `totals` with `starts_at`, `own` and `subtree`
 * by slot. `offset 0` keeps the planner from reading all totals of the holder and filtering
 * afterwards.
 */
export const totalsOf = (
  holder: RawBuilder<unknown>,
  { resolutions, partsFrom, partsTo }: LayoutColumns,
): RawBuilder<unknown> => sql`
  unnest(${resolutions}::usage_grain[], ${partsFrom}::timestamptz[], ${partsTo}::timestamptz[])
    as part (grain, begins, ends)
  cross join lateral (
    select t.starts_at, t.own, t.subtree from usage_totals t
    where t.organization_id = ${holder} and t.grain = part.grain and t.starts_at >= part.begins and t.starts_at < part.ends
    offset 0
  ) as totals`;

/**
 * The pending amounts to be added to the totals of `holder` in the parts of a layout: `pending` with
 * `hour`, `slot`, `own` and `subtree`. Hours between the parts are left out, since their events are
 * read one by one.
 */
export const pendingOf = (
  holder: RawBuilder<unknown>,
  { totalsFrom, totalsTo, covered }: LayoutColumns,
): RawBuilder<unknown> => sql`
  lateral (
    select t.hour, t.slot, sum(t.own) as own, sum(t.subtree) as subtree from usage_tail t
    where t.organization_id = ${holder} and t.hour >= ${totalsFrom}::timestamptz and t.hour < ${totalsTo}::timestamptz
      ${covered === null ? sql`` : sql`and width_bucket(t.hour, ${covered}::timestamptz[]) % 2 = 1`}
    group by t.hour, t.slot
  ) as pending`;

/** The single events at a layout's edges. The planner does not choose between the two ways. */
export function edgeEvents(
  { edgesFrom, edgesTo }: LayoutColumns,
  scope: UsageScope,
): RawBuilder<unknown> {
  const windows = sql`unnest(${edgesFrom}::timestamptz[], ${edgesTo}::timestamptz[]) as edge (begins, ends)`;
  const events = (condition: RawBuilder<unknown>): RawBuilder<unknown> => sql`lateral (
    select e.organization_id, e.occurred_at, e.metric, e.quantity from usage_events e
    where ${condition} e.occurred_at >= edge.begins and e.occurred_at < edge.ends offset 0
  ) as e`;
  const columns = sql`e.organization_id, e.occurred_at as at, m.slot, e.quantity`;
  if (scope === 'SINGLE')
    return sql`select ${columns} from ${windows} cross join ${events(sql`e.organization_id = parent.id and`)} join usage_metrics m on m.key = e.metric`;
  const alive = sql`s.path >= parent.path and s.path < subtree_end(parent.path) and s.deleted_at is null`;
  return sql`
    select ${columns} from (
      with few as materialized (select s.id from organizations s where ${alive} limit ${sql.lit(MANY + 1)}),
      size as materialized (select count(*) > ${sql.lit(MANY)} as is_large from few)
      select e.* from ${windows} cross join ${events(sql`e.organization_id = any (array(select few.id from few)) and`)}
      where not (select is_large from size)
      union all
      select e.* from ${windows} cross join ${events(sql``)}
      cross join lateral (select from organizations s where s.id = e.organization_id and ${alive} offset 0) as s
      where (select is_large from size)
    ) as e join usage_metrics m on m.key = e.metric`;
}

/**
 * The metrics that are asked for, null for all, as the tables `metrics` (numbered in the order of the
 * catalog) and `wanted`: the slots of the recorded metrics that each is made of, with its number, and
 * whether they are a part of it or divide it.
 */
export const wantedMetrics = (keys: readonly string[] | null): RawBuilder<unknown> => sql`
  metrics as materialized (
    select m.*, row_number() over (order by m.position, m.key)::int as number
    from usage_metrics m ${keys === null ? sql`` : sql`where m.key = any (${keys}::text[])`}
  ),
  wanted as materialized (
    select m.number, r.slot, r.key = any (m.parts) as is_part, r.key = any (m.divided_by) as divides,
      cardinality(m.divided_by) > 0 as is_quotient
    from metrics m join usage_metrics r on r.key = any (m.parts || m.divided_by) and r.slot is not null
  )`;

/**
 * The usage of `parent` in the metrics of `wanted`: rows with `at` (the start of a total, or the time
 * of an event), the columns of `wanted` but the slot, and `quantity`, which may be null.
 */
export function usageSources(layout: LayoutColumns, scope: UsageScope): RawBuilder<unknown> {
  const members =
    scope === 'SINGLE'
      ? sql`select parent.id, false as whole`
      : sql`select * from usage_members(parent.id, parent.path)`;
  const columns = sql`wanted.number, wanted.is_part, wanted.divides, wanted.is_quotient`;
  const branches = [];
  if (layout.hasParts) {
    branches.push(
      sql`
        select totals.starts_at as at, ${columns}, (case when member.whole then totals.subtree else totals.own end)[wanted.slot] as quantity
        from member cross join ${totalsOf(sql`member.id`, layout)} cross join wanted`,
      sql`
        select pending.hour, ${columns}, case when member.whole then pending.subtree else pending.own end
        from member cross join ${pendingOf(sql`member.id`, layout)} join wanted on wanted.slot = pending.slot`,
    );
  }
  if (layout.hasEdges)
    branches.push(
      sql`select e.at, ${columns}, e.quantity from (${edgeEvents(layout, scope)}) as e join wanted on wanted.slot = e.slot`,
    );
  return sql`with member as materialized (${members}) ${sql.join(branches, sql` union all `)}`;
}
