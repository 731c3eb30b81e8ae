/** Totals of a tree's usage, by which an export and what was made of it are compared. */
import type pg from 'pg';

/** Totals by the key of the metric, as decimals without zeros at the end. */
export type UsageSums = Record<string, string>;

/** Adds up what each organization of a tree used for itself: days in the totals, and what is pending. */
export async function usageSums(client: pg.Client, root: string): Promise<UsageSums> {
  const { rows } = await client.query<{ key: string; total: string }>(
    `with tree as (
      select o.id
      from organizations top
      join organizations o on o.path >= top.path and o.path < subtree_end(top.path)
      where top.id = $1
    ),
    amounts as (
      select u.slot::smallint as slot, u.amount
      from usage_totals t
      cross join unnest(t.own) with ordinality as u (amount, slot)
      where t.organization_id in (select id from tree) and t.grain = 'DAY'
      union all
      select slot, own from usage_tail where organization_id in (select id from tree)
    )
    select m.key, trim_scale(sum(a.amount))::text as total
    from amounts a
    join usage_metrics m on m.slot = a.slot
    group by m.key
    having sum(a.amount) is not null
    order by m.key`,
    [root],
  );
  return Object.fromEntries(rows.map(({ key, total }) => [key, total]));
}
