/** The query that breaks usage down by the branches of an organization. */
import { sql, type RawBuilder } from 'kysely';
import { between, type Page, type SortOrder } from '../../database/keyset.ts';
import { ofOrganizations, type ListDefinition, type WithSortKeys } from '../../database/list.ts';
import { organizationColumns, type OrganizationRow } from '../organization/queries.ts';
import type { UsageArguments } from './queries.ts';
import { edgeEvents, reach, pendingOf, totalsOf } from './sources.ts';
import type { LayoutColumns } from './window.ts';

/** A direct child, or the organization itself with its own usage, in the breakdown of a summary. */
export interface ChildUsageRow extends OrganizationRow {
  own: string;
  subtree: string;
  share: number;
}

export interface ByChildArguments extends UsageArguments, LayoutColumns {
  metric: string;
  /** What the order is told by: the metric and the window. */
  orderName: string;
}

/** The arguments of a breakdown by a metric, out of those of its summary. */
export function byChildArguments(
  metric: string,
  summary: UsageArguments & LayoutColumns,
): ByChildArguments {
  const { from, to, scope } = summary;
  return {
    ...summary,
    metric,
    orderName: `${metric} ${from.toISOString()} ${to.toISOString()} ${scope}`,
  };
}

/** Whether usage can be broken down by a metric: it is in the catalog, and a sum. */
export function isSum({ metric }: ByChildArguments): RawBuilder<boolean> {
  return sql`exists (select from usage_metrics as m where m.key = ${metric}::text and m.kind = 'SUM')`;
}

const childOrder: SortOrder = {
  keys: [
    { expression: sql`u.subtree`, type: 'numeric' },
    { expression: sql`u.id`, type: 'uuid' },
  ],
  descending: true,
};

/** The organization's own usage and that of each child's subtree, largest first. */
export const usageByChild: ListDefinition<ByChildArguments, ChildUsageRow> = {
  name: 'usage by child',
  parents: ofOrganizations(reach('ALL')),
  order: ({ orderName }) => orderName,
  page(_viewer, { metric, scope, ...layout }, page: Page) {
    const behind = between(childOrder, page);
    const sources = [];
    if (layout.hasParts) {
      const own = (amount: RawBuilder<unknown>): RawBuilder<unknown> =>
        sql`case when member.id = branch.id then ${amount} end`;
      sources.push(
        sql`
          select branch.id, ${own(sql`totals.own[slots.slot]`)}, (case when member.whole then totals.subtree else totals.own end)[slots.slot]
          from branch cross join lateral usage_members(branch.id, branch.path) as member cross join ${totalsOf(sql`member.id`, layout)} cross join slots`,
        sql`
          select branch.id, ${own(sql`pending.own`)}, case when member.whole then pending.subtree else pending.own end
          from branch cross join lateral usage_members(branch.id, branch.path) as member cross join ${pendingOf(sql`member.id`, layout)}
          join slots on slots.slot = pending.slot`,
      );
    }
    if (layout.hasEdges) {
      // The branch of an event: the direct child on its path, or the parent itself.
      sources.push(sql`
        select b.id, case when b.id = s.id then e.quantity end, e.quantity
        from (${edgeEvents(layout, scope)}) as e join slots on slots.slot = e.slot join organizations s on s.id = e.organization_id
        cross join lateral (select coalesce(s.lineage[parent.depth + 2], s.id) as id) as b`);
    }
    return sql<WithSortKeys<ChildUsageRow>>`
      with slots as materialized (
        select r.slot from usage_metrics m join usage_metrics r on r.key = any (m.parts) where m.key = ${metric}::text and r.slot is not null
      ),
      branch as materialized (
        select parent.id, parent.path
        union all
        select o.id, o.path from organizations o where o.parent_id = parent.id and o.deleted_at is null and ${scope}::text = 'ALL'
      ),
      sums as (select * from (${sql.join(sources, sql` union all `)}) as source (id, own, subtree)),
      branches as materialized (
        -- The parent counts only its own usage here; what is below counts under its children.
        select branch.id, coalesce(sum(sums.own), 0) as own,
          coalesce(sum(case when branch.id = parent.id then sums.own else sums.subtree end), 0) as subtree
        from branch left join sums on sums.id = branch.id group by branch.id
      ),
      u as (select *, coalesce(subtree / nullif((select sum(subtree) from branches), 0), 0)::float8 as share from branches)
      select ${organizationColumns}, trim_scale(u.own) as own, trim_scale(u.subtree) as subtree, u.share, array[u.subtree::text, u.id::text] as sort_keys
      from u join organizations as o on o.id = u.id
      where ${sql.join([sql`true`, ...behind], sql` and `)}
      order by u.subtree desc, u.id desc limit ${sql.lit(page.limit + 1)}`;
  },
  count: (_viewer, { scope }) => sql`
    select 1 + (select count(*)::int from organizations o where o.parent_id = parent.id and o.deleted_at is null and ${scope}::text = 'ALL') as count`,
};

/** The share of the row `parent`, in the notation of JavaScript, which has its own for small numbers. */
export const shareInSql = sql`
  case when parent.share > 0 and parent.share < 1e-6 then replace(parent.share::text, 'e-0', 'e-')::json
    else to_json(parent.share::text::numeric) end`;
