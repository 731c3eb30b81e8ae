/** Purges organizations that were not restored in time. */
import { sql } from 'kysely';
import type { Database } from '../../../database/connect.ts';
import { many } from '../../../database/rows.ts';

const PURGED_AT_ONCE = 500;

/**
 * A job that permanently removes organizations whose retention period is over, with everything that
 * belongs to them. Slugs and ids are not reused; users and the audit log stay. Returns how many
 * were removed.
 */
export async function purgeOrganizations(db: Database, retentionDays: number): Promise<number> {
  let purged = 0;
  for (;;) {
    const rows = await db.transaction().execute(async (tx) => {
      // Organizations below are removed first. They were not deleted later, so they are due as
      // well.
      const due = await many(
        tx,
        sql<{ id: string; root: string }>`
          select o.id, o.lineage[1] as root from organizations o
          where o.deleted_at <= now() - make_interval(days => ${retentionDays})
          order by o.depth desc limit ${PURGED_AT_ONCE}`,
      );
      const roots = [...new Set(due.map((row) => row.root))];
      await sql`
        select pg_advisory_xact_lock(key) from (
          select distinct tree_lock_key(root) as key from unnest(${roots}::uuid[]) as root order by key
        ) as locks`.execute(tx);
      // Checked again under the locks: somebody may have restored it meanwhile.
      const gone = await many(
        tx,
        sql`
          delete from organizations o where o.id = any (${due.map((row) => row.id)}::uuid[])
            and o.deleted_at <= now() - make_interval(days => ${retentionDays}) returning o.id`,
      );
      return gone.length;
    });
    if (rows === 0) return purged;
    purged += rows;
  }
}
