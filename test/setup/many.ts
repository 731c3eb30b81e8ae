/** Thousands of organizations for tests that need nothing but their number. */
import { sql } from 'kysely';
import type { Database } from '../../src/database/connect.ts';

/**
 * Adds `count` children named after `name` to each organization whose slug is like `parents`, with the slugs
 * `<parent's>-<n>`. Triggers are off, which take most of an insertion: searches do not find these organizations.
 */
export async function insertMany(
  db: Database,
  parents: string,
  count: number,
  name: string,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx);
    await sql`
      insert into organizations (id, ordinal, slug, name, parent_id, path, lineage, depth) overriding system value
      select made.id, made.ordinal, parent.slug || '-' || made.n, ${name}, parent.id, parent.path || path_label(made.ordinal),
        parent.lineage || made.id, parent.depth + 1
      from organizations parent cross join lateral (
        select uuidv7() as id, nextval(pg_get_serial_sequence('organizations', 'ordinal')) as ordinal, n, parent.id as of
        from generate_series(1, ${count}::integer) as n offset 0
      ) as made
      where parent.slug like ${parents}`.execute(tx);
  });
}
