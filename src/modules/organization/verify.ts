/** The production check of the tree: what triggers derived against what `parent_id` says. */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';

export interface TreeCheck {
  organizations: number;
  /** Organizations whose path, lineage or depth is wrong, or that hang in no tree at all. */
  differing: number;
  /** Slugs of at most five of them. */
  examples: string[];
}

/** Recomputes every derived column recursively and compares. Reads only; takes seconds a million organizations. */
export async function checkTree(db: Database): Promise<TreeCheck> {
  return one(
    db,
    sql<TreeCheck>`
      select count(*)::int as organizations,
        count(*) filter (where wrong)::int as differing,
        coalesce((array_agg(slug) filter (where wrong))[1:5], '{}') as examples
      from (
        select o.slug, t.id is null or (o.path, o.lineage, o.depth) is distinct from (t.path, t.lineage, t.depth) as wrong
        from organizations o left join organizations_truth t on t.id = o.id
      ) as compared`,
  );
}
