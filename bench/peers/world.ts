/** What the peers are asked about: a forest with a key on the root of its largest tree, and organizations of that tree. */
import { sql, type RawBuilder } from 'kysely';
import { encodeId } from '../../src/values/ids.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import type { Database } from '../../src/database/connect.ts';
import { openForest, type Forest } from '../forest.ts';

/** Requests of one query that differ; they are sent in rotation. */
const DISTINCT = 400;

export interface World {
  forest: Forest;
  /** Organizations in the tree of the key. */
  size: number;
  /** The key's token, with every scope on the root of the tree. */
  token: string;
  /** Public ids of organizations of the tree. */
  ids: {
    /** Any organizations. */
    any: string[];
    /** Those with the most children. */
    wide: string[];
  };
}

/** Opens the forest, planting it if need be. */
export async function openWorld(organizations: number): Promise<World> {
  // The extension counts statements; it is switched on for that only.
  const settings = { shared_preload_libraries: 'pg_stat_statements' };
  const forest = await openForest(organizations, { owner: 'peers', settings });
  const { db } = forest;
  const root = await largestTree(db);
  return { forest, size: root.size, token: await insertApiKey(db, root.id, 'bench'), ids: await chooseIds(db, root.id) };
}

async function largestTree(db: Database): Promise<{ id: string; size: number }> {
  const { rows } = await sql<{ id: string; size: number }>`
    select lineage[1] as id, count(*)::int as size from organizations group by 1 order by 2 desc limit 1`.execute(db);
  if (!rows[0]) throw new RangeError('the forest is empty');
  return rows[0];
}

async function chooseIds(db: Database, root: string): Promise<World['ids']> {
  const pick = async (order?: RawBuilder<unknown>): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`
      select o.id from organizations o
      where o.lineage[1] = ${root}::uuid and o.deleted_at is null
      order by ${order ? sql`${order}, ` : sql``}hashtext(o.id::text), o.id limit ${DISTINCT}`.execute(db);
    return rows.map((row) => encodeId('Organization', row.id));
  };
  return {
    any: await pick(),
    wide: await pick(sql`(select count(*) from organizations c where c.parent_id = o.id) desc`),
  };
}
