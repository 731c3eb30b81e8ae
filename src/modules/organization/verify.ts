/** Verifies the tree in production: compares the columns that triggers derive with `parent_id`. */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';

export interface TreeCheck {
  organizations: number;
  /**
   * The number of organizations whose path, lineage or depth is wrong, or that belong to no tree.
   */
  differing: number;
  /** The slugs of at most five of them. */
  examples: string[];
}

/**
 * Recomputes every derived column recursively and compares. It only reads, and takes seconds per
 * million organizations.
 */
export async function verifyTree(db: Database): Promise<TreeCheck> {
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
